"""Compare every published number with what the runs measured."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from ..data.benchmarks import MEN, SIMLEX
from ..evaluation.bootstrap import Estimate
from ..files.tables import read_frame
from . import estimates, grid
from .results import AGAIN, PUBLISHED, Result, missing_benchmark

AGREES, DIFFERS, CITED = "agrees", "differs", "cited, not measured"
HALF_DIGIT = 0.005  # the paper gives two digits
TOLERANCE = (
    "A number of the paper agrees if it lies in the 95 % interval of ours, over items and seeds, "
    f"widened by {HALF_DIGIT} on both sides, because the paper's are rounded to two digits. A "
    "count agrees if it is equal, and a level of p if all of ours are below it. None is compared "
    "unless captions, image features and sizes (--preset paper) are the paper's."
)
FLICKR30K = ("Section 4.2", "MULTITASK", "Flickr30K accuracy@5")

# From a result, the folder of its files, and a published number's row and column: our number as an
# `Estimate` whose bounds are those of what agrees with it, or None if the benchmark was not run.
Measure = Callable[[Result, Path, str, str], Estimate | None]


def agreement(estimate: Estimate, paper: float) -> str:
    """Say whether a published number agrees with or differs from ours, by `TOLERANCE`."""
    return _word(widened(estimate), paper)


def widened(estimate: Estimate) -> Estimate:
    """Widen an estimate's interval to the published numbers that agree with it."""
    return Estimate(estimate.value, estimate.low - HALF_DIGIT, estimate.high + HALF_DIGIT)


def _word(bounds: Estimate, paper: float) -> str:
    return AGREES if bounds.low <= paper <= bounds.high else DIFFERS


def table(
    results: Mapping[str, Result],
    out: Path,
    reasons: Mapping[str, str],
    mismatches: Mapping[str, str],
) -> pd.DataFrame:
    """Make a row for each published number: its place, ours, the agreeing range, the verdict.

    Args:
        results: the results by name.
        out: the folder of their files.
        reasons: why results are missing, by name.
        mismatches: why the published numbers of results cannot be compared with ours, by name;
            such numbers get no verdict.
    """
    return pd.DataFrame(
        _row(number, *_compare(number, results, out, reasons, mismatches))
        for number in PUBLISHED["numbers"]
    )


def describe_mismatches(mismatches: Mapping[str, str]) -> str:
    """Say which results have no verdicts and why; empty if all have."""
    if not mismatches:
        return ""
    results = "; ".join(f"{name}, {reason}" for name, reason in mismatches.items())
    return f"Numbers without a verdict are not comparable with ours: {results}."


def _row(number: Mapping[str, Any], verdict: str, ours: Estimate | None) -> dict[str, str]:
    return {
        "place": number["place"],
        "row": number["row"],
        "column": number["column"],
        "paper": str(number["value"]),
        "measured": _text(ours.value) if ours else "",
        "agrees within": _range(ours.low, ours.high) if ours else "",
        "verdict": verdict,
    }


def _compare(
    number: Mapping[str, Any],
    results: Mapping[str, Result],
    out: Path,
    reasons: Mapping[str, str],
    mismatches: Mapping[str, str],
) -> tuple[str, Estimate | None]:
    """Return the verdict on a published number, and our measure of it if there is one."""
    key = number["place"], number["column"]
    if key not in MEASURES or number["row"] not in ("all", *grid.MODELS):
        return CITED, None
    name, measure = MEASURES[key]
    if name not in results:
        return f"not run: {reasons[name]}", None
    ours = measure(results[name], out, number["row"], number["column"])
    if ours is None:
        return f"not run: {missing_benchmark(number['column'])}", None
    return "" if name in mismatches else _word(ours, number["value"]), ours


def _text(value: float) -> str:
    """Format a count in full, a share or rho with three digits, a small p by its size."""
    if isinstance(value, int):
        return f"{value}"
    return f"{value:.3f}" if abs(value) >= 0.001 else f"{value:.1g}"


def _range(low: float, high: float) -> str:
    if low == high:
        return _text(low)
    return f"above {_text(low)}" if np.isinf(high) else f"{_text(low)} to {_text(high)}"


def _correlation(result: Result, out: Path, model: str, benchmark: str) -> Estimate | None:
    if not (result.items["benchmark"] == benchmark).any():
        return None
    return widened(estimates.rho(result.items, benchmark, model))


def _largest_p(result: Result, out: Path, row: str, column: str) -> Estimate | None:
    benchmarks = set(result.items["benchmark"]) & {SIMLEX, MEN}
    if not benchmarks:
        return None
    p = max(
        estimates.largest_p(result.items, b, model) for b in benchmarks for model in grid.MODELS
    )
    return Estimate(p, p, np.inf)


def _accuracy(unit: str) -> Measure:
    """Return the measure of accuracy@5 whose items are resampled by `unit`."""

    def measure(result: Result, out: Path, model: str, column: str) -> Estimate:
        scores = estimates.scores(result.items, [unit], "accuracy@5")
        return widened(estimates.mean(scores[model]))

    return measure


def _count(result: Result, out: Path, row: str, column: str) -> Estimate:
    count = int(read_frame(out / f"{result.name}.csv", AGAIN)[column].iloc[0])
    return Estimate(count, count, count)


# Place and column of a published number: the result that has ours, and its measure.
MEASURES: dict[tuple[str, str], tuple[str, Measure]] = {
    ("Table 1", SIMLEX): ("table1", _correlation),
    ("Table 1", MEN): ("table1", _correlation),
    ("Table 1", "p below"): ("table1", _largest_p),
    ("Table 2", "accuracy@5"): ("table2", _accuracy("word")),
    ("Section 4.1", "words"): ("table2", _count),
    ("Section 4.1", "images"): ("table2", _count),
    ("Section 4.2", "Flickr30K accuracy@5"): ("flickr30k", _accuracy("image")),
}
