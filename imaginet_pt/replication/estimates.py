"""Estimate every measured quantity with its 95 % interval.

The tables, the claims and the comparison with the paper's numbers all use these functions, so that
a quantity has the same estimate and interval everywhere. (Figure 2 alone, like the original, takes
means over captions, not over images; they differ where images have unequally many.) The bootstrap
resamples the items (word pairs, words, or images with all their captions, whose scores depend on
each other), and the seeds of a model that was trained several times.
"""

from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import stats

from ..evaluation.bootstrap import (
    Estimate,
    Rows,
    bootstrap,
    mean_bootstrap,
    paired_bootstrap,
    paired_rho_bootstrap,
    rho_bootstrap,
)
from ..evaluation.word_similarity import PAIR

SEED = 1  # of every bootstrap

Values = npt.NDArray[np.float64]
Clusters = npt.ArrayLike  # (units,), a number for each


def by_unit(items: pd.DataFrame, unit: Sequence[str], value: str) -> pd.DataFrame:
    """Average `value` over each unit, in each model and seed.

    Args:
        unit: the columns that name a unit.

    Returns:
        A row for each unit that all models and seeds have, sorted, and a column for each of these.
    """
    return items.pivot_table(index=list(unit), columns=["model", "seed"], values=value).dropna()


def scores(items: pd.DataFrame, unit: Sequence[str], value: str) -> dict[str, Values]:
    """Return `by_unit` as arrays (seeds, units) by model."""
    table = by_unit(items, unit, value)
    return {model: table[model].to_numpy().T for model in table.columns.unique("model")}


def similarities(table1: pd.DataFrame, benchmark: str) -> tuple[Values, dict[str, Values]]:
    """Return human scores (pairs,) and cosines (seeds, pairs) by model, of one benchmark."""
    items = table1[table1["benchmark"] == benchmark]
    human = by_unit(items, PAIR, "cosine").index.get_level_values("score").to_numpy()
    return human, scores(items, PAIR, "cosine")


def rho(table1: pd.DataFrame, benchmark: str, model: str) -> Estimate:
    """Estimate a model's Spearman correlation with a benchmark, the mean over its seeds."""
    human, cosines = similarities(table1, benchmark)
    return rho_bootstrap(human, cosines[model], _generator())


def rho_difference(table1: pd.DataFrame, benchmark: str, a: str, b: str) -> Estimate:
    """Estimate how much larger the Spearman correlation of model a is than that of b."""
    human, cosines = similarities(table1, benchmark)
    return paired_rho_bootstrap(human, cosines[a], cosines[b], _generator())


def largest_p(table1: pd.DataFrame, benchmark: str, model: str) -> float:
    """Return the largest p of a model's Spearman correlations, one for each seed.

    It is the two-sided p of `scipy.stats.spearmanr`.
    """
    human, cosines = similarities(table1, benchmark)
    return max(float(stats.spearmanr(human, seed).pvalue) for seed in cosines[model])


def mean(a: Values, clusters: Clusters | None = None) -> Estimate:
    """Estimate the mean of an array (seeds, units).

    Args:
        a: the array.
        clusters: of each unit, where units are resampled together, such as words by their images;
            every unit weighs the same, however many its cluster has.
    """
    if clusters is None:
        return mean_bootstrap(a, _generator())
    codes, distinct = pd.factorize(np.asarray(clusters))
    sums = np.stack([np.bincount(codes, weights=of_seed) for of_seed in a])
    counts = np.bincount(codes)
    return statistic(
        lambda rows: sums[:, rows].sum(axis=1) / counts[rows].sum(), len(a), len(distinct)
    )


def difference(a: Values, b: Values) -> Estimate:
    """Estimate the mean of a minus b, both of shape (seeds, units) or (1, units)."""
    return paired_bootstrap(a, b, _generator())


def statistic(of: Callable[[Rows], Values], seeds: int, items: int) -> Estimate:
    """Estimate the mean over seeds of any statistic (seeds,) of rows of items."""
    return bootstrap(of, seeds, items, _generator())


def _generator() -> np.random.Generator:
    """Return a new generator with the same seed for each bootstrap."""
    return np.random.default_rng(SEED)
