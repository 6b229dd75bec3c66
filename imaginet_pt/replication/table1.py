"""Table 1: how similarities of word embeddings agree with people's.

The cosines of each model's word embeddings are correlated (Spearman's rho) with the human scores
of SimLex-999 and, with --men, of MEN. Prints the table and writes under --out: table1.csv and
table1.md, the table; table1-items.csv, a row for each word pair; and table1-pairs.csv, the pairs
by how much closer to the humans MULTITASK ranks them than VISUAL.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from ..data import word_pairs
from ..data.dataset import Dataset
from ..data.word_pairs import WordPair
from ..evaluation.bootstrap import rho_bootstrap
from ..evaluation.word_similarity import WordSimilarity, closer_to_humans, word_similarity
from ..progress import Progress
from . import grid, published, results
from .grid import Workflows
from .options import Options
from .results import Result
from .script import Script

MODELS = list(grid.MODELS)
SHOWN = 10  # pairs of each benchmark that are printed
SEED = 1  # of the bootstrap

Benchmarks = dict[str, list[WordPair]]
# By benchmark and model, one for each seed.
Similarities = Mapping[str, Mapping[str, Sequence[WordSimilarity]]]


def read_inputs(options: Options, dataset: Dataset) -> Benchmarks:
    """Read the word pairs of each benchmark: SimLex-999 comes with gensim, MEN must be given."""
    simlex = options.simlex
    pairs = {"SimLex": word_pairs.read_pairs(simlex) if simlex else word_pairs.simlex()}
    if options.men:
        pairs["MEN"] = word_pairs.read_pairs(options.men)
    return pairs


def measure(workflows: Workflows, pairs: list[WordPair]) -> dict[str, list[WordSimilarity]]:
    """Correlate the cosines of each run's embeddings with the scores of one benchmark."""
    generator = np.random.default_rng(SEED)
    return {
        model: [word_similarity(pairs, w.words(), w.embeddings, generator) for w in seeds]
        for model, seeds in workflows.items()
    }


def table_row(
    benchmark: str, model: str, seeds: Sequence[WordSimilarity], mismatch: str
) -> dict[str, str]:
    """Make a row of Table 1: the mean over seeds, its 95 % interval over pairs and seeds, and p."""
    human = seeds[0].items["score"].to_numpy()
    cosines = np.stack([seed.items["cosine"].to_numpy() for seed in seeds])
    rho = rho_bootstrap(human, cosines, np.random.default_rng(SEED))
    paper = results.paper_number("Table 1", model, benchmark)
    return {
        "benchmark": benchmark,
        "model": model,
        "rho": f"{rho.value:.3f}",
        "95 % interval": f"{rho.low:.3f} to {rho.high:.3f}",
        "seeds": " ".join(f"{seed.rho:.3f}" for seed in seeds),
        "largest p": f"{max(seed.p for seed in seeds):.1g}",
        "pairs": f"{seeds[0].used} of {seeds[0].total}",
        "paper": "" if paper is None else f"{paper:.2f}",
        "verdict": mismatch or published.agreement(rho, paper),
    }


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


def text_of(options: Options, table: pd.DataFrame, pairs: pd.DataFrame) -> str:
    """Return the table and the first of the closer pairs as Markdown."""
    note = "" if options.men else "MEN was not run: give --men FILE.\n"
    best = pairs[pairs["gain"] > 0].groupby("benchmark").head(SHOWN)
    return (
        f"{results.markdown(table)}\n{note}\n"
        "Pairs that MULTITASK ranks closer to the humans than VISUAL does (gain in ranks):\n\n"
        f"{results.markdown(best.round(3))}"
    )


def mismatch(options: Options, dataset: Dataset, benchmarks: Any) -> str:
    """Say why the paper's numbers cannot be compared with ours; empty if they can."""
    return results.mismatch(options, dataset)


def make(
    options: Options,
    dataset: Dataset,
    benchmarks: Benchmarks,
    workflows: Workflows,
    progress: Progress,
) -> Result:
    """Make Table 1; its items have a row for each benchmark, model, seed and word pair."""
    similarities = {name: measure(workflows, pairs) for name, pairs in benchmarks.items()}
    why = mismatch(options, dataset, benchmarks)
    table = pd.DataFrame(
        table_row(benchmark, model, seeds, why)
        for benchmark, by_model in similarities.items()
        for model, seeds in by_model.items()
    )
    items, pairs = items_of(similarities), closer_pairs(similarities)
    title = (
        f"Table 1 on {results.describe(options, dataset)}: Spearman's rho of cosines of word "
        "embeddings and human scores"
    )
    text = text_of(options, table, pairs)
    tables = {"table1": table, "table1-items": items, "table1-pairs": pairs}
    return results.write_result("table1", title, text, items, tables, options.out)


SCRIPT = Script("table1", MODELS, read_inputs, make, mismatch, ["--men", "--simlex"])
