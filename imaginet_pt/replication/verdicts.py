"""Verdicts on statements about a run's own items, with the intervals that they follow from.

A claim consists of parts that must all be true. A part says that a quantity is above zero, and has
the 95 % interval of a bootstrap (`estimates`). A part, and a claim,

    holds            if the whole interval is above zero; if every part holds
    fails            if the whole interval is below zero and stays so when corrected for the number
                     of parts; if some part fails, whatever the others
    is inconclusive  if the interval contains zero; if no part fails and not every part holds
    is not run       if the run lacks data for the part, or has too few items for a test; if no part
                     fails and one is not run

Since all parts must hold for a claim to hold, that verdict needs no correction for their number.
But one part is enough for a claim to fail, so the p-values of parts below zero are corrected by
Holm's method (1979) within the claim.
"""

import math
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
from scipy import stats

from ..evaluation.bootstrap import Estimate
from .estimates import Clusters, Values, difference, mean
from .results import PUBLISHED

WORDS = HOLDS, FAILS, INCONCLUSIVE, NOT_RUN = "holds", "fails", "inconclusive", "not run"
LEVEL = 0.05
# With fewer items than this, a percentile interval of a mean is about 6 % narrower than Student's,
# or more: sqrt((n - 1) / n) * 1.96 / t(n - 1).
LEAST_ITEMS = 30


def pairs_needed(rho: float, level: float = 0.01, power: float = 0.8) -> int:
    """Return how many pairs a two-sided test of Spearman's rho needs to find `rho`.

    By Fisher's transformation with the variance (1 + rho^2 / 2) / (n - 3) of Bonett and Wright
    (2000).

    >>> pairs_needed(0.5)
    47
    """
    z: float = stats.norm.ppf(1 - level / 2) + stats.norm.ppf(power)
    return math.ceil(3 + (1 + rho**2 / 2) * (z / math.atanh(rho)) ** 2)


# Pairs that it takes to find the smallest rho that the paper reports of an IMAGINET model.
SMALLEST_RHO = min(
    number["value"]
    for number in PUBLISHED["numbers"]
    if number["place"] == "Table 1" and number["row"] in ("VISUAL", "MULTITASK", "TEXTUAL")
)
LEAST_PAIRS = pairs_needed(SMALLEST_RHO)


class Part(NamedTuple):
    """The verdict on one statement.

    Attributes:
        label: names the statement.
        word: the verdict, one of `WORDS`.
        figures: the numbers behind it, or why it was not run.
        estimate: the quantity with its interval, if there is one.
        unit: the unit of the estimate.
        p: the p-value of the hypothesis that the quantity is zero, if that was tested.
    """

    label: str
    word: str
    figures: str
    estimate: Estimate | None = None
    unit: str = ""
    p: float | None = None

    def __str__(self) -> str:
        return f"{self.label} {self.figures}"


def above(label: str, estimate: Estimate, unit: str = "") -> Part:
    """Judge that a quantity is above zero."""
    word = HOLDS if estimate.low > 0 else FAILS if estimate.high < 0 else INCONCLUSIVE
    return Part(label, word, figures(estimate, "+"), estimate, unit, estimate.p)


def above_zero(label: str, a: Values, unit: str, clusters: Clusters | None = None) -> Part:
    """Judge that the mean of scores (seeds, items) is above zero, if there are enough items.

    Args:
        label: names the statement.
        a: the scores.
        unit: the unit of the scores.
        clusters: as `estimates.mean` takes them; then there must be enough of them.
    """
    items = a.shape[1] if clusters is None else len(np.unique(clusters))
    return _too_few(label, items) or above(label, mean(a, clusters), unit)


def above_other(label: str, a: Values, b: Values, unit: str) -> Part:
    """Judge that the mean of a is above that of b, item by item, if there are enough items."""
    return _too_few(label, a.shape[1]) or above(label, difference(a, b), unit)


def _too_few(label: str, items: int) -> Part | None:
    if items >= LEAST_ITEMS:
        return None
    return not_run(label, f"{items} items, and an interval needs {LEAST_ITEMS}")


def not_run(label: str, reason: str) -> Part:
    """Return a part that was not run, with the reason."""
    return Part(label, NOT_RUN, f"not run: {reason}")


def beat_linreg(by_model: Mapping[str, Values], unit: str, suffix: str = "") -> list[Part]:
    """Judge that VISUAL and that MULTITASK score above LINREG.

    Args:
        by_model: scores (seeds, items) by model; (1, items) for LINREG.
        unit: the unit of the scores.
        suffix: the end of the parts' labels.
    """
    return [
        above_other(f"{model} over LINREG{suffix}", by_model[model], by_model["LINREG"], unit)
        for model in ("VISUAL", "MULTITASK")
    ]


def figures(estimate: Estimate, sign: str = "") -> str:
    """Format an estimate and its interval, with enough digits to tell the bounds from zero.

    >>> figures(Estimate(-0.046, -0.088, -0.0004), "+")
    '-0.0460 (-0.0880 to -0.0004)'
    """
    bounds = estimate.low, estimate.high
    digits = next((d for d in range(3, 7) if all(x == 0 or round(x, d) != 0 for x in bounds)), 6)
    value, low, high = (f"{x:{sign}.{digits}f}" for x in (estimate.value, *bounds))
    return f"{value} ({low} to {high})"


def holm(p: Sequence[float]) -> list[float]:
    """Correct p-values of several tests by Holm's method (1979).

    >>> holm([0.01, 0.04, 0.03])
    [0.03, 0.06, 0.06]
    """
    order = np.argsort(p, kind="stable")
    factors = np.arange(len(p), 0, -1)
    corrected = np.minimum(1, np.maximum.accumulate(np.asarray(p, float)[order] * factors))
    result: list[float] = corrected[np.argsort(order)].round(12).tolist()
    return result


def correct(parts: Sequence[Part]) -> list[Part]:
    """Let only those parts fail that are below zero even after Holm's correction."""
    tested = [i for i, part in enumerate(parts) if part.p is not None]
    corrected = dict(zip(tested, holm([parts[i].p or 0.0 for i in tested]), strict=True))
    return [
        _doubt(part, corrected[i])
        if part.word == FAILS and corrected.get(i, 0.0) >= LEVEL
        else part
        for i, part in enumerate(parts)
    ]


def _doubt(part: Part, p: float) -> Part:
    """Make a part inconclusive that fails by itself, but not after correction."""
    return part._replace(word=INCONCLUSIVE, figures=f"{part.figures}, corrected p {p:.2g}")


def combine(parts: Sequence[Part]) -> str:
    """Return the verdict on a claim that consists of these parts."""
    words = [part.word for part in parts]
    if set(words) == {HOLDS}:
        return HOLDS
    return next((word for word in (FAILS, NOT_RUN) if word in words), INCONCLUSIVE)
