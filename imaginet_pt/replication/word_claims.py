"""Test the paper's claims about words: their similarities and their images.

A test takes the items of the result that its claim needs, and returns the parts of the claim.
"""

from collections.abc import Callable, Sequence

import numpy as np
import pandas as pd

from ..data.benchmarks import MEN, SIMLEX
from ..evaluation.bootstrap import Estimate
from ..evaluation.word_similarity import closer_to_humans
from . import estimates, results
from .verdicts import (
    FAILS,
    HOLDS,
    INCONCLUSIVE,
    LEAST_PAIRS,
    SMALLEST_RHO,
    Part,
    above,
    beat_linreg,
    figures,
    not_run,
)

BENCHMARKS = [SIMLEX, MEN]
IMAGINET = ["VISUAL", "MULTITASK", "TEXTUAL"]
# MEN has no pair college-exhibition; what the paper prints is read as MEN's collage-exhibition.
MISPRINTS = {"college": "collage"}


def correlated(table1: pd.DataFrame) -> list[Part]:
    """Judge that rho is above zero, with p below the paper's level in every seed."""
    level = results.paper_number("Table 1", "all", "p below")

    def part(model: str, benchmark: str) -> Part:
        rho = estimates.rho(table1, benchmark, model)
        p = estimates.largest_p(table1, benchmark, model)
        word = FAILS if rho.high < 0 else HOLDS if rho.low > 0 and p < level else INCONCLUSIVE
        text = f"{figures(rho)}, p ≤ {p:.2g}"
        return Part(f"{model} on {benchmark}", word, text, rho, "rho", rho.p)

    return _on_benchmarks(table1, lambda benchmark: [part(model, benchmark) for model in IMAGINET])


def beat_linreg_at_similarity(table1: pd.DataFrame) -> list[Part]:
    """Compare each IMAGINET model with LINREG."""
    return _better_correlated(table1, [(model, "LINREG") for model in IMAGINET])


def multitask_is_best_at_similarity(table1: pd.DataFrame) -> list[Part]:
    """Compare MULTITASK with the other two."""
    return _better_correlated(table1, [("MULTITASK", "VISUAL"), ("MULTITASK", "TEXTUAL")])


def _better_correlated(table1: pd.DataFrame, models: Sequence[tuple[str, str]]) -> list[Part]:
    """Judge that the first model of each two has a larger rho than the second."""

    def part(a: str, b: str, benchmark: str) -> Part:
        difference = estimates.rho_difference(table1, benchmark, a, b)
        return above(f"{a} over {b} on {benchmark}", difference, "rho")

    return _on_benchmarks(table1, lambda benchmark: [part(a, b, benchmark) for a, b in models])


def _on_benchmarks(table1: pd.DataFrame, test: Callable[[str], list[Part]]) -> list[Part]:
    """Return the parts of `test` on each benchmark that has enough pairs."""
    parts = []
    for benchmark in BENCHMARKS:
        pairs = len(estimates.similarities(table1, benchmark)[0]) if _has(table1, benchmark) else 0
        if not pairs:
            parts.append(not_run(benchmark, results.missing_benchmark(benchmark)))
        elif pairs < LEAST_PAIRS:
            reason = f"{pairs} pairs, and to find a rho of {SMALLEST_RHO} takes {LEAST_PAIRS}"
            parts.append(not_run(benchmark, reason))
        else:
            parts += test(benchmark)
    return parts


def _has(table1: pd.DataFrame, benchmark: str) -> bool:
    return bool((table1["benchmark"] == benchmark).any())


def named_pairs_are_closer(table1: pd.DataFrame) -> list[Part]:
    """Describe the gain in ranks over VISUAL of each pair that the paper names.

    One pair is one item, so there is nothing to resample: a pair holds if it gains in every seed
    and fails if it loses in every seed.
    """
    return [_closer(table1, pair) for pair in results.PUBLISHED["closer_in_multitask"]]


def _closer(table1: pd.DataFrame, printed: list[str]) -> Part:
    read = [MISPRINTS.get(word, word) for word in printed]
    label = "-".join(printed) + (f" (read as {'-'.join(read)})" if read != printed else "")
    gains = [_gains(seed, set(read)) for _, seed in table1.groupby("seed")]
    means = [float(np.mean(gain)) for gain in gains if gain]
    if not means:
        return not_run(label, "no benchmark of this run has it with both words in the vocabulary")
    word = HOLDS if min(means) > 0 else FAILS if max(means) < 0 else INCONCLUSIVE
    text = f"{np.mean(means):+.0f} ({min(means):+.0f} to {max(means):+.0f} by seed)"
    extent = Estimate(float(np.mean(means)), min(means), max(means))
    return Part(f"{label}, ranks gained", word, text, extent, "ranks")


def _gains(items: pd.DataFrame, words: set[str]) -> list[float]:
    """Return MULTITASK's gain over VISUAL for a pair, in each benchmark that contains it."""
    gains = []
    for _, benchmark in items.groupby("benchmark"):
        by_model = dict(list(benchmark.groupby("model")))
        pairs = closer_to_humans(by_model["MULTITASK"], by_model["VISUAL"])
        gains += [row.gain for row in pairs.itertuples() if {row.first, row.second} == words]
    return gains


def beat_linreg_at_words(table2: pd.DataFrame) -> list[Part]:
    """Compare VISUAL and MULTITASK with LINREG by accuracy@5 of words."""
    return beat_linreg(estimates.scores(table2, ["word"], "accuracy@5"), "accuracy@5")
