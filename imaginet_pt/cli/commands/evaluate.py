"""`imaginet evaluate`: measure how well a trained run finds images and paraphrases.

Beside its scores stand those with the words in random order and those by chance, and where the
folder that holds the run also holds a LINREG of the same data and --word-freq-threshold, LINREG's.
"""

from __future__ import annotations

from argparse import ArgumentParser, ArgumentTypeError, Namespace
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from ...errors import UserError, quoted
from ...progress import Progress
from ..options import (
    data_option,
    describe,
    load_workflow,
    padding_option,
    run_options,
    split_option,
)

if TYPE_CHECKING:
    import pandas as pd

    from ...data.dataset import Dataset
    from ...runs.run_folder import RunFolder
    from ...runs.scores import Score, Scores
    from ...runs.workflow import Workflow

HELP = "image and paraphrase retrieval by a trained run"
EXAMPLE = "imaginet evaluate RUN --data scenes --out EVAL"
STATES = ("hidden_vis", "hidden_text", "hidden_multi", "output_vis")  # of `evaluation.retrieval`
SCRAMBLE_SEED = 99  # as there
LABEL, ROOM = 27, 11  # characters of a row's name, and of each of its values
# Head of a column -> its value.
COLUMNS: dict[str, Callable[[Score], float | None]] = {
    "in order": lambda score: score.value,
    "scrambled": lambda score: score.scrambled,
    "LINREG": lambda score: score.linreg,
    "by chance": lambda score: score.chance,
}


def add_options(parser: ArgumentParser) -> None:
    """Add options for the run, the data, and how captions are read and compared."""
    run_options(parser)
    data_option(parser)
    split_option(parser)
    padding_option(parser, "batch")
    parser.add_argument(
        "--paraphrase-state",
        choices=STATES,
        help="vectors to compare paraphrases by (default hidden_vis)",
    )
    parser.add_argument(
        "--scramble-seed",
        type=seed,
        metavar="N",
        default=SCRAMBLE_SEED,
        help="seed of the scrambled order (default %(default)s)",
    )
    parser.add_argument("--out", metavar="EVAL", required=True, help="folder for the figures")


def seed(text: str) -> int:
    """Read a seed of NumPy's.

    Raises:
        ArgumentTypeError: it is none.
    """
    if not (text.isdecimal() and int(text) < 2**32):
        raise ArgumentTypeError(
            f"{quoted(text)} is no seed; give a whole number from 0 to 2**32 - 1"
        )
    return int(text)


def run(args: Namespace) -> None:
    """Write `metrics.json`, `items.csv` and the run's card with the scores."""
    from ...data import data_provider
    from ...runs.scores import Scores

    folder, progress = new_folder(args.out), Progress(args.quiet)
    dataset = data_provider.load(args.data, progress.say)
    workflow = load_workflow(args)
    progress.say(f"retrieval in {dataset.name}, split {args.split} ...")
    measured, items = measure(workflow, dataset, args)
    metrics = description(workflow, dataset, args) | measured
    scores = Scores.of(metrics)
    written = write(folder, workflow, metrics, items, scores)
    print(describe(workflow), *table(scores.rows), sep="\n")
    if "linreg" in metrics:
        print(f"LINREG: {metrics['linreg']['run']}")
    progress.say(f"{folder.path}/{written} written ({dataset.name})")


def measure(
    workflow: Workflow, dataset: Dataset, args: Namespace
) -> tuple[dict[str, Any], pd.DataFrame]:
    """Return what `retrieval.retrieval` measures; of the LINREG beside the run under `linreg`."""
    from ...evaluation import retrieval
    from ...runs import siblings

    common = dataset, args.split, args.padding
    metrics, items = retrieval.retrieval(
        workflow, *common, args.paraphrase_state, args.scramble_seed
    )
    linreg = siblings.find_linreg(workflow)
    if linreg:
        of_linreg, _ = retrieval.retrieval(linreg, *common, scramble_seed=args.scramble_seed)
        metrics["linreg"] = {"run": str(linreg.folder.path)} | of_linreg
    return metrics, items


def description(workflow: Workflow, dataset: Dataset, args: Namespace) -> dict[str, Any]:
    """Return what is measured on which data, and the scores of chance there."""
    from ...files.reading import digest
    from ...reports.comparison import chance

    return {
        "run": str(args.run), "iteration": workflow.iteration, "data": dataset.name,
        "synthetic": dataset.synthetic, "split": args.split,
        "weights": digest(workflow.folder.weights(workflow.iteration)),
        "chance": chance(dataset.captions(args.split)),
    }  # fmt: skip


def write(
    folder: RunFolder,
    workflow: Workflow,
    metrics: Mapping[str, Any],
    items: pd.DataFrame,
    scores: Scores,
) -> str:
    """Write the files of an evaluation; return their names."""
    from ...files.atomic import atomic
    from ...files.folders import make_folder
    from ...runs import model_card
    from ...runs.scores import METRICS

    make_folder(folder.path)
    with atomic(folder / "items.csv") as file:
        items.to_csv(file, index_label="item", lineterminator="\n")
    with atomic(folder / model_card.CARD) as file:
        file.write(model_card.text(workflow.folder, scores, place=str(workflow.folder.path)))
    folder.write_json(METRICS, metrics)  # the last, so that a folder that has it is whole
    return f"{METRICS}, items.csv and {model_card.CARD}"


def new_folder(path: str) -> RunFolder:
    """Make the folder for an evaluation.

    Raises:
        UserError: it already holds a run or an evaluation, or is no folder.
    """
    from ...runs.run_folder import RunFolder

    folder = RunFolder(path)
    if folder.path.exists() and not folder.path.is_dir():
        raise UserError(f"`out` {path} is no folder; choose a new one")
    for name, content in {"run.json": "a run", "metrics.json": "an evaluation already"}.items():
        if (folder / name).exists():
            raise UserError(f"`out` {path} holds {content}; choose a new folder")
    return folder


def table(rows: Sequence[Score]) -> list[str]:
    """Lay out scores in lines, without the columns that no score has."""
    every = {head: [of_score(score) for score in rows] for head, of_score in COLUMNS.items()}
    columns = {head: values for head, values in every.items() if set(values) != {None}}
    heads = " " * LABEL + "".join(f"{head:>{ROOM}}" for head in columns)
    lines = [
        f"{score.task + ', ' + score.measure:{LABEL}}" + "".join(map(_cell, values))
        for score, values in zip(rows, zip(*columns.values(), strict=True), strict=True)
    ]
    return [heads, *lines]


def _cell(share: float | None) -> str:
    """Format a share as percentage, with a dash for None."""
    return ("-" if share is None else f"{100 * share:.1f} %").rjust(ROOM)
