"""Does a model choose the right one of two sentences for a picture?

The sentences differ in one noun, verb, colour, number or place, or in who does what to whom. The
model imagines a picture for each, and chooses the sentence whose picture has the larger cosine with
the real one; equal ones count one half. Chance is 50 %, as `pairs` says, which has the rules.
Scrambling (Figure 2) takes words and order away together; the last kind takes the order alone, and
a model of word counts cannot be right in more than 50 %.

Such choices were asked of image captioning by Hodosh and Hockenmaier (2016), "Focused evaluation
for image description with binary forced-choice tasks", and since then of many models; none of their
numbers is compared here, since models, pictures and sentences differ. On `scenes` (synthetic) the
pictures are 3,000 fresh scenes; elsewhere those of the split val, whose words are replaced by the
groups in categories.json; who does what to whom needs --parser there.

Prints the table and writes under --out: minimal_pairs.csv, the share chosen right by kind, model
and epoch; and with the same beginning -claims and -items (a row for each pair at the last epoch).
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from ...data import parsing
from ...data.dataset import Dataset
from ...data.scenes import corpus
from ...evaluation.retrieval import image_vectors
from ...progress import Progress
from ...reports import plots
from ...runs.workflow import Workflow, predicted_images
from .. import estimates, results
from ..claims import ITEMS, Claim
from ..grid import RANDOM_NOTE, Workflows, with_floor
from ..options import Options
from ..results import NotRun, Result
from ..retrieval_scores import held, iterations, last_iteration
from ..script import Script
from ..verdicts import Part, above_zero, not_run
from . import drawings, judging, pairs
from .pairs import KINDS, ROLES, Pair

NAME = "minimal_pairs"
MODELS = ["VISUAL", "MULTITASK", "LINREG"]
BOTH = ["VISUAL", "MULTITASK"]
FRESH = 3000  # scenes
RIGHT, CHANCE = "chosen right", 0.5


class Inputs(NamedTuple):
    """Pictures, the pairs of sentences for them, and why a kind of pair is missing."""

    pictures: Dataset
    pairs: list[Pair]
    missing: str


def read_inputs(options: Options, dataset: Dataset) -> Inputs:
    """Make the pairs of sentences."""
    if dataset.features is None:
        raise NotRun(f"{NAME} needs image features; {dataset.name} is text alone")
    synthetic = dataset.synthetic
    pictures = corpus.fresh(FRESH) if synthetic else dataset
    captions = pictures.captions(corpus.FRESH if synthetic else "val")
    groups = pairs.groups_of_scenes() if synthetic else pairs.written_groups()
    vocabulary = pairs.known_words(dataset.captions("train").texts)
    made = pairs.replaced(captions, groups, vocabulary)
    if not (synthetic or options.parser):
        return Inputs(pictures, made, f"{ROLES}: give --parser MODEL")
    parsed = parsing.parse(captions.texts, options.parser).captions
    made += pairs.exchanged(captions, parsed, groups if synthetic else None)
    return Inputs(pictures, made, "")


def choose(workflow: Workflow, inputs: Inputs) -> npt.NDArray[np.float64]:
    """Return whether the right sentence is chosen, (pairs,): 1, 0, or 0.5 for equal ones."""
    rows = np.array([pair.image for pair in inputs.pairs])
    right, wrong = (
        _cosines(workflow, inputs.pictures, sentences, rows)
        for sentences in zip(*((p.right, p.wrong) for p in inputs.pairs), strict=True)
    )
    return np.where(right == wrong, CHANCE, right > wrong)


def _cosines(
    workflow: Workflow,
    pictures: Dataset,
    sentences: tuple[tuple[str, ...], ...],
    rows: npt.NDArray[np.int64],
) -> npt.NDArray[np.float32]:
    """Return the cosine of each sentence's imagined picture and the real one in its row."""
    place = {sentence: i for i, sentence in enumerate(dict.fromkeys(sentences))}
    ids = workflow.tokenizer.transform(" ".join(sentence) for sentence in place)
    imagined = predicted_images(workflow, workflow.model.outputs(ids, "none"))
    imagined = imagined[[place[sentence] for sentence in sentences]]
    real = image_vectors(workflow, pictures, rows, imagined)
    norms = np.linalg.norm(imagined, axis=1) * np.linalg.norm(real, axis=1)
    product = np.einsum("ij,ij->i", imagined, real)
    return np.asarray(product / np.where(norms > 0, norms, 1), np.float32)


def items_of(workflows: Workflows, inputs: Inputs, progress: Progress) -> pd.DataFrame:
    """Return a row for each model, seed, iteration and pair."""
    pair = {
        "kind": [p.kind for p in inputs.pairs],
        "image": [p.image for p in inputs.pairs],
        "pair": np.arange(len(inputs.pairs)),
    }
    jobs = [
        (model, seed, workflow, iteration)
        for model, seeds in with_floor(workflows).items()
        for seed, workflow in enumerate(seeds, start=1)
        for iteration in iterations(workflow, last=model not in BOTH)
    ]
    tables = []
    with progress.bar("pairs", len(jobs), unit="epoch") as bar:
        for model, seed, workflow, iteration in jobs:
            row = {"model": model, "seed": seed, "iteration": iteration}
            chosen = choose(workflow.at(iteration), inputs)
            tables.append(pd.DataFrame(row | pair | {RIGHT: chosen}))
            bar.update()
    return pd.concat(tables, ignore_index=True)


class Chosen(NamedTuple):
    """The scores of the pairs of one kind.

    Attributes:
        scores: (seeds, pairs) by model; LINREG has (1, pairs). Without pairs there is no model.
        images: of each pair. Pairs of one image are resampled together, but each pair weighs the
            same: words are balanced over pairs, and not over images.
    """

    scores: dict[str, estimates.Values]
    images: npt.NDArray[np.int64]


def of_kind(items: pd.DataFrame, kind: str) -> Chosen:
    """Select the pairs of one kind."""
    of = items[items["kind"] == kind]
    if not len(of):
        return Chosen({}, np.array([], np.int64))
    image = of.drop_duplicates("pair").set_index("pair")["image"].sort_index()
    return Chosen(estimates.scores(of, ["pair"], RIGHT), image.to_numpy())


def table_of(items: pd.DataFrame) -> pd.DataFrame:
    """Return the share chosen right and its interval, a row for each kind, model and iteration.

    A run that ends before others of its model stays where it ended.
    """
    rows, keys = [], ["kind", "model", "iteration"]
    for (kind, model, iteration), part in held(items).groupby(keys, sort=False):
        scores, images = of_kind(part, str(kind))
        mean = estimates.mean(scores[str(model)], images)
        row = (kind, model, iteration, mean.value, mean.low, mean.high, len(images))
        rows.append((*row, len(np.unique(images))))
    columns = ["kind", "model", "iteration", RIGHT, "low", "high", "pairs", "images"]
    return pd.DataFrame(rows, columns=columns)


def words_above_chance(items: pd.DataFrame) -> list[Part]:
    """Judge VISUAL and MULTITASK on the kinds that differ in one word."""
    return _on_kinds(items, KINDS, lambda of, model: of[model] - CHANCE)


def order_above_chance(items: pd.DataFrame) -> list[Part]:
    """Judge VISUAL and MULTITASK on who does what to whom."""
    return _on_kinds(items, [ROLES], lambda of, model: of[model] - CHANCE)


def words_beat_linreg(items: pd.DataFrame) -> list[Part]:
    """Compare VISUAL and MULTITASK with LINREG on the kinds that differ in one word."""
    return _on_kinds(items, KINDS, lambda of, model: of[model] - of["LINREG"])


def _on_kinds(
    items: pd.DataFrame,
    kinds: Sequence[str],
    quantity: Callable[[dict[str, estimates.Values], str], estimates.Values],
) -> list[Part]:
    """Judge that a quantity, (seeds, pairs), is above zero for each kind and each of `BOTH`."""
    parts = []
    for kind in kinds:
        scores, images = of_kind(items, kind)
        for model in BOTH:
            label = f"{model}, {kind}"
            parts.append(
                above_zero(label, quantity(scores, model), RIGHT, images)
                if scores
                else not_run(label, "no such pairs")
            )
    return parts


CLAIMS = [
    Claim(
        1,
        "VISUAL and MULTITASK choose the right one of two words above chance, of every kind",
        "ours",
        ITEMS.format("images", "all shares chosen right, less one half,"),
        NAME,
        words_above_chance,
    ),
    Claim(
        2,
        "VISUAL and MULTITASK choose the right one of two orders of the same words above chance",
        "ours",
        ITEMS.format("images", "both shares chosen right, less one half,"),
        NAME,
        order_above_chance,
    ),
    Claim(
        3,
        "VISUAL and MULTITASK choose the right word more often than LINREG, of every kind",
        "ours",
        ITEMS.format("images", "all differences of the share chosen right"),
        NAME,
        words_beat_linreg,
    ),
]


def make(
    options: Options, dataset: Dataset, inputs: Inputs, workflows: Workflows, progress: Progress
) -> Result:
    """Choose at each epoch, judge, draw and write; the items are of the last epoch."""
    items = items_of(workflows, inputs, progress)
    table, last = table_of(items), last_iteration(items)
    verdicts, claims = judging.judge(CLAIMS, {NAME: last}, {}, dataset)
    files = plots.save(drawings.minimal_pairs(table, inputs.pictures.name), options.out, NAME)
    title = (
        f"Minimal pairs on {results.describe(options, dataset)}: {len(inputs.pairs):,} pairs for "
        f"pictures of {inputs.pictures.name}"
    )
    missing = f"Missing: {inputs.missing}.\n\n" if inputs.missing else ""
    shown = last_iteration(table, ["model"]).drop(columns="iteration").round(3)
    text = (
        f"The share chosen right at the last epoch; chance is {CHANCE}:\n\n"
        f"{results.markdown(shown)}\n{missing}{claims}\n{RANDOM_NOTE}\n\n![{title}]({NAME}.png)\n"
    )
    words = pd.DataFrame(
        {"pair": i, "right": " ".join(p.right), "wrong": " ".join(p.wrong)}
        for i, p in enumerate(inputs.pairs)
    )
    wide = last.pivot(index=["pair", "kind", "image"], columns=["model", "seed"], values=RIGHT)
    wide.columns = [f"{model} {seed}" for model, seed in wide.columns]
    kept = words.merge(wide.reset_index(), on="pair")
    tables = {NAME: table.round(4), f"{NAME}-claims": verdicts, f"{NAME}-items": kept}
    return results.write_result(NAME, title, text, last, tables, options.out, files)


SCRIPT = Script(NAME, MODELS, read_inputs, make, None, ["--parser"])
