"""Word similarity: how cosines of embeddings agree with people (paper, section 4.1, Table 1).

Statistics come with 95 % percentile intervals of a bootstrap over the items, and over the seeds
where a system was trained several times. Comparisons resample both systems' items together.
"""

from typing import NamedTuple

import numpy as np
import pandas as pd
from scipy import stats

from .errors import UserError

PAIR = ["first", "second", "score"]
FEWEST = 3  # pairs that a correlation needs


class Estimate(NamedTuple):
    """A statistic and the 95 % interval of its bootstrap."""

    value: float
    low: float
    high: float


class WordSimilarity(NamedTuple):
    """Correlation of a model's cosines with human scores.

    rho, p: Spearman's correlation and its two-sided p-value.
    low, high: 95 % bootstrap interval of rho.
    used, total: pairs with both words in the vocabulary, and pairs asked for.
    items: a row a used pair, with the columns first, second, score (human) and cosine.
    """

    rho: float
    p: float
    low: float
    high: float
    used: int
    total: int
    items: pd.DataFrame


def word_similarity(pairs, vocabulary, embeddings, generator, resamples=2000):
    """Spearman's rho between human scores and cosines of embeddings.

    Args:
        pairs: word pairs with `first`, `second` and `score`; lower-cased, as the tokenizer does.
        vocabulary: row of `embeddings` for each word. A pair with another word is not used.
        embeddings: (words, size) float32.
        generator: numpy Generator for the bootstrap over pairs.
        resamples: how many the bootstrap draws.

    Raises:
        UserError: fewer than three pairs are covered, or their ranks do not vary.
    """
    items = _cosines(pairs, vocabulary, embeddings)
    human, cosine = items["score"].to_numpy(), items["cosine"].to_numpy()
    if len(items) < FEWEST:
        raise UserError(
            f"only {len(items)} of {len(pairs)} word pairs have both words in the vocabulary, "
            f"and a correlation needs {FEWEST}: give other pairs or a lower --word-freq-threshold"
        )
    if not np.isfinite(cosine).all() or np.ptp(cosine) == 0 or np.ptp(human) == 0:
        raise UserError(
            f"the {len(items)} word pairs have no correlation: all their cosines or all their "
            "human scores are equal, or the embeddings hold NaN; train again or give other pairs"
        )
    rho, p = stats.spearmanr(human, cosine)
    _, low, high = rho_bootstrap(human, cosine[None], generator, resamples)
    return WordSimilarity(float(rho), float(p), low, high, len(items), len(pairs), items)


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


def common_pairs(items_a, items_b):
    """Pairs in both systems' items: first, second, score, cosine_a, cosine_b, in the order of a."""
    items_a, items_b = (items.drop_duplicates(PAIR) for items in (items_a, items_b))
    return items_a.merge(items_b, on=PAIR, suffixes=("_a", "_b"))


def closer_to_humans(items_a, items_b):
    """Pairs that system a ranks nearer to the humans than system b does, the clearest first.

    Returns:
        `common_pairs` with `gain` = |rank of cosine_b - rank of score| - |rank of cosine_a - rank
        of score|, in ranks among the common pairs: positive where a is nearer. All pairs are
        there, in falling order of gain, so that a named pair can be looked up.
    """
    pairs = common_pairs(items_a, items_b)
    rank = pairs[["score", "cosine_a", "cosine_b"]].rank()
    miss_a, miss_b = ((rank[name] - rank["score"]).abs() for name in ("cosine_a", "cosine_b"))
    gain = pairs.assign(gain=miss_b - miss_a)
    return gain.sort_values("gain", ascending=False, kind="stable", ignore_index=True)


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


def _cosines(pairs, vocabulary, embeddings):
    """Items of the covered pairs; a word whose embedding is zero has cosine 0 to every word."""
    table = pd.DataFrame(
        [(pair.first.lower(), pair.second.lower(), float(pair.score)) for pair in pairs],
        columns=PAIR,
    )
    rows = [table[name].map(vocabulary) for name in ("first", "second")]
    covered = rows[0].notna() & rows[1].notna()
    x, y = (embeddings[row[covered].to_numpy(int)].astype(np.float64) for row in rows)
    norms = np.linalg.norm(x, axis=1) * np.linalg.norm(y, axis=1)
    cosine = np.sum(x * y, axis=1) / np.where(norms > 0, norms, 1)
    return table[covered].assign(cosine=cosine).reset_index(drop=True)
