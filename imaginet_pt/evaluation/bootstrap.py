"""Bootstrap intervals over items and seeds."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

Values = npt.NDArray[np.float64]
Rows = npt.NDArray[np.int64]  # numbers of items
DECIMALS = 12  # of a resample's statistic, so that sums which cancel but for rounding are zero


class Estimate(NamedTuple):
    """A statistic with its bootstrap interval.

    Attributes:
        value: the statistic.
        low: the lower end of its 95 % interval.
        high: the upper end.
        p: the two-sided p-value of the hypothesis that the statistic is zero.
    """

    value: float
    low: float
    high: float
    p: float = 1.0


def rho_bootstrap(
    human: Values, cosines: Values, generator: np.random.Generator, resamples: int = 2000
) -> Estimate:
    """Estimate a system's Spearman correlation with human scores, the mean over its seeds.

    Args:
        human: scores (pairs,).
        cosines: (seeds, pairs), of a system trained once per seed; seeds and pairs are resampled.
        generator: draws the resamples.
        resamples: the number of resamples.
    """
    seeds, items = cosines.shape
    return bootstrap(spearman(human, cosines), seeds, items, generator, resamples)


def spearman(human: Values, cosines: Values) -> Callable[[Rows], Values]:
    """Return a function of rows of pairs: Spearman's rho (seeds,), NaN where a side is constant.

    The values are sorted once. What is left of a resample's ranks is counting, so that thousands of
    resamples take a tenth of the time.

    Args:
        human: scores (pairs,), none of them NaN.
        cosines: (seeds, pairs), none of them NaN.
    """
    sides = [np.unique(values, return_inverse=True)[1] for values in (human, *cosines)]

    def rho(rows: Rows) -> Values:
        ranks = np.array([_centred_ranks(order[rows]) for order in sides])
        products, squares = ranks @ ranks[0], np.sum(ranks * ranks, axis=1)
        with np.errstate(invalid="ignore"):
            return np.asarray(products[1:] / np.sqrt(squares[0] * squares[1:]))

    return rho


def _centred_ranks(order: Rows) -> Values:
    """Return the ranks of integers from 0 on, less their mean; equal ones share their mean rank."""
    counts = np.bincount(order)
    means = np.cumsum(counts) - (counts - 1) / 2
    return np.asarray(means[order] - (len(order) + 1) / 2)


def mean_bootstrap(
    scores: npt.ArrayLike, generator: np.random.Generator, resamples: int = 2000
) -> Estimate:
    """Estimate a system's mean score.

    Args:
        scores: (seeds, items), resampled as for `paired_bootstrap`.
        generator: draws the resamples.
        resamples: the number of resamples.
    """
    scores = np.asarray(scores, np.float64)
    seeds, items = scores.shape
    return bootstrap(lambda rows: scores[:, rows].mean(axis=1), seeds, items, generator, resamples)


def paired_bootstrap(
    scores_a: npt.ArrayLike,
    scores_b: npt.ArrayLike,
    generator: np.random.Generator,
    resamples: int = 2000,
) -> Estimate:
    """Estimate the difference of two systems' mean scores on the same items, a minus b.

    With few seeds the interval is too narrow: with s of them, only (s - 1) / s of the variance
    between seeds counts.

    Args:
        scores_a: (seeds, items), or (1, items) for a system without a seed.
        scores_b: the same; seed i and item j of both are resampled together.
        generator: draws the resamples.
        resamples: the number of resamples.
    """
    difference = np.asarray(scores_a, np.float64) - np.asarray(scores_b, np.float64)
    return mean_bootstrap(difference, generator, resamples)


def paired_rho_bootstrap(
    human: Values,
    cosines_a: Values,
    cosines_b: Values,
    generator: np.random.Generator,
    resamples: int = 2000,
) -> Estimate:
    """Estimate the difference of two systems' Spearman correlations with one benchmark, a minus b.

    Args:
        human: scores (pairs,).
        cosines_a: (seeds, pairs), or (1, pairs) for a system without a seed.
        cosines_b: the same, resampled as for `paired_bootstrap`.
        generator: draws the resamples.
        resamples: the number of resamples.
    """
    of_both = spearman(human, np.concatenate([cosines_a, cosines_b]))
    seeds_a, seeds_b = len(cosines_a), len(cosines_b)

    def difference(rows: Rows) -> Values:
        rho = of_both(rows)
        return rho[:seeds_a] - rho[seeds_a:]

    return bootstrap(difference, max(seeds_a, seeds_b), len(human), generator, resamples)


def bootstrap(
    statistic: Callable[[Rows], Values],
    seeds: int,
    items: int,
    generator: np.random.Generator,
    resamples: int = 2000,
) -> Estimate:
    """Estimate the mean over seeds of a statistic (seeds,) of rows of items.

    Each resample draws items and seeds with replacement; one in which the statistic is undefined
    (NaN) is left out.

    Args:
        statistic: from row numbers (items,) to the statistic of each seed.
        seeds: how many there are.
        items: how many there are.
        generator: of the resamples.
        resamples: how many are drawn.
    """
    draws = [
        statistic(generator.integers(items, size=items))[generator.integers(seeds, size=seeds)]
        for _ in range(resamples)
    ]
    means = np.mean(draws, axis=1).round(DECIMALS)
    low, high = np.nanquantile(means, (0.025, 0.975))
    value = float(statistic(np.arange(items)).mean())
    return Estimate(value, float(low), float(high), _p(means))


def _p(means: npt.NDArray[np.float64]) -> float:
    """Return twice the smaller share of resamples on one side of zero, counting one more."""
    defined = means[~np.isnan(means)]
    sides = np.count_nonzero(defined <= 0), np.count_nonzero(defined >= 0)
    return float(min(1.0, 2 * (1 + min(sides)) / (1 + len(defined))))
