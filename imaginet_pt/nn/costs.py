"""Costs of the two pathways, each the mean over a minibatch.

For images, `cost(Z, predicted)` of two (batch, features) matrices, by the original's names; for
words, `cross_entropy` of the scores of all words at each place.
"""

import pytensor.tensor as pt

from ..ops.cross_entropy import CrossEntropy


def MeanSquaredError(Z, predicted):
    """Equation 12: mean over images and features of (predicted - Z)^2."""
    return pt.sqr(predicted - Z).mean()


def CosineDistance(Z, predicted):
    """Mean over images of 1 - cos(Z, predicted), imaginet `imaginet.py`; NaN for a zero vector."""
    norms = pt.sqrt(pt.sqr(Z).sum(axis=1)) * pt.sqrt(pt.sqr(predicted).sum(axis=1))
    return (1 - (Z * predicted).sum(axis=1) / norms).mean()


def cross_entropy(scores, bias, rows, Y):
    """Equation 11: mean over time and batch of -log p(word), p = softmax(scores + bias).

    scores: (n, words), which places may share; bias: (words,); rows: (time * batch,), those of
    `scores` for each place; Y: (time * batch,) word ids. p is clipped to [1e-7, 1 - 1e-7] as in the
    original: an impossible word has a finite cost and no gradient.
    """
    cost, _, _ = CrossEntropy()(scores, bias, rows, Y)
    return cost


IMAGE_COSTS = {"MeanSquaredError": MeanSquaredError, "CosineDistance": CosineDistance}
