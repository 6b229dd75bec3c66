"""`imaginet report`: compare trained runs on one page that needs no network."""

from __future__ import annotations

import os
from argparse import ArgumentParser, Namespace
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ...errors import printable
from ...progress import Progress
from .. import options
from ..options import data_option
from ..parser import with_flags

if TYPE_CHECKING:
    import pandas as pd

    from ...data.dataset import Dataset
    from ...runs.workflow import Workflow

HELP = "compare runs on one page"
EXAMPLE = "imaginet report RUN --data scenes --out report.html"


def add_options(parser: ArgumentParser) -> None:
    """Add options for the runs, the data and word pairs to measure them on, and the page."""
    parser.add_argument("runs", nargs="+", metavar="RUN", help="folders of runs")
    data_option(parser)
    options.benchmark_options(parser)
    parser.add_argument("--out", required=True, metavar="PAGE.html", help="file for the page")
    options.image_folder_option(parser)
    options.backend_options(parser)


def run(args: Namespace) -> None:
    """Measure the runs and write the page."""
    from ...data import benchmarks, data_provider
    from ...files.atomic import atomic
    from ...files.reading import digest
    from ...reports import pictures
    from ...reports.page import Run, render_page

    progress = Progress(args.quiet)
    dataset = data_provider.load(args.data, progress.say)
    pairs = benchmarks.load(None, args.men, args.pairs)
    options.check_output(args.out)
    pictures.check_folder(args.image_folder)
    workflows = load_workflows(args)
    content = measure(workflows, dataset, pairs, args.image_folder, progress)
    runs = [Run.of(name, workflow) for name, workflow in workflows.items()]
    digests = {path: digest(path) for path in benchmarks.file_paths(vars(args))}
    page = render_page("compare.html.jinja", dataset, runs, digests, content)
    with atomic(args.out) as file:
        file.write(page)
    progress.say(f"{args.out} written ({dataset.name})")


def load_workflows(args: Namespace) -> dict[str, Workflow]:
    """Load each run under its folder's name, or its path where names are not unique."""
    from ...runs.workflow import Workflow

    paths, backend = list(dict.fromkeys(args.runs)), options.chosen_backend(args)
    names = [printable(Path(os.path.abspath(path)).name) for path in paths]
    if len(set(names)) < len(names):
        names = [printable(path) for path in paths]
    return {name: Workflow(p, backend=backend) for name, p in zip(names, paths, strict=True)}


def measure(
    workflows: Mapping[str, Workflow],
    dataset: Dataset,
    benchmarks: Mapping[str, Any],
    image_folder: str | None,
    progress: Progress,
) -> dict[str, Any]:
    """Measure the runs: what compare.html.jinja needs, by name."""
    from ...reports import common_pairs, comparison, pictures
    from ...reports.page import table

    curves, without_epochs = _curves(workflows)
    progress.say("similarity of words ...")
    words = {b: common_pairs.compare(workflows, pairs) for b, pairs in benchmarks.items()}
    progress.say("retrieval ...")
    retrieval = comparison.with_chance(
        comparison.table(workflows, comparison.retrieval_row(dataset)),
        dataset.captions(comparison.SPLIT),
    )
    progress.say("neighbours ...")
    neighbors, shown = comparison.nearest(workflows, dataset)
    thumbnails, note = pictures.thumbnails(shown.values(), image_folder)
    return {
        "count": f"{len(workflows)} {'run' if len(workflows) == 1 else 'runs'}",
        "others": _of_other_data(workflows, dataset),
        "curves": curves,
        "without_epochs": without_epochs,
        "men": "MEN" in benchmarks,
        "words": [
            (table(_with_flags(common), benchmark), None if own is None else table(own))
            for benchmark, (common, own) in words.items()
        ],
        "split": comparison.SPLIT,
        "retrieval": table(_with_flags(retrieval)),
        "neighbours": [table(frame, caption) for caption, frame in neighbors.items()],
        "pictures": {
            text: thumbnails[i.imgid] for text, i in shown.items() if i.imgid in thumbnails
        },
        "note": note,
    }


def _of_other_data(workflows: Mapping[str, Workflow], dataset: Dataset) -> list[str]:
    """List the runs of other data than this page's; of a converted run nobody knows its data."""
    own: tuple[object, ...] = ({}, dataset.digests)
    return [name for name, run in workflows.items() if run.data["digests"] not in own]


def _with_flags(frame: pd.DataFrame) -> pd.DataFrame:
    """Return a table of runs with the arguments in its notes written as options."""
    return frame.assign(note=frame["note"].map(with_flags)) if "note" in frame else frame


def _curves(workflows: Mapping[str, Workflow]) -> tuple[dict[str, str] | None, list[str]]:
    """Draw the learning curves, and list the runs without epochs, which have none."""
    from ...reports import learning_curves, plots
    from ...reports.page import picture
    from ...runs import model_card

    costs = {name: model_card.costs(workflow.folder) for name, workflow in workflows.items()}
    without_epochs = [name for name, of_run in costs.items() if not len(of_run)]
    if len(without_epochs) == len(workflows):
        return None, without_epochs
    svg = plots.content(learning_curves.draw(costs), "svg")
    return picture("learning curves", "svg", svg), without_epochs
