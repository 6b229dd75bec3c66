"""`imaginet evaluate`: measure how well a trained run finds images and paraphrases."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from ...errors import UserError
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
    from ...runs.run_folder import RunFolder

HELP = "image and paraphrase retrieval by a trained run"
EXAMPLE = "imaginet evaluate RUN --data scenes --out EVAL"
STATES = ("hidden_vis", "hidden_text", "hidden_multi", "output_vis")  # of `evaluation.retrieval`
SCRAMBLE_SEED = 99  # as there
TASKS = {"image_retrieval": "images", "paraphrase_retrieval": "paraphrases"}


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
        type=int,
        default=SCRAMBLE_SEED,
        help="seed of the scrambled order (default %(default)s)",
    )
    parser.add_argument("--out", metavar="EVAL", required=True, help="folder for the figures")


def run(args: Namespace) -> None:
    """Write `metrics.json` and `items.csv`."""
    from ...data import data_provider
    from ...evaluation import retrieval
    from ...files.atomic import atomic
    from ...files.folders import make_folder
    from ...reports.comparison import chance

    folder = new_folder(args.out)
    dataset = data_provider.load(args.data)
    workflow = load_workflow(args)
    metrics, items = retrieval.retrieval(
        workflow, dataset, args.split, args.padding, args.paraphrase_state, args.scramble_seed
    )
    description = {
        "run": str(args.run), "iteration": workflow.iteration, "data": dataset.name,
        "synthetic": dataset.synthetic, "split": args.split,
    }  # fmt: skip
    make_folder(args.out)
    folder.write_json("metrics.json", description | metrics)
    with atomic(folder / "items.csv") as file:
        items.to_csv(file, index_label="item", lineterminator="\n")
    print(describe(workflow), *table(metrics, chance(dataset.captions(args.split))), sep="\n")
    Progress(args.quiet).say(f"{folder.path}/metrics.json and items.csv written ({dataset.name})")


def new_folder(path: str) -> RunFolder:
    """Make the folder for an evaluation.

    Raises:
        UserError: it already holds a run or an evaluation.
    """
    from ...runs.run_folder import RunFolder

    folder = RunFolder(path)
    for name, content in {"run.json": "a run", "metrics.json": "an evaluation already"}.items():
        if (folder / name).exists():
            raise UserError(f"`out` {path} holds {content}; choose a new folder")
    return folder


def table(metrics: Mapping[str, Any], by_chance: Mapping[str, float]) -> list[str]:
    """Lay out each task's scores in lines, beside those of scrambled words and of chance."""
    lines = [f"{'':27}{'in order':>10}{'scrambled':>11}{'by chance':>11}"]
    for task, name in TASKS.items():
        figures = metrics.get(task, {})
        for figure, value in figures.items():
            if figure in by_chance:
                values = value, figures["scrambled"][figure], by_chance[figure]
                lines.append(f"{name + ', ' + figure.replace('_', ' '):27}" + _cells(values))
    return lines


def _cells(values: Iterable[float | None]) -> str:
    """Format scores as percentages below the heads of `table`, with a dash for None."""
    texts = ("-" if value is None else f"{100 * value:.1f} %" for value in values)
    return "".join(text.rjust(room) for text, room in zip(texts, (10, 11, 11), strict=True))
