"""The tests of the paper's claims about words: their similarities and their images.

A test takes the items of the results that its claim needs, and returns the parts of the claim.
"""

from collections.abc import Callable

import numpy as np
import pandas as pd
from scipy import stats

from ..evaluation.bootstrap import paired_rho_bootstrap, rho_bootstrap
from ..evaluation.word_similarity import closer_to_humans
from . import published, results
from .verdicts import (
    FAILS,
    HOLDS,
    INCONCLUSIVE,
    Part,
    Values,
    above,
    beat_linreg,
    generator,
    mean,
    not_run,
    scores,
)

BENCHMARKS = ["SimLex", "MEN"]
IMAGINET = ["VISUAL", "MULTITASK", "TEXTUAL"]
# MEN has no pair college-exhibition; what the paper prints is read as MEN's collage-exhibition.
MISPRINTS = {"college": "collage"}

# From a benchmark, its human scores (pairs,) and the cosines (seeds, pairs) by model to parts.
BenchmarkTest = Callable[[str, Values, dict[str, Values]], list[Part]]


def correlated(table1: pd.DataFrame) -> list[Part]:
    """Hold where p is below the paper's level for every seed; fail where it is for none."""
    level = results.paper_number("Table 1", "all", "p below")

    def part(model: str, benchmark: str, human: Values, cosines: dict[str, Values]) -> Part:
        tests = [stats.spearmanr(human, seed) for seed in cosines[model]]
        passed = [test.statistic > 0 and test.pvalue < level for test in tests]
        word = HOLDS if all(passed) else INCONCLUSIVE if any(passed) else FAILS
        rho = rho_bootstrap(human, cosines[model], generator())
        p = max(test.pvalue for test in tests)
        figures = f"{rho.value:.3f} ({rho.low:.3f} to {rho.high:.3f}), p ≤ {p:.2g}"
        return Part(f"{model} on {benchmark}", word, figures, rho)

    return _on_benchmarks(table1, lambda *scores: [part(model, *scores) for model in IMAGINET])


def beat_linreg_at_similarity(table1: pd.DataFrame) -> list[Part]:
    """Compare each IMAGINET model with LINREG."""
    return _better_correlated(table1, [(model, "LINREG") for model in IMAGINET])


def multitask_is_best_at_similarity(table1: pd.DataFrame) -> list[Part]:
    """Compare MULTITASK with the other two."""
    return _better_correlated(table1, [("MULTITASK", "VISUAL"), ("MULTITASK", "TEXTUAL")])


def _better_correlated(table1: pd.DataFrame, pairs: list[tuple[str, str]]) -> list[Part]:
    """Judge that the first model of each pair has a larger rho than the second."""

    def part(a: str, b: str, benchmark: str, human: Values, cosines: dict[str, Values]) -> Part:
        rho = paired_rho_bootstrap(human, cosines[a], cosines[b], generator())
        return above(f"{a} over {b} on {benchmark}", rho)

    return _on_benchmarks(table1, lambda *scores: [part(a, b, *scores) for a, b in pairs])


def _on_benchmarks(table1: pd.DataFrame, test: BenchmarkTest) -> list[Part]:
    """Return the parts of `test` on each benchmark."""
    parts = []
    for benchmark in BENCHMARKS:
        items = table1[table1["benchmark"] == benchmark]
        if items.empty:
            parts.append(not_run(benchmark, f"give --{benchmark.lower()} FILE"))
        else:
            parts += test(benchmark, *published.similarities(items))
    return parts


def named_pairs_are_nearer(table1: pd.DataFrame) -> list[Part]:
    """Judge the gain in ranks over VISUAL of each pair that the paper names.

    One pair is one item, so only seeds are resampled. With one seed there is no interval but the
    bare value, which is what the paper had.
    """
    return [_nearer(table1, pair) for pair in results.PUBLISHED["closer_in_multitask"]]


def _nearer(table1: pd.DataFrame, printed: list[str]) -> Part:
    read = [MISPRINTS.get(word, word) for word in printed]
    label = "-".join(printed) + (f" (read as {'-'.join(read)})" if read != printed else "")
    gains = np.array([_gains(seed, set(read)) for _, seed in table1.groupby("seed")])
    if not gains.size:
        return not_run(label, "no benchmark of this run has it with both words in the vocabulary")
    return above(f"{label}, ranks gained", mean(gains))


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
    return beat_linreg(scores(table2, ["word"], "accuracy@5"))
