"""Word similarity: the agreement of embeddings with people (paper, section 4.1, Table 1).

Statistics have 95 % percentile intervals from a bootstrap over the items, and over the seeds of a
system that was trained several times. Comparisons resample both systems' items together.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd
from scipy import stats

from ..data.word_pairs import WordPair
from ..errors import UserError
from .bootstrap import rho_bootstrap
from .ranking import Vectors

PAIR = ["first", "second", "score"]
FEWEST = 3  # pairs that a correlation needs


class WordSimilarity(NamedTuple):
    """The correlation of a model's cosines with human scores.

    Attributes:
        rho: Spearman's correlation.
        p: its two-sided p-value.
        low: the lower end of its 95 % bootstrap interval.
        high: the upper end.
        used: how many pairs have both words in the vocabulary.
        total: how many pairs there are.
        items: one row per used pair, with the columns first, second, score (human) and cosine.
    """

    rho: float
    p: float
    low: float
    high: float
    used: int
    total: int
    items: pd.DataFrame

    def __repr__(self) -> str:
        """Describe the correlation in one line."""
        return (
            f"WordSimilarity(rho {self.rho:.3f}, {self.low:.3f} to {self.high:.3f}, "
            f"{self.used} of {self.total} pairs)"
        )


def word_similarity(
    pairs: Sequence[WordPair],
    vocabulary: Mapping[str, int],
    embeddings: Vectors,
    generator: np.random.Generator,
    resamples: int = 2000,
) -> WordSimilarity:
    """Correlate human scores with cosines of embeddings, by Spearman's rho.

    Args:
        pairs: word pairs, which are lower-cased like the tokenizer's words.
        vocabulary: the row of `embeddings` for each word; pairs with other words are not used.
        embeddings: (words, size) float32.
        generator: draws the bootstrap's resamples of pairs.
        resamples: the number of resamples.

    Raises:
        UserError: fewer than three pairs are covered, or their ranks do not vary.
    """
    items = _cosines(pairs, vocabulary, embeddings)
    human, cosine = items["score"].to_numpy(), items["cosine"].to_numpy()
    if len(items) < FEWEST:
        raise UserError(
            f"only {len(items)} of {len(pairs)} word pairs have both words in the vocabulary, "
            f"and a correlation needs {FEWEST}: give other pairs, or train on more captions"
        )
    if not np.isfinite(cosine).all() or np.ptp(cosine) == 0 or np.ptp(human) == 0:
        raise UserError(
            f"the {len(items)} word pairs have no correlation: all their cosines or all their "
            "human scores are equal, or the embeddings hold NaN; train again or give other pairs"
        )
    rho, p = stats.spearmanr(human, cosine)
    interval = rho_bootstrap(human, cosine[None], generator, resamples)
    low, high = interval.low, interval.high
    return WordSimilarity(float(rho), float(p), low, high, len(items), len(pairs), items)


def common_pairs(items_a: pd.DataFrame, items_b: pd.DataFrame) -> pd.DataFrame:
    """Return the pairs in both systems' items: first, second, score, cosine_a, cosine_b."""
    items_a, items_b = (items.drop_duplicates(PAIR) for items in (items_a, items_b))
    return items_a.merge(items_b, on=PAIR, suffixes=("_a", "_b"))


def closer_to_humans(items_a: pd.DataFrame, items_b: pd.DataFrame) -> pd.DataFrame:
    """Sort pairs by how much closer to the humans system a ranks them than system b does.

    Returns:
        `common_pairs` in falling order of `gain` = |rank of cosine_b - rank of score| - |rank of
        cosine_a - rank of score|, in ranks among the common pairs: positive where a is closer.
    """
    pairs = common_pairs(items_a, items_b)
    rank = pairs[["score", "cosine_a", "cosine_b"]].rank()
    miss_a, miss_b = ((rank[name] - rank["score"]).abs() for name in ("cosine_a", "cosine_b"))
    gain = pairs.assign(gain=miss_b - miss_a)
    return gain.sort_values("gain", ascending=False, kind="stable", ignore_index=True)


def _cosines(
    pairs: Sequence[WordPair], vocabulary: Mapping[str, int], embeddings: Vectors
) -> pd.DataFrame:
    """Return the covered pairs with cosines; a zero embedding has cosine 0 to every word."""
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
