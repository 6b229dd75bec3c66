"""Costs of the two pathways, each the mean over a minibatch.

The costs of images, `cost(Z, predicted)` of two (batch, features) matrices, have the original's
names; that of words is `cross_entropy` of the scores of all words at each position.
"""

from collections.abc import Callable

import pytensor.tensor as pt

from ..ops.cross_entropy import HIGHEST, LOWEST, CrossEntropy
from ..ops.types import Tensor


def MeanSquaredError(Z: Tensor, predicted: Tensor) -> Tensor:
    """Return the mean over images and features of (predicted - Z)^2, equation 12."""
    return pt.sqr(predicted - Z).mean()


def CosineDistance(Z: Tensor, predicted: Tensor) -> Tensor:
    """Return the mean over images of 1 - cos(Z, predicted); NaN where a vector is zero.

    Source: imaginet `imaginet.py`.
    """
    norms = pt.sqrt(pt.sqr(Z).sum(axis=1)) * pt.sqrt(pt.sqr(predicted).sum(axis=1))
    return (1 - (Z * predicted).sum(axis=1) / norms).mean()


def cross_entropy(scores: Tensor, bias: Tensor, rows: Tensor, Y: Tensor) -> Tensor:
    """Return the mean over time and batch of -log p(word), p = softmax(scores + bias), equation 11.

    p is clipped to [1e-7, 1 - 1e-7] as in the original: an impossible word has a finite cost and
    no gradient.

    Args:
        scores: (n, words); several positions may share a row.
        bias: (words,).
        rows: the row of `scores` for each position, (time * batch,).
        Y: word ids, (time * batch,).
    """
    cost, _, _ = CrossEntropy()(scores, bias, rows, Y)
    return cost


def masked_cross_entropy(
    scores: Tensor, bias: Tensor, rows: Tensor, Y: Tensor, mask: Tensor
) -> Tensor:
    """Return `cross_entropy` as the mean over the positions where `mask` (time * batch,) is set."""
    log_p = pt.clip(pt.special.log_softmax(scores + bias, axis=-1)[rows, Y], LOWEST, HIGHEST)
    counts = mask.astype(scores.dtype)
    return -(counts * log_p).sum() / counts.sum()


IMAGE_COSTS: dict[str, Callable[[Tensor, Tensor], Tensor]] = {
    "MeanSquaredError": MeanSquaredError,
    "CosineDistance": CosineDistance,
}
