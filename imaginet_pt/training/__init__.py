"""Training: from settings and data to the folder of a run.

Here are the loop over epochs and minibatches, the writing of its results, and how it is stopped and
resumed. Models are in `nn`, compiled functions in `backends`, file formats in `runs`.
"""
