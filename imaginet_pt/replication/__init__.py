"""The paper's tables, figures and claims, reproduced from trained runs.

Each script of `replicate/` is a module here (table1, ..., run_all); they share the other modules.
Analyses of works that came after the paper are in `later`.
Training, evaluating and drawing are not done here: see `training`, `evaluation` and `reports`.
"""
