"""Analyses that came after the paper: what its models have learned, and from how much.

`kadar2017` repeats analyses of the authors' next paper; `minimal_pairs`, `word_learning` and
`little_data` ask what the field asked later. None is a replication: data and sizes differ, and each
module says how.
"""
