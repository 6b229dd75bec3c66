"""Train runs, one after the other, or the rest of them: those given, or that standard input lists.

A line is what `grid.Run.to_line` makes of a run. The folder of each is printed when it is trained.
A pool of processes (`workers`) lists them on the standard input; a job (`jobs`) is given its own,
and the same words again where it was ended. This is no command of `imaginet`, but begins and ends
as one.
"""

import os
import signal
import sys
import threading
import time
from argparse import ArgumentParser, Namespace

from ..backends.functions import KeptFunctions
from ..backends.threads import parse
from ..cli import boundary
from ..cli.options import backend_options, chosen_backend, data_option, thread_option
from ..data import data_provider
from ..progress import Progress
from . import grid

HELP = "train runs that are given, or that the standard input lists"
EXAMPLE = f"python -m {__package__}.worker --data scenes < runs.txt"
WATCH_SECONDS = 0.05  # between looks at whether the job was ended


def add_options(parser: ArgumentParser) -> None:
    """Add the runs, the data, and what computes."""
    parser.add_argument("runs", nargs="*", metavar="RUN", help="a line of `grid.Run.to_line`")
    data_option(parser)
    backend_options(parser)
    thread_option(parser)


def run(args: Namespace) -> None:
    """Load the data once, and train."""
    args.go_on = "list it again to go on"
    args.threads = parse(args.threads)
    if args.runs:
        _stop_with_parent()
    dataset, backend = data_provider.load(args.data), chosen_backend(args)
    kept = KeptFunctions()
    for line in args.runs or sys.stdin:
        listed = grid.Run.from_line(line)
        if not listed.finished():
            grid.train(dataset, listed, args, backend, Progress(args.quiet), kept)
        print(listed.folder, flush=True)


def _stop_with_parent() -> None:
    """Stop with a checkpoint when the parent has ended, which is how submitit cancels a job.

    Not by SIGINT: where Ctrl-C has come already, a second one would end this process at once.
    """
    parent = os.getppid()

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(WATCH_SECONDS)
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=watch, daemon=True).start()


if __name__ == "__main__":
    sys.exit(boundary.run({"worker": f"{__package__}.worker"}, ["worker", *sys.argv[1:]]))
