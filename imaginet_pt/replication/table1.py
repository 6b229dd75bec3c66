"""Table 1: how similarities of word embeddings agree with people's, Spearman's rho.

    python replicate/table1.py [--data DIR|scenes] [--men FILE] [--simlex FILE] [--out DIR]

Prints the table and writes table1.csv, table1.md, table1-items.csv (a row a word pair) and
table1-pairs.csv (pairs that MULTITASK ranks nearer to the humans than VISUAL does) under --out.
"""

import numpy as np
import pandas as pd

from ..data import word_pairs
from ..evaluation.bootstrap import rho_bootstrap
from ..evaluation.word_similarity import closer_to_humans, word_similarity
from . import grid, published
from .results import comparable, described, markdown, paper_number, result
from .script import Script

MODELS = list(grid.MODELS)
SHOWN = 10  # pairs of the qualitative list that are printed
SEED = 1  # of the bootstrap


def inputs(args, dataset):
    """Word pairs by benchmark: SimLex-999 comes with gensim, MEN must be given."""
    pairs = {"SimLex": word_pairs.read_pairs(args.simlex) if args.simlex else word_pairs.simlex()}
    if args.men:
        pairs["MEN"] = word_pairs.read_pairs(args.men)
    return pairs


def similarity(workflows, pairs):
    """{model: [WordSimilarity of each seed]} for one benchmark."""
    generator = np.random.default_rng(SEED)
    return {
        model: [word_similarity(pairs, w.words(), w.embeddings, generator) for w in seeds]
        for model, seeds in workflows.items()
    }


def table_row(benchmark, model, results, verdict):
    """One row of Table 1: the mean over seeds, its 95 % interval over pairs and seeds, and p."""
    human = results[0].items["score"].to_numpy()
    cosines = np.stack([r.items["cosine"].to_numpy() for r in results])
    rho = rho_bootstrap(human, cosines, np.random.default_rng(SEED))
    paper = paper_number("Table 1", model, benchmark)
    return {
        "benchmark": benchmark,
        "model": model,
        "rho": f"{rho.value:.3f}",
        "95 % interval": f"{rho.low:.3f} to {rho.high:.3f}",
        "seeds": " ".join(f"{r.rho:.3f}" for r in results),
        "largest p": f"{max(r.p for r in results):.1g}",
        "pairs": f"{results[0].used} of {results[0].total}",
        "paper": "" if paper is None else f"{paper:.2f}",
        "verdict": verdict or published.agreement(rho, paper),
    }


def items_of(by_benchmark):
    """A row a benchmark, model, seed and word pair."""
    return pd.concat(
        [
            result.items.assign(benchmark=benchmark, model=model, seed=seed)
            for benchmark, by_model in by_benchmark.items()
            for model, results in by_model.items()
            for seed, result in enumerate(results, start=1)
        ]
    )


def nearer_pairs(by_benchmark):
    """Pairs by how much nearer to the humans MULTITASK ranks them than VISUAL, mean cosines."""

    def mean(results):
        cosine = np.mean([r.items["cosine"] for r in results], axis=0)
        return results[0].items.assign(cosine=cosine)

    return pd.concat(
        closer_to_humans(mean(by_model["MULTITASK"]), mean(by_model["VISUAL"])).assign(
            benchmark=benchmark
        )
        for benchmark, by_model in by_benchmark.items()
    )


def text_of(args, table, pairs):
    """The table and the qualitative list as Markdown."""
    note = "" if args.men else "MEN was not run: give --men FILE.\n"
    best = pairs[pairs["gain"] > 0].groupby("benchmark").head(SHOWN)
    return (
        f"{markdown(table)}\n{note}\n"
        "Pairs that MULTITASK ranks nearer to the humans than VISUAL does (gain in ranks):\n\n"
        f"{markdown(best.round(3))}"
    )


def not_comparable(dataset, args, benchmarks):
    """Empty where the paper's numbers can be held against ours, else why they cannot."""
    return comparable(dataset, args)


def make(args, dataset, benchmarks, workflows, progress):
    """Table 1 as a `Result`; its items have a row a benchmark, model, seed and word pair."""
    by_benchmark = {name: similarity(workflows, p) for name, p in benchmarks.items()}
    verdict = comparable(dataset, args)
    table = pd.DataFrame(
        table_row(benchmark, model, results, verdict)
        for benchmark, by_model in by_benchmark.items()
        for model, results in by_model.items()
    )
    items, pairs = items_of(by_benchmark), nearer_pairs(by_benchmark)
    title = (
        f"Table 1 on {described(dataset, args)}: Spearman's rho of cosines of word "
        "embeddings and human scores"
    )
    text = text_of(args, table, pairs)
    frames = {"table1": table, "table1-items": items, "table1-pairs": pairs}
    return result("table1", title, text, items, frames, args.out)


def add_options(parser):
    parser.add_argument("--men", help="MEN's word pairs")
    parser.add_argument("--simlex", help="SimLex-999's word pairs (default: those in gensim)")


SCRIPT = Script("table1", __doc__, MODELS, inputs, make, not_comparable, options=[add_options])
