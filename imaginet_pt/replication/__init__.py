"""The paper's tables, figures and claims, made again from trained runs.

Each script of `replicate/` is a module here (table1, ..., run_all); the others are what they share.
How a model is trained, evaluated or drawn is not here: see training, evaluation and reports.
"""
