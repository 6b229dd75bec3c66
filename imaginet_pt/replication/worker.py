"""Train the runs that the standard input lists, one after the other.

A line is what `grid.Run.to_line` makes of a run. The folder of each is printed when it is trained.
`workers.Workers` starts such processes; this is no command of `imaginet`, but begins and ends as
one.
"""

import sys
from argparse import ArgumentParser, Namespace

from ..backends import threads
from ..backends.functions import compiled_once
from ..cli import boundary
from ..cli.options import backend_options, chosen_backend, data_option, thread_option
from ..data import data_provider
from ..progress import Progress
from . import grid

HELP = "train the runs that the standard input lists"
EXAMPLE = f"python -m {__package__}.worker --data scenes < runs.txt"


def add_options(parser: ArgumentParser) -> None:
    """Add the data, and what computes."""
    data_option(parser)
    backend_options(parser)
    thread_option(parser)


def run(args: Namespace) -> None:
    """Load the data once, and train."""
    args.go_on = "list it again to go on"
    args.threads = threads.parse(args.threads)
    dataset, backend = data_provider.load(args.data), chosen_backend(args)
    with compiled_once():
        for line in sys.stdin:
            listed = grid.Run.from_line(line)
            grid.train(dataset, listed, args, backend, Progress(args.quiet))
            print(listed.folder, flush=True)


if __name__ == "__main__":
    sys.exit(boundary.run({"worker": f"{__package__}.worker"}, ["worker", *sys.argv[1:]]))
