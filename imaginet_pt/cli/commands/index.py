"""`imaginet index`: make neighbours of a run be found quickly among millions."""

from argparse import ArgumentParser, Namespace
from pathlib import Path

from ...progress import Progress
from ..options import data_option, describe, load_workflow, run_options, split_option

HELP = "index the captions and images of a split, for neighbors among millions"
EXAMPLE = "imaginet index RUN --data scenes --out INDEX"


def add_options(parser: ArgumentParser) -> None:
    """Add the run, the data and the folder."""
    run_options(parser)
    data_option(parser)
    split_option(parser)
    parser.add_argument("--out", metavar="INDEX", required=True, help="folder for the index")


def run(args: Namespace) -> None:
    """Write the index."""
    from ...data import data_provider
    from ...evaluation import indexed_run

    progress = Progress(args.quiet)
    dataset, workflow = data_provider.load(args.data, progress.say), load_workflow(args)
    indexed_run.write(Path(args.out), workflow, dataset, args.split, progress)
    progress.say(f"{args.out}: {describe(workflow)}; {dataset.name}, split {args.split}")
