"""Table 1: how similarities of word embeddings agree with people's.

The cosines of each model's word embeddings are correlated (Spearman's rho) with the human scores
of SimLex-999, of MEN with --men, and of any others with --pairs. Prints the table and writes under
--out: table1.csv and table1.md, the table; table1-items.csv, a row for each word pair; and
table1-pairs.csv, the pairs by how much closer to the humans MULTITASK ranks them than VISUAL.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from ..data import benchmarks, summary
from ..data.benchmarks import MEN
from ..data.dataset import Dataset
from ..data.word_pairs import WordPair
from ..errors import UserError, attempt
from ..evaluation.word_similarity import (
    FEWEST,
    WordSimilarity,
    closer_to_humans,
    word_similarity,
)
from ..progress import Progress
from . import estimates, grid, published, results
from .grid import RANDOM_NOTE, Workflows, with_floor
from .options import Options
from .results import NotRun, Result
from .script import Script

MODELS = list(grid.MODELS)
SHOWN = 10  # pairs of each benchmark that are printed

Benchmarks = dict[str, list[WordPair]]
# By benchmark and model, one for each seed.
Similarities = Mapping[str, Mapping[str, Sequence[WordSimilarity]]]


def read_inputs(options: Options, dataset: Dataset) -> Benchmarks:
    """Read the word pairs of each benchmark: SimLex-999 comes with gensim, others must be given.

    Raises:
        NotRun: the training captions have too few of the words of each.
    """
    pairs = benchmarks.load(options.simlex, options.men, options.pairs)
    settings = grid.settings_of("VISUAL", 1, options.preset, dataset.synthetic)
    threshold = settings.word_freq_threshold
    words = summary.vocabulary(dataset.captions("train").texts, threshold)
    covered = {name: summary.count_covered(listed, words) for name, listed in pairs.items()}
    if max(covered.values()) < FEWEST:
        counts = ", ".join(f"{n} of the {len(pairs[name]):,} {name}" for name, n in covered.items())
        raise NotRun(
            f"too few word pairs are in {threshold} training captions each ({counts}), and a "
            f"correlation needs {FEWEST}; give others by --pairs NAME=FILE"
        )
    return pairs


def measure(
    workflows: Workflows, pairs: Mapping[str, list[WordPair]]
) -> tuple[Similarities, dict[str, str]]:
    """Correlate the cosines of each run's embeddings with the scores of each benchmark.

    Returns:
        The similarities, and the reasons why benchmarks could not be measured, by name.
    """
    similarities, reasons = {}, {}
    for name, of_benchmark in pairs.items():
        measured, reason = attempt(_measure, workflows, of_benchmark)
        if measured is None:
            reasons[name] = reason
        else:
            similarities[name] = measured
    if not similarities:
        raise UserError(next(iter(reasons.values())))
    return similarities, reasons


def _measure(workflows: Workflows, pairs: list[WordPair]) -> dict[str, list[WordSimilarity]]:
    generator = np.random.default_rng(estimates.SEED)
    return {
        model: [word_similarity(pairs, w.words(), w.embeddings, generator, 1) for w in seeds]
        for model, seeds in with_floor(workflows).items()
    }


def table_row(
    items: pd.DataFrame, benchmark: str, model: str, seeds: Sequence[WordSimilarity], mismatch: str
) -> dict[str, str]:
    """Make a row of Table 1: the mean over seeds, its 95 % interval, and p."""
    rho = estimates.rho(items, benchmark, model)
    paper = results.paper_number("Table 1", model, benchmark)
    row = {
        "benchmark": benchmark,
        "model": model,
        "rho": f"{rho.value:.3f}",
        "95 % interval": f"{rho.low:.3f} to {rho.high:.3f}",
        "seeds": results.by_seed([seed.rho for seed in seeds], 3),
        "largest p": f"{estimates.largest_p(items, benchmark, model):.1g}",
        "pairs": f"{seeds[0].used} of {seeds[0].total}",
        "paper": "" if paper is None else f"{paper:.2f}",
    }
    verdict = "" if paper is None else published.agreement(rho, paper)
    return row if mismatch else row | {"verdict": verdict}


def items_of(similarities: Similarities) -> pd.DataFrame:
    """Return a row for each benchmark, model, seed and word pair."""
    return pd.concat(
        [
            similarity.items.assign(benchmark=benchmark, model=model, seed=seed)
            for benchmark, by_model in similarities.items()
            for model, seeds in by_model.items()
            for seed, similarity in enumerate(seeds, start=1)
        ]
    )


def closer_pairs(similarities: Similarities) -> pd.DataFrame:
    """Sort pairs by how much closer to the humans MULTITASK ranks them than VISUAL does."""

    def mean(seeds: Sequence[WordSimilarity]) -> pd.DataFrame:
        cosine = np.mean([seed.items["cosine"] for seed in seeds], axis=0)
        return seeds[0].items.assign(cosine=cosine)

    return pd.concat(
        closer_to_humans(mean(by_model["MULTITASK"]), mean(by_model["VISUAL"])).assign(
            benchmark=benchmark
        )
        for benchmark, by_model in similarities.items()
    )


def text_of(
    table: pd.DataFrame, pairs: pd.DataFrame, mismatch: str, reasons: Mapping[str, str]
) -> str:
    """Return the table, the missing benchmarks, and the first of the closer pairs as Markdown."""
    best = pairs[pairs["gain"] > 0].groupby("benchmark").head(SHOWN)
    best = best.assign(gain=best["gain"].map("{:.0f}".format)).round(3)
    best = best.rename(columns={"cosine_a": "MULTITASK", "cosine_b": "VISUAL"})
    missing = "".join(f"{name} was not run: {reason}.\n" for name, reason in reasons.items())
    return (
        f"{results.markdown(table)}\n{results.mismatch_note(mismatch)}\n{missing}\n"
        f"By chance rho would be 0. {RANDOM_NOTE}\n\n"
        "Pairs that MULTITASK ranks closer to the humans than VISUAL does, with their "
        "cosines in both (gain in ranks):\n\n"
        f"{results.markdown(best)}"
    )


def mismatch(options: Options, dataset: Dataset, benchmarks: Any) -> str:
    """Say why the paper's numbers cannot be compared with ours; empty if they can."""
    return results.mismatch(options, dataset)


def make(
    options: Options,
    dataset: Dataset,
    pairs: Benchmarks,
    workflows: Workflows,
    progress: Progress,
) -> Result:
    """Make Table 1; its items have a row for each benchmark, model, seed and word pair."""
    progress.say("similarity of words ...")
    similarities, reasons = measure(workflows, pairs)
    if MEN not in pairs:
        reasons[MEN] = "give --men FILE"
    items, closer = items_of(similarities), closer_pairs(similarities)
    why = mismatch(options, dataset, pairs)
    table = pd.DataFrame(
        table_row(items, benchmark, model, seeds, why)
        for benchmark, by_model in similarities.items()
        for model, seeds in by_model.items()
    )
    title = (
        f"Table 1 on {results.describe(options, dataset)}: Spearman's rho of cosines of word "
        "embeddings and human scores"
    )
    text = text_of(table, closer, why, reasons)
    tables = {"table1": table, "table1-items": items, "table1-pairs": closer}
    return results.write_result("table1", title, text, items, tables, options.out)


SCRIPT = Script("table1", MODELS, read_inputs, make, mismatch, ["--men", "--simlex", "--pairs"])
