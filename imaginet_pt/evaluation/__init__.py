"""Measures of trained runs: retrieval, word similarity, nearest captions, omission scores.

Here live figures and the statistics around them, as functions of a `Workflow` or of plain arrays.
Tables, plots and pages of these figures lie in `reports` and `replication`.
"""
