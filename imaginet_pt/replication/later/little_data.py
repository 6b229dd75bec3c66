"""Do pictures help word similarity where there is little text?

Models are trained on parts of the training captions: 10,000, 30,000 and 100,000 tokens and all of
them (on `scenes`: 10,000, 30,000 and all, with layers of 64 units in the preset demo), once with as
many epochs as on all, once with as many updates. The parts are whole images, each within the next,
and each has a vocabulary of its own. Spearman's rho of word similarity is compared between models
on the pairs that the part covers: VISUAL and MULTITASK, which see pictures, with TEXTUAL. Where the
difference changes its sign between two sizes, the crossover is between them in log tokens. One run
is trained at a time, whatever --workers says.

Published by Zhuang, Fedorenko and Andreas (2024), "Visual Grounding Helps Learn Word Meanings in
Low-Data Regimes", NAACL: for Transformers a crossover at about 500,000 tokens; known here from the
paper alone. This is no replication: their models, texts, pictures and benchmarks are others, and
all captions of Flickr8k are fewer tokens than their crossover.

Prints the tables and writes under --out: little_data.csv, rho by size; little_data-leads.csv, the
differences; and with the same beginning -claims and -items (a row for each pair and run).
"""

import hashlib
from collections.abc import Iterator
from dataclasses import replace
from math import exp, log
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from ...data import benchmarks
from ...data.dataset import Dataset, Image
from ...data.preprocessing import split_words
from ...errors import UserError
from ...evaluation.bootstrap import Estimate, Rows, spearman
from ...evaluation.word_similarity import PAIR
from ...progress import Progress
from ...reports import plots
from ...settings import Settings
from .. import estimates, grid, results, table1
from ..claims import ABOVE, CORRECTED, Claim
from ..estimates import SEED, Values
from ..grid import Run, Workflows
from ..options import Options, iteration
from ..results import NotRun, Result
from ..script import Program
from ..verdicts import LEAST_ITEMS, Part, above, not_run
from . import drawings, judging

NAME = "little_data"
MODELS = ["VISUAL", "MULTITASK", "TEXTUAL"]
WITH_PICTURES, WITHOUT = ["VISUAL", "MULTITASK"], "TEXTUAL"
SIZES, SIZES_OF_SCENES = [10_000, 30_000, 100_000], [10_000, 30_000]  # tokens, beside all
SMALL = 64  # units of the layers on scenes, preset demo
EPOCHS, UPDATES = "same epochs", "same updates"
CROSSOVER: int = judging.PUBLISHED[NAME]["crossover"]  # tokens


class Portion(NamedTuple):
    """A part of the data: how many tokens its training captions have, and itself."""

    tokens: int
    dataset: Dataset


def count_tokens(image: Image) -> int:
    """Count the tokens of an image's captions."""
    return sum(len(split_words(text)) for text in image.sentences)


def portions(dataset: Dataset, sizes: list[int]) -> list[Portion]:
    """Return parts of about `sizes` tokens, the smallest first, and the whole."""
    train = dataset.split("train")
    order = [train[i] for i in np.random.default_rng(SEED).permutation(len(train))]
    ends = np.cumsum([count_tokens(image) for image in order])
    parts = []
    for size in (size for size in sizes if size < ends[-1]):
        last = int(np.argmax(ends >= size))
        kept = {image.imgid for image in order[: last + 1]}
        parts.append(Portion(int(ends[last]), _only(dataset, kept)))
    return [*parts, Portion(int(ends[-1]), dataset)]


def _only(dataset: Dataset, kept: set[int]) -> Dataset:
    """Return a data set without the training images that are not in `kept`."""
    images = tuple(i for i in dataset.images if i.split != "train" or i.imgid in kept)
    digest = hashlib.sha256(" ".join(map(str, sorted(kept))).encode()).hexdigest()
    name = f"{dataset.name}, {len(kept):,} training images"
    return replace(
        dataset, name=name, images=images, digests=dataset.digests | {"training images": digest}
    )


def epochs(portion: Portion, whole: Portion, settings: Settings, regime: str) -> int:
    """Return how many epochs a part is trained for."""
    if regime == EPOCHS:
        return settings.iterations
    of_whole, of_portion = (
        -(-len(part.dataset.captions("train").texts) // settings.batch_size)
        for part in (whole, portion)
    )
    return max(1, round(settings.iterations * of_whole / of_portion))


def list_runs(portion: Portion, whole: Portion, regime: str, options: Options) -> list[Run]:
    """List the runs of `MODELS` on a part, which keep the last weights alone, or on the whole."""
    runs = []
    for model in MODELS:
        for seed in grid.seeds_of(model, options.seeds):
            synthetic = portion.dataset.synthetic
            settings = grid.settings_of(model, seed, options.preset, synthetic)
            if synthetic and options.preset == "demo":
                settings = replace(settings, hidden_size=SMALL, embedding_size=SMALL)
            if portion is not whole:
                last = epochs(portion, whole, settings, regime)
                settings = replace(settings, iterations=last, snapshot_freq=last)
            runs.append(grid.run_of(model, settings, portion.dataset, options))
    return runs


def items_of(
    workflows: Workflows, pairs: table1.Benchmarks, tokens: int, regime: str
) -> pd.DataFrame:
    """Return a row for each benchmark, model, seed and word pair of the runs on one part."""
    similarities, _ = table1.measure(workflows, pairs)
    return table1.items_of(similarities).assign(tokens=tokens, regime=regime)


def _sizes(items: pd.DataFrame) -> Iterator[tuple[str, str, int, pd.DataFrame]]:
    """Yield regime, benchmark, tokens and items of each size with pairs enough."""
    keys = ["regime", "benchmark", "tokens"]
    for (regime, benchmark, tokens), of in items.groupby(keys, sort=False):
        if len(of.drop_duplicates(PAIR)) >= LEAST_ITEMS:
            yield str(regime), str(benchmark), int(tokens), of


def rho_table(items: pd.DataFrame) -> pd.DataFrame:
    """Return rho and its interval for each regime, benchmark, size and model."""
    rows = []
    for regime, benchmark, tokens, of in _sizes(items):
        for model in of["model"].unique():
            rho = estimates.rho(of, benchmark, model)
            n = len(estimates.similarities(of, benchmark)[0])
            rows.append((regime, benchmark, tokens, model, rho.value, rho.low, rho.high, n))
    columns = ["regime", "benchmark", "tokens", "model", "rho", "low", "high", "pairs"]
    return pd.DataFrame(rows, columns=columns)


def lead_table(items: pd.DataFrame) -> pd.DataFrame:
    """Return by how much each model with pictures is ahead of `WITHOUT`, by size."""
    rows = []
    for regime, benchmark, tokens, of in _sizes(items):
        for model in WITH_PICTURES:
            lead = estimates.rho_difference(of, benchmark, model, WITHOUT)
            rows.append((regime, benchmark, model, tokens, lead.value, lead.low, lead.high))
    columns = ["regime", "benchmark", "model", "tokens", "lead", "low", "high"]
    return pd.DataFrame(rows, columns=columns)


def crossovers(leads: pd.DataFrame) -> list[str]:
    """Say on which side of which point pictures help, a line for each curve of leads."""
    lines = []
    for (regime, benchmark, model), of in leads.groupby(["regime", "benchmark", "model"]):
        of = of.sort_values("tokens")
        where = describe_sign(of["tokens"].tolist(), of["lead"].tolist())
        lines.append(f"{model} and {WITHOUT}, {benchmark}, {regime}: {where}.")
    return lines


def describe_sign(tokens: list[int], leads: list[float]) -> str:
    """Say where leads are above zero, and between which sizes they change their sign.

    The point is that of the estimates alone; it has no interval.

    >>> describe_sign([10, 1000], [0.1, -0.1])
    'ahead at 10 tokens, crossing at about 100'
    """
    side = "ahead" if leads[0] > 0 else "behind"
    points = [
        exp(log(a) + (log(b) - log(a)) * x / (x - y))
        for a, b, x, y in zip(tokens, tokens[1:], leads, leads[1:], strict=False)
        if (x > 0) != (y > 0)
    ]
    if not points:
        return f"{side} at every size"
    crossing = ", ".join(f"{round(point, 2 - len(str(int(point)))):,.0f}" for point in points)
    return f"{side} at {tokens[0]:,} tokens, crossing at about {crossing}"


def leads_everywhere(items: pd.DataFrame) -> list[Part]:
    """Judge the lead of MULTITASK at each size below the published crossover."""
    parts = [
        above(
            f"{tokens:,} tokens, {benchmark}, {regime}",
            estimates.rho_difference(of, benchmark, "MULTITASK", WITHOUT),
            "rho",
        )
        for regime, benchmark, tokens, of in _sizes(items)
        if tokens < CROSSOVER
    ]
    return parts or [not_run("word pairs", f"fewer than {LEAST_ITEMS} at every such size")]


def lead_shrinks(items: pd.DataFrame) -> list[Part]:
    """Judge how much larger MULTITASK's lead is at the smallest size than at the largest."""
    parts = []
    for (regime, benchmark), of in items.groupby(["regime", "benchmark"], sort=False):
        ends = [of[of["tokens"] == size] for size in (of["tokens"].min(), of["tokens"].max())]
        common = ends[0][PAIR].drop_duplicates().merge(ends[1][PAIR].drop_duplicates())
        label = f"{benchmark}, {regime}"
        if of["tokens"].nunique() == 1:
            parts.append(not_run(label, "its pairs are covered at one size alone"))
            continue
        if len(common) < LEAST_ITEMS:
            parts.append(not_run(label, f"{len(common)} pairs at both sizes"))
            continue
        lead = _lead_lost([end.merge(common) for end in ends], str(benchmark))
        parts.append(above(label, lead, "rho"))
    return parts


def _lead_lost(ends: list[pd.DataFrame], benchmark: str) -> Estimate:
    """Estimate the lead at the first of two sizes less that at the second, on the same pairs."""
    human, _ = estimates.similarities(ends[0], benchmark)
    small, large = (estimates.similarities(end, benchmark)[1] for end in ends)
    rhos = [
        [spearman(human, of[model]) for model in ("MULTITASK", WITHOUT)] for of in (small, large)
    ]

    def lost(rows: Rows) -> Values:
        leads = [with_pictures(rows) - without(rows) for with_pictures, without in rhos]
        return np.asarray(leads[0] - leads[1])

    return estimates.statistic(lost, len(small[WITHOUT]), len(human))


CLAIMS = [
    Claim(
        1,
        "Below the crossover of Zhuang et al., about "
        f"{CROSSOVER:,} tokens, pictures help word similarity",
        "2024",
        f"Holds if {ABOVE.format('the lead of MULTITASK over TEXTUAL')} at every size below it; "
        f"fails if one {CORRECTED}; not run on fewer than {LEAST_ITEMS} pairs.",
        NAME,
        leads_everywhere,
    ),
    Claim(
        2,
        "The lead that pictures give shrinks as text grows",
        "2024",
        f"Holds if {ABOVE.format('the lead at the smallest size less that at the largest')}, on "
        f"the pairs of both; fails if one {CORRECTED}; not run on fewer than {LEAST_ITEMS} pairs.",
        NAME,
        lead_shrinks,
    ),
]


def main(options: Options, dataset: Dataset, backend: Any, progress: Progress) -> None:
    """Train on each part, compare, judge, print and write."""
    if dataset.features is None:
        raise NotRun(f"{NAME} needs image features; {dataset.name} is text alone")
    if chosen := iteration(options):
        raise UserError(
            f"--iteration {chosen}: {NAME} keeps only the last weights of most runs; leave it out"
        )
    pairs = benchmarks.load(options.simlex, options.men, options.pairs)
    parts = portions(dataset, SIZES_OF_SCENES if dataset.synthetic else SIZES)
    tables = []
    for portion in parts:
        for regime in (EPOCHS, UPDATES):
            progress.say(f"{portion.tokens:,} tokens, {regime} as on all")
            runs = list_runs(portion, parts[-1], regime, options)
            workflows = grid.train_runs(portion.dataset, runs, options, backend, progress)
            tables.append(items_of(workflows, pairs, portion.tokens, regime))
    result = write(options, dataset, pd.concat(tables, ignore_index=True))
    print(f"{result.title}\n\n{result.text}")
    progress.say(f"written under {options.out}: {', '.join(result.files)}")


def write(options: Options, dataset: Dataset, items: pd.DataFrame) -> Result:
    """Compare, judge, draw and write; the items are benchmark, size, run and word pair."""
    rho, leads = rho_table(items), lead_table(items)
    verdicts, claims = judging.judge(CLAIMS, {NAME: items}, {}, dataset)
    files = plots.save(drawings.little_data(leads, dataset.name), options.out, NAME)
    title = f"Word similarity from little text on {results.describe(options, dataset)}"
    points = "\n".join(f"- {line}" for line in crossovers(leads))
    text = (
        f"Spearman's rho by number of tokens:\n\n{results.markdown(rho.round(3))}\n"
        f"By how much models with pictures are ahead of {WITHOUT}:\n\n"
        f"{results.markdown(leads.round(3))}\n{points}\n\n{grid.RANDOM_NOTE}\n\n{claims}\n"
        f"![{title}]({NAME}.png)\n"
    )
    tables = {NAME: rho, f"{NAME}-leads": leads, f"{NAME}-claims": verdicts}
    tables = {name: table.round(4) for name, table in tables.items()} | {f"{NAME}-items": items}
    return results.write_result(NAME, title, text, items, tables, options.out, files)


SCRIPT = Program(main, ["--men", "--simlex", "--pairs"])
