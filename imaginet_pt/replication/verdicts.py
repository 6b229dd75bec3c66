"""What is said of a statement on a run's own items: a word, and the interval that it comes from.

A claim is made of parts that must all be true. A part says that a difference is above zero; the
difference comes with the 95 % interval of a paired bootstrap over items and seeds. The items are
word pairs, words, or images with all their captions, since captions of one image rise and fall
together. Of a part, and of a claim, is said that it

    holds         the whole interval is above zero; every part holds
    fails         the whole interval is below zero; some part fails, whatever the others do
    inconclusive  the interval has zero in it; no part fails, not every part holds
    not run       the run has not what the part is about; no part fails, and some were not run

Each part is at 95 % by itself. Nothing is corrected for the number of parts, since they are not
searched for one that is significant but must hold together.
"""

from typing import NamedTuple

import numpy as np

from ..evaluation.bootstrap import Estimate, mean_bootstrap, paired_bootstrap

WORDS = HOLDS, FAILS, INCONCLUSIVE, NOT_RUN = "holds", "fails", "inconclusive", "not run"
SEED = 1  # of every bootstrap


class Part(NamedTuple):
    """One of `WORDS` on one statement, the figures behind it, and the interval if there is one."""

    label: str
    word: str
    figures: str
    estimate: Estimate | None = None

    def __str__(self):
        return f"{self.label} {self.figures}"


def above(label, estimate):
    """The part that says that a difference is above zero."""
    word = HOLDS if estimate.low > 0 else FAILS if estimate.high < 0 else INCONCLUSIVE
    value, low, high = (f"{x:+.3f}" for x in estimate)
    return Part(label, word, f"{value} ({low} to {high})", estimate)


def not_run(label, reason):
    """The part that the run lacks something for."""
    return Part(label, NOT_RUN, f"not run: {reason}")


def combined(parts):
    """The word on a claim that is made of these parts."""
    words = [part.word for part in parts]
    if set(words) == {HOLDS}:
        return HOLDS
    return next((word for word in (FAILS, NOT_RUN) if word in words), INCONCLUSIVE)


def by_unit(items, unit, value):
    """Mean `value` of each unit (row, in order) in each model and seed (column), where all have it.

    unit: the columns that name a unit.
    """
    return items.pivot_table(index=unit, columns=["model", "seed"], values=value).dropna()


def scores(items, unit, value):
    """`by_unit` as {model: (seeds, units)}."""
    wide = by_unit(items, unit, value)
    return {model: wide[model].to_numpy().T for model in wide.columns.unique("model")}


def difference(a, b):
    """`Estimate` of the mean of a minus b, (seeds, units) or (1, units)."""
    return paired_bootstrap(a, b, generator())


def mean(a):
    """`Estimate` of the mean of (seeds, units)."""
    return mean_bootstrap(a, generator())


def generator():
    """The same draws for every bootstrap."""
    return np.random.default_rng(SEED)
