"""Verdicts on statements about a run's own items: a word, and the interval that it comes from.

A claim is made of parts that must all be true. A part says that a difference is above zero; the
difference comes with the 95 % interval of a paired bootstrap over items and seeds. The items are
word pairs, words, or images with all their captions, since captions of one image rise and fall
together. A part, and a claim,

    holds            if the whole interval is above zero; if every part holds
    fails            if the whole interval is below zero; if some part fails, whatever the others
    is inconclusive  if the interval contains zero; if no part fails and not every part holds
    is not run       if the run lacks what the part is about; if no part fails and one is not run

Each part is at 95 % by itself. Nothing is corrected for the number of parts, since they are not
searched for one that is significant but must hold together.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from ..evaluation.bootstrap import Estimate, mean_bootstrap, paired_bootstrap

WORDS = HOLDS, FAILS, INCONCLUSIVE, NOT_RUN = "holds", "fails", "inconclusive", "not run"
SEED = 1  # of every bootstrap

Values = npt.NDArray[np.float64]


class Part(NamedTuple):
    """One of `WORDS` on one statement, the figures behind it, and the interval if there is one."""

    label: str
    word: str
    figures: str
    estimate: Estimate | None = None

    def __str__(self) -> str:
        return f"{self.label} {self.figures}"


def above(label: str, estimate: Estimate) -> Part:
    """Judge that a difference is above zero."""
    word = HOLDS if estimate.low > 0 else FAILS if estimate.high < 0 else INCONCLUSIVE
    value, low, high = (f"{x:+.3f}" for x in estimate)
    return Part(label, word, f"{value} ({low} to {high})", estimate)


def not_run(label: str, reason: str) -> Part:
    """Return the part of a claim for which the run lacks something."""
    return Part(label, NOT_RUN, f"not run: {reason}")


def combine(parts: Sequence[Part]) -> str:
    """Return the verdict on a claim that is made of these parts."""
    words = [part.word for part in parts]
    if set(words) == {HOLDS}:
        return HOLDS
    return next((word for word in (FAILS, NOT_RUN) if word in words), INCONCLUSIVE)


def by_unit(items: pd.DataFrame, unit: Sequence[str], value: str) -> pd.DataFrame:
    """Average `value` over each unit, in each model and seed.

    Args:
        unit: the columns that name a unit.

    Returns:
        A row for each unit that all have, sorted, and a column for each model and seed.
    """
    return items.pivot_table(index=list(unit), columns=["model", "seed"], values=value).dropna()


def scores(items: pd.DataFrame, unit: Sequence[str], value: str) -> dict[str, Values]:
    """Return the averages of `by_unit` as arrays (seeds, units) by model."""
    table = by_unit(items, unit, value)
    return {model: table[model].to_numpy().T for model in table.columns.unique("model")}


def difference(a: Values, b: Values) -> Estimate:
    """Estimate the mean of a minus b, both of shape (seeds, units) or (1, units)."""
    estimate: Estimate = paired_bootstrap(a, b, generator())
    return estimate


def mean(a: Values) -> Estimate:
    """Estimate the mean of an array (seeds, units)."""
    estimate: Estimate = mean_bootstrap(a, generator())
    return estimate


def generator() -> np.random.Generator:
    """Return a generator that gives every bootstrap the same draws."""
    return np.random.default_rng(SEED)


def beat_linreg(by_model: Mapping[str, Values], suffix: str = "") -> list[Part]:
    """Judge that VISUAL and that MULTITASK score above LINREG.

    Args:
        by_model: scores (seeds, units); of LINREG (1, units).
        suffix: of the parts' labels.
    """
    return [
        above(f"{model} over LINREG{suffix}", difference(by_model[model], by_model["LINREG"]))
        for model in ("VISUAL", "MULTITASK")
    ]
