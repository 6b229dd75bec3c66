"""How much of the omission scores words, positions and relations explain, on held-out captions."""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from ...evaluation.bootstrap import Estimate
from ...evaluation.ridge import one_hot, ridge, tuned
from .. import estimates
from ..estimates import SEED, Values
from .omissions import PLACES, Scored

ALPHAS = [2.0**n for n in range(-2, 6)]
FIT_SHARE = 100_000 / 260_000  # of the words, as in the paper; here of the images
TUNE_SHARE = 0.2  # of the images that are fitted, to choose the penalty
REFITS = 100  # resamples of the coefficients
WORD, POSITION, RELATION, FULL = "word", "+position", "+dependency", "full"
# Name of a regression: its variables. Those of two names are interactions.
PREDICTORS = {
    WORD: ["word"],
    POSITION: ["word", "place", "word:place"],
    RELATION: ["word", "relation", "word:relation"],
    FULL: ["word", "relation", "word:relation", "place", "word:place"],
}
SUMS = ["words", "sum", "squares", "residuals"]


class Split(NamedTuple):
    """Which words are fitted and which are held out: masks (words,); no image is in both."""

    fitted: npt.NDArray[np.bool_]
    tuning: npt.NDArray[np.bool_]


def split(tokens: pd.DataFrame) -> Split:
    """Draw the images whose captions are fitted, and those among them that choose the penalty."""
    images = np.random.default_rng(SEED).permutation(tokens["image"].unique())
    fit = images[: round(FIT_SHARE * len(images))]
    tune = fit[: round(TUNE_SHARE * len(fit))]
    return Split(tokens["image"].isin(fit).to_numpy(), tokens["image"].isin(tune).to_numpy())


def variables(tokens: pd.DataFrame, predictors: str) -> pd.DataFrame:
    """Return the variables of one of `PREDICTORS`, interactions as joined levels."""
    return pd.DataFrame({name: _joined(tokens, name) for name in PREDICTORS[predictors]})


def _joined(tokens: pd.DataFrame, name: str) -> "pd.Series[str]":
    """Return a variable, or two as joined levels."""
    first, *second = name.split(":")
    return tokens[first] + ":" + tokens[second[0]] if second else tokens[first]


def items(scored: Scored) -> pd.DataFrame:
    """Fit all regressions, and sum up what they leave of each held-out image.

    Returns:
        A row for each predictors, model, seed and held-out image: its number of words, and the sum,
        the sum of squares and that of squared residuals of their scores.
    """
    return pd.concat([_items(scored, predictors) for predictors in PREDICTORS], ignore_index=True)


def _items(scored: Scored, predictors: str) -> pd.DataFrame:
    fitted, tuning = split(scored.tokens)
    X, _ = one_hot(variables(scored.tokens, predictors))
    Y = np.concatenate(list(scored.scores.values())).T
    w, b, _ = tuned(X[fitted], Y[fitted], tuning[fitted], ALPHAS)
    held = ~fitted
    residuals = (Y[held] - X[held] @ w - b) ** 2
    images = scored.tokens["image"][held].to_numpy()
    columns = ((model, seed) for model, of in scored.scores.items() for seed in range(len(of)))
    return pd.concat(
        pd.DataFrame({"words": 1, "sum": y, "squares": y**2, "residuals": residual})
        .groupby(images).sum().rename_axis("image").reset_index()
        .assign(predictors=predictors, model=model, seed=seed + 1)
        for (model, seed), y, residual in zip(columns, Y[held].T, residuals.T, strict=True)
    )  # fmt: skip


def sums_of(items: pd.DataFrame, model: str, predictors: str) -> Values:
    """Return the sums of `items` for one regression, (sums, seeds, images)."""
    of = items[(items["model"] == model) & (items["predictors"] == predictors)]
    return np.stack([of.pivot(index="seed", columns="image", values=name) for name in SUMS])


def r_squared(sums: Values) -> Values:
    """Return the share of variance explained, (seeds,), from sums (sums, seeds, images)."""
    words, total, squares, residuals = sums.sum(axis=-1)
    return np.asarray(1 - residuals / (squares - total**2 / words))


def explained(items: pd.DataFrame, model: str, predictors: str) -> Estimate:
    """Estimate R² of a regression on held-out captions, over images and seeds."""
    sums = sums_of(items, model, predictors)
    return estimates.statistic(lambda rows: r_squared(sums[..., rows]), *sums.shape[1:])


def explained_more(items: pd.DataFrame, model: str, a: str, b: str) -> Estimate:
    """Estimate how much larger R² is with the predictors a than with b."""
    of_a, of_b = (sums_of(items, model, name) for name in (a, b))
    return estimates.statistic(
        lambda rows: r_squared(of_a[..., rows]) - r_squared(of_b[..., rows]), *of_a.shape[1:]
    )


def explained_more_than(items: pd.DataFrame, a: str, b: str, predictors: str) -> Estimate:
    """Estimate how much larger R² is for model a than for model b."""
    of_a, of_b = (sums_of(items, model, predictors) for model in (a, b))
    return estimates.statistic(
        lambda rows: r_squared(of_a[..., rows]) - r_squared(of_b[..., rows]), *of_a.shape[1:]
    )


def coefficients(scored: Scored) -> pd.DataFrame:
    """Estimate the coefficient of each position in the full regression.

    All are fitted with one penalty, the one that was chosen most, and the interval is that of
    `REFITS` regressions on resampled images and seeds.

    Returns:
        A row for each model and place: value, low, high.
    """
    fitted, tuning = split(scored.tokens)
    tokens = scored.tokens[fitted]
    X, names = one_hot(variables(tokens, FULL))
    Y = np.concatenate(list(scored.scores.values())).T[fitted]
    chosen = tuned(X, Y, tuning[fitted], ALPHAS)[2]
    at = [names.index(f"place={place}") for place in PLACES if f"place={place}" in names]
    alpha = float(pd.Series(chosen).mode()[0])
    w, _ = ridge(X, Y, alpha)
    refits = np.stack([ridge(X[rows], Y[rows], alpha)[0][at] for rows in _resampled(tokens)])
    return _summary(scored, [names[i].removeprefix("place=") for i in at], w[at], refits)


def _resampled(tokens: pd.DataFrame) -> Iterator[npt.NDArray[np.int64]]:
    """Yield the rows of resampled images."""
    generator = np.random.default_rng(SEED)
    rows = [np.asarray(of) for of in tokens.reset_index().groupby("image").indices.values()]
    for _ in range(REFITS):
        yield np.concatenate([rows[i] for i in generator.integers(len(rows), size=len(rows))])


def _summary(scored: Scored, places: list[str], w: Values, refits: Values) -> pd.DataFrame:
    """Return means over seeds, and the intervals of the same of resampled seeds."""
    generator, rows, start = np.random.default_rng(SEED), [], 0
    for model, of in scored.scores.items():
        seeds = len(of)
        drawn = [r[:, start + generator.integers(seeds, size=seeds)].mean(axis=1) for r in refits]
        low, high = np.quantile(drawn, (0.025, 0.975), axis=0)
        values = w[:, start : start + seeds].mean(axis=1)
        rows += [(model, *row) for row in zip(places, values, low, high, strict=True)]
        start += seeds
    return pd.DataFrame(rows, columns=["model", "place", "value", "low", "high"])
