"""Every published number beside what a run measured, and whether the two agree."""

import numpy as np
import pandas as pd
from scipy import stats

from ..evaluation.bootstrap import Estimate, rho_bootstrap
from ..evaluation.word_similarity import PAIR
from . import grid
from .results import PUBLISHED
from .verdicts import by_unit, generator, mean, scores

AGREES, DIFFERS, CITED = "agrees", "differs", "cited, not measured"
HALF_DIGIT = 0.005  # the paper gives two digits
TOLERANCE = (
    "A number of the paper agrees if it lies in the 95 % interval of ours, over items and seeds, "
    f"widened by {HALF_DIGIT} on both sides: the paper's are rounded to two digits. A count agrees "
    "if it is equal, and a level of p if all of ours are below. None is held against ours unless "
    "captions, image features and sizes (--preset paper) are the paper's."
)
FLICKR30K = ("Section 4.2", "MULTITASK", "Flickr30K accuracy@5")


def agreement(estimate, paper):
    """Whether a published number agrees with or differs from an `Estimate`: `TOLERANCE`."""
    return _word(widened(estimate), paper)


def widened(estimate):
    """The `Estimate` with the bounds of what agrees with it."""
    value, low, high = estimate
    return Estimate(value, low - HALF_DIGIT, high + HALF_DIGIT)


def _word(bounds, paper):
    return AGREES if bounds.low <= paper <= bounds.high else DIFFERS


def similarities(items):
    """Human scores (pairs,) and {model: cosines (seeds, pairs)} of one benchmark's items."""
    human = by_unit(items, PAIR, "cosine").index.get_level_values("score").to_numpy()
    return human, scores(items, PAIR, "cosine")


def table(results, out, reasons, incomparable):
    """A row a published number: where it stands, ours, what would agree with ours, the verdict.

    Args:
        results: `options.Result` by name, whose files are under `out`.
        reasons: why a result is not there, by name.
        incomparable: why the published numbers of a result cannot be held against ours, by name;
            one that is not named can.
    """
    return pd.DataFrame(
        _row(number, results, out, reasons, incomparable) for number in PUBLISHED["numbers"]
    )


def _row(number, results, out, reasons, incomparable):
    verdict, found = _compared(number, results, out, reasons, incomparable)
    return {
        "place": number["place"],
        "row": number["row"],
        "column": number["column"],
        "paper": str(number["value"]),
        "measured": _text(found.value) if found else "",
        "agrees within": _range(found.low, found.high) if found else "",
        "verdict": verdict,
    }


def _compared(number, results, out, reasons, incomparable):
    """The verdict on a published number, and our measure of it if there is one."""
    name, measure = MEASURES.get((number["place"], number["column"]), (None, None))
    if measure is None or number["row"] not in ("all", *grid.MODELS):
        return CITED, None
    if name not in results:
        return f"not run: {reasons[name]}", None
    found = measure(results[name], out, number["row"], number["column"])
    if found is None:
        return f"not run: give --{number['column'].lower()} FILE", None
    return incomparable.get(name, _word(found, number["value"])), found


def _text(value):
    """A count in full, a share or rho with three digits, a small p by its size."""
    if isinstance(value, int):
        return f"{value}"
    return f"{value:.3f}" if abs(value) >= 0.001 else f"{value:.1g}"


def _range(low, high):
    if low == high:
        return _text(low)
    return f"above {_text(low)}" if np.isinf(high) else f"{_text(low)} to {_text(high)}"


# A measure returns our figure as an `Estimate` whose bounds are those of what agrees with it, or
# None where the benchmark was not run.


def _correlation(result, out, model, benchmark):
    items = result.items[result.items["benchmark"] == benchmark]
    if items.empty:
        return None
    human, cosines = similarities(items)
    return widened(rho_bootstrap(human, cosines[model], generator()))


def _largest_p(result, out, row, column):
    groups = result.items.groupby(["benchmark", "model", "seed"])
    p = max(stats.spearmanr(items["score"], items["cosine"]).pvalue for _, items in groups)
    return Estimate(p, p, np.inf)


def _accuracy(unit):
    def measure(result, out, model, column):
        return widened(mean(scores(result.items, [unit], "accuracy@5")[model]))

    return measure


def _count(result, out, row, column):
    count = int(pd.read_csv(out / f"{result.name}.csv")[column].iloc[0])
    return Estimate(count, count, count)


# (place, column) of a published number -> the result that has ours, and the measure of it
MEASURES = {
    ("Table 1", "SimLex"): ("table1", _correlation),
    ("Table 1", "MEN"): ("table1", _correlation),
    ("Table 1", "p below"): ("table1", _largest_p),
    ("Table 2", "accuracy@5"): ("table2", _accuracy("word")),
    ("Section 4.1", "words"): ("table2", _count),
    ("Section 4.1", "images"): ("table2", _count),
    ("Section 4.2", "Flickr30K accuracy@5"): ("flickr30k", _accuracy("image")),
}
