"""Measures of trained runs: retrieval, word similarity, nearest captions, omission scores.

Here are the measures and their statistics, as functions of a `Workflow` or of plain arrays. Tables,
plots and pages of them are made in `reports` and `replication`.
"""
