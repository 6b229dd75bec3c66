"""The paper's claims, each with the test of it on a run's own items.

A test takes the items of the results that it needs and returns the parts that must hold together;
`verdicts` says how parts and claims are judged.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple

import numpy as np
import pandas as pd
from scipy import stats

from ..evaluation.bootstrap import paired_rho_bootstrap, rho_bootstrap
from ..evaluation.word_similarity import closer_to_humans
from . import published, results
from .retrieval_scores import ORDERS, first_iteration, last_iteration
from .verdicts import (
    FAILS,
    HOLDS,
    INCONCLUSIVE,
    Part,
    Values,
    above,
    combine,
    difference,
    generator,
    mean,
    not_run,
    scores,
)

BENCHMARKS = ["SimLex", "MEN"]
BOTH = ["VISUAL", "MULTITASK"]
IMAGINET = [*BOTH, "TEXTUAL"]
# MEN has no pair college-exhibition; what the paper prints is read as MEN's collage-exhibition.
MISPRINTS = {"college": "collage"}

# From the items of the results that a claim needs to the parts of the claim.
Test = Callable[..., list[Part]]
# From a benchmark, its human scores (pairs,) and the cosines (seeds, pairs) by model to parts.
BenchmarkTest = Callable[[str, Values, dict[str, Values]], list[Part]]


class Claim(NamedTuple):
    """A claim of the paper, and the test of it.

    Attributes:
        number: from 1.
        text: the claim in one sentence.
        section: of the paper.
        needs: names of the results whose items the test takes.
        test: from these items to the parts of the claim.
    """

    number: int
    text: str
    section: str
    needs: tuple[str, ...]
    test: Test


class Verdict(NamedTuple):
    """One of `verdicts.WORDS` on a claim, and the parts that it follows from."""

    claim: Claim
    word: str
    parts: list[Part]


CLAIMS: list[Claim] = []


def claim(text: str, section: str, *needs: str) -> Callable[[Test], Test]:
    """Make the decorated test that of the next of `CLAIMS`."""

    def register(test: Test) -> Test:
        CLAIMS.append(Claim(len(CLAIMS) + 1, text, section, needs, test))
        return test

    return register


def judge(claim: Claim, items: Mapping[str, pd.DataFrame], reasons: Mapping[str, str]) -> Verdict:
    """Judge one of `CLAIMS`.

    Args:
        items: of each result by name, with the columns of the script's -items.csv, and `image`
            for each caption.
        reasons: why a result is missing or cannot be used, by name.
    """
    parts = [not_run(name, reasons[name]) for name in claim.needs if name in reasons]
    parts = parts or claim.test(*(items[name] for name in claim.needs))
    return Verdict(claim, combine(parts), parts)


def table(verdicts: Iterable[Verdict]) -> pd.DataFrame:
    """Return a row for each claim: number, claim, section, verdict, evidence."""
    return pd.DataFrame(
        {
            "number": claim.number,
            "claim": claim.text,
            "section": claim.section,
            "verdict": word,
            "evidence": "; ".join(map(str, parts)),
        }
        for claim, word, parts in verdicts
    )


# Similarity of words.


@claim(
    "Every IMAGINET model's similarities correlate with both benchmarks at p < .01",
    "4.1, Table 1",
    "table1",
)
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


@claim("Every IMAGINET model beats LINREG on both benchmarks", "4.1, Table 1", "table1")
def beat_linreg_at_similarity(table1: pd.DataFrame) -> list[Part]:
    """Compare each IMAGINET model with LINREG."""
    return _better_correlated(table1, [(model, "LINREG") for model in IMAGINET])


@claim("MULTITASK beats VISUAL and TEXTUAL on both benchmarks", "4.1, Table 1", "table1")
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


@claim(
    "dusk-dawn, sexy-smile and college-exhibition are nearer to the humans in MULTITASK",
    "4.1",
    "table1",
)
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


# Images of single words.


@claim("VISUAL and MULTITASK beat LINREG on single words", "4.1, Table 2", "table2")
def beat_linreg_at_words(table2: pd.DataFrame) -> list[Part]:
    """Compare VISUAL and MULTITASK with LINREG by accuracy@5 of words."""
    return _beat_linreg(scores(table2, ["word"], "accuracy@5"))


def _beat_linreg(by_model: dict[str, Values], suffix: str = "") -> list[Part]:
    linreg = by_model["LINREG"]
    return [above(f"{m} over LINREG{suffix}", difference(by_model[m], linreg)) for m in BOTH]


# Images and paraphrases of captions.


@claim("VISUAL and MULTITASK beat LINREG at image retrieval", "4.2, Figure 2 left", "figure2")
def beat_linreg_at_images(figure2: pd.DataFrame) -> list[Part]:
    """Compare VISUAL and MULTITASK with LINREG by accuracy@5 of captions."""
    return _beat_linreg(_retrieved(last_iteration(figure2), "accuracy@5"))


@claim(
    "MULTITASK leads VISUAL at first in image retrieval, and the gap closes",
    "4.2, Figure 2 left",
    "figure2",
)
def lead_at_first_closes(figure2: pd.DataFrame) -> list[Part]:
    """Judge the lead at the first iteration, and how much of it is gone by the last.

    A last gap that cannot be told from zero would be no evidence that the gap closed; a first gap
    that is larger than the last, with the whole interval, is.
    """
    ends = [_retrieved(end(figure2), "accuracy@5") for end in (first_iteration, last_iteration)]
    first, last = (by_model["MULTITASK"] - by_model["VISUAL"] for by_model in ends)
    return [above("lead at first", mean(first)), above("lead lost later", difference(first, last))]


@claim(
    "VISUAL and MULTITASK lose by scrambling at image retrieval", "4.2, Figure 2 left", "figure2"
)
def order_matters_to_images(figure2: pd.DataFrame) -> list[Part]:
    """Judge how much accuracy@5 each model loses by scrambling."""
    lost = _lost(figure2, "accuracy@5")
    return [above(f"loss of {model}", mean(lost[model])) for model in BOTH]


@claim(
    "VISUAL too loses by scrambling at image retrieval, though less than MULTITASK",
    "4.2, Figure 2 left",
    "figure2",
)
def order_matters_less_to_visual(figure2: pd.DataFrame) -> list[Part]:
    """Judge VISUAL's loss, and how much more MULTITASK loses."""
    lost = _lost(figure2, "accuracy@5")
    return [above("loss of VISUAL", mean(lost["VISUAL"])), _more_lost(lost)]


@claim(
    "VISUAL and MULTITASK beat LINREG at paraphrases in order, but not scrambled",
    "4.2, Figure 2 right",
    "figure2",
)
def beat_linreg_at_paraphrases_in_order(figure2: pd.DataFrame) -> list[Part]:
    """Compare both with LINREG; scrambled, LINREG must be above, with the whole interval."""
    original, scrambled = (
        _retrieved(last_iteration(figure2), "recall@4", order) for order in ORDERS
    )
    return _beat_linreg(original, " in order") + [
        above(f"LINREG over {m} scrambled", difference(scrambled["LINREG"], scrambled[m]))
        for m in BOTH
    ]


@claim(
    "Scrambling costs MULTITASK more than VISUAL at paraphrases", "4.2, Figure 2 right", "figure2"
)
def order_matters_more_to_multitask(figure2: pd.DataFrame) -> list[Part]:
    """Judge how much more recall@4 MULTITASK loses by scrambling than VISUAL."""
    return [_more_lost(_lost(figure2, "recall@4"))]


def _retrieved(figure2: pd.DataFrame, task: str, order: str = "original") -> dict[str, Values]:
    """Return scores (seeds, images) by model, of captions in one order of their words."""
    return scores(figure2[figure2["order"] == order], ["image"], task)


def _lost(figure2: pd.DataFrame, task: str) -> dict[str, Values]:
    """Return what scrambling costs at the last epoch, (seeds, images) by model."""
    last = last_iteration(figure2)
    original, scrambled = (_retrieved(last, task, order) for order in ORDERS)
    return {model: original[model] - scrambled[model] for model in BOTH}


def _more_lost(lost: dict[str, Values]) -> Part:
    return above("MULTITASK's loss over VISUAL's", difference(lost["MULTITASK"], lost["VISUAL"]))


@claim("MULTITASK has an accuracy@5 of 32 % on Flickr30K", "4.2", "flickr30k")
def as_on_flickr30k(flickr30k: pd.DataFrame) -> list[Part]:
    """Hold where the paper's number agrees with ours (`published.agreement`), else fail."""
    ours = mean(scores(flickr30k, ["image"], "accuracy@5")["MULTITASK"])
    word = published.agreement(ours, results.paper_number(*published.FLICKR30K))
    figures = f"{ours.value:.3f} ({ours.low:.3f} to {ours.high:.3f})"
    return [Part("accuracy@5", HOLDS if word == published.AGREES else FAILS, figures, ours)]
