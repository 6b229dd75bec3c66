"""Bootstrap intervals over items and seeds."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy import stats

Values = npt.NDArray[np.float64]


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
    return bootstrap(
        lambda rows: spearman(human[rows], cosines[:, rows]), seeds, items, generator, resamples
    )


def spearman(x: Values, y: Values) -> Values:
    """Return Spearman's rho along the last axis, with broadcasting; NaN if a side is constant."""
    x, y = (stats.rankdata(ranked, axis=-1) - (ranked.shape[-1] + 1) / 2 for ranked in (x, y))
    with np.errstate(invalid="ignore"):
        return np.asarray(np.sum(x * y, -1) / np.sqrt(np.sum(x * x, -1) * np.sum(y * y, -1)))


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
    human, cosines = np.asarray(human), np.concatenate([cosines_a, cosines_b])
    seeds_a, seeds_b = len(cosines_a), len(cosines_b)

    def difference(rows: npt.NDArray[np.int64]) -> Values:
        rho = spearman(human[rows], cosines[:, rows])
        return rho[:seeds_a] - rho[seeds_a:]

    return bootstrap(difference, max(seeds_a, seeds_b), len(human), generator, resamples)


def bootstrap(
    statistic: Callable[[npt.NDArray[np.int64]], Values],
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
    means = np.mean(draws, axis=1)
    low, high = np.nanquantile(means, (0.025, 0.975))
    value = float(statistic(np.arange(items)).mean())
    return Estimate(value, float(low), float(high), _p(means))


def _p(means: npt.NDArray[np.float64]) -> float:
    """Return twice the smaller share of resamples on one side of zero, counting one more."""
    defined = means[~np.isnan(means)]
    sides = np.count_nonzero(defined <= 0), np.count_nonzero(defined >= 0)
    return min(1.0, 2 * (1 + min(sides)) / (1 + len(defined)))
