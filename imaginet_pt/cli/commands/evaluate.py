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
    from ...runs.model_card import Score
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
    """Write `metrics.json`, `items.csv` and the run's card with the scores."""
    from ...data import data_provider
    from ...evaluation import retrieval
    from ...files.atomic import atomic
    from ...files.folders import make_folder
    from ...reports.comparison import chance
    from ...runs import model_card

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
    rows = scores(metrics, chance(dataset.captions(args.split)))
    with atomic(folder / model_card.CARD) as file:
        measured = model_card.Scores(dataset.name, args.split, args.padding, rows)
        file.write(model_card.text(workflow.folder, measured))
    print(describe(workflow), *table(rows), sep="\n")
    Progress(args.quiet).say(
        f"{folder.path}/metrics.json, items.csv and {model_card.CARD} written ({dataset.name})"
    )


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


def scores(metrics: Mapping[str, Any], by_chance: Mapping[str, float]) -> list[Score]:
    """List the shares of each task, with those of scrambled words and of chance."""
    from ...runs.model_card import Score

    return [
        Score(name, measure, value, metrics[task]["scrambled"][measure], by_chance[measure])
        for task, name in TASKS.items()
        for measure, value in metrics.get(task, {}).items()
        if measure in by_chance
    ]


def table(rows: Iterable[Score]) -> list[str]:
    """Lay out scores in lines."""
    lines = [f"{'':27}{'in order':>10}{'scrambled':>11}{'by chance':>11}"]
    for score in rows:
        values = score.value, score.scrambled, score.chance
        lines.append(f"{score.task + ', ' + score.measure:27}" + _cells(values))
    return lines


def _cells(values: Iterable[float | None]) -> str:
    """Format scores as percentages below the heads of `table`, with a dash for None."""
    texts = ("-" if value is None else f"{100 * value:.1f} %" for value in values)
    return "".join(text.rjust(room) for text, room in zip(texts, (10, 11, 11), strict=True))
