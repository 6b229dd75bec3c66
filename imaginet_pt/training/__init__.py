"""Training: from settings and data to the folder of a run.

Here live the loop over epochs and minibatches, what it writes as it goes, and the way it stops and
is resumed. Models lie in `nn`, compiled functions in `backends`, the formats of files in `runs`.
"""
