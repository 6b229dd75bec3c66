"""Bootstrap intervals over items and seeds."""

from typing import NamedTuple

import numpy as np
from scipy import stats


class Estimate(NamedTuple):
    """A statistic and the 95 % interval of its bootstrap."""

    value: float
    low: float
    high: float


def rho_bootstrap(human, cosines, generator, resamples=2000):
    """Spearman's correlation of a system with human scores, the mean over its seeds.

    Args:
        human: (pairs,) scores.
        cosines: (seeds, pairs), of a system trained once for each seed.

    Returns:
        Estimate; seeds and pairs are resampled.
    """
    seeds, items = cosines.shape
    return _bootstrap(
        lambda rows: spearman(human[rows], cosines[:, rows]), seeds, items, generator, resamples
    )


def spearman(x, y):
    """Spearman's rho along the last axis, of shapes (..., n) that broadcast; NaN without spread."""
    x, y = (stats.rankdata(ranked, axis=-1) - (ranked.shape[-1] + 1) / 2 for ranked in (x, y))
    with np.errstate(invalid="ignore"):
        return np.sum(x * y, -1) / np.sqrt(np.sum(x * x, -1) * np.sum(y * y, -1))


def mean_bootstrap(scores, generator, resamples=2000):
    """A system's mean score.

    Args:
        scores: (seeds, items), resampled as for `paired_bootstrap`.
        generator: numpy Generator.

    Returns:
        Estimate.
    """
    scores = np.asarray(scores, np.float64)
    seeds, items = scores.shape
    return _bootstrap(lambda rows: scores[:, rows].mean(axis=1), seeds, items, generator, resamples)


def paired_bootstrap(scores_a, scores_b, generator, resamples=2000):
    """Difference of two systems' mean scores on the same items, a minus b.

    Args:
        scores_a, scores_b: (seeds, items), or (1, items) for a system without a seed. Seed i
            and item j of both are resampled together.
        generator: numpy Generator.

    Returns:
        Estimate. Few seeds make its interval too narrow: with s of them the variance between
        seeds counts (s - 1) / s of itself.
    """
    difference = np.asarray(scores_a, np.float64) - np.asarray(scores_b, np.float64)
    return mean_bootstrap(difference, generator, resamples)


def paired_rho_bootstrap(human, cosines_a, cosines_b, generator, resamples=2000):
    """Difference of two systems' Spearman correlations with the same human scores, a minus b.

    Args:
        human: (pairs,) scores.
        cosines_a, cosines_b: (seeds, pairs), or (1, pairs), as for `paired_bootstrap`.

    Returns:
        Estimate.
    """
    human, cosines = np.asarray(human), np.concatenate([cosines_a, cosines_b])
    seeds_a, seeds_b = len(cosines_a), len(cosines_b)

    def difference(rows):
        rho = spearman(human[rows], cosines[:, rows])
        return rho[:seeds_a] - rho[seeds_a:]

    return _bootstrap(difference, max(seeds_a, seeds_b), len(human), generator, resamples)


def _bootstrap(statistic, seeds, items, generator, resamples):
    """Estimate of the mean over seeds of statistic(rows of items) -> (seeds,).

    Each resample draws items and seeds with replacement; one in which the statistic is undefined
    (NaN) is left out.
    """
    draws = [
        statistic(generator.integers(items, size=items))[generator.integers(seeds, size=seeds)]
        for _ in range(resamples)
    ]
    low, high = np.nanquantile(np.mean(draws, axis=1), (0.025, 0.975))
    return Estimate(float(statistic(np.arange(items)).mean()), float(low), float(high))
