"""The process that trains runs: how it is started, and what its lines mean.

It is `worker`, in a process of a pool (`workers`) or in a job (`jobs`).
"""

import os
import sys
from pathlib import Path
from typing import Protocol

from ..backends import threads
from .options import Options

PACKAGE = Path(__file__).resolve().parents[1]  # so that the process imports this package too
WORKER_OPTIONS = ["data", "backend", "devices", "precision", "threads"]
PREFIX, ERROR = "imaginet: ", "imaginet: error: "  # the last line of a process that stops or fails


class Run(Protocol):
    """The interface of a run to be trained: `grid.Run`."""

    @property
    def model(self) -> str:
        """The name of its model; runs of one model compile the same."""

    @property
    def folder(self) -> Path:
        """The folder of the run."""

    def to_line(self) -> str:
        """Return the line of text that lists it."""
        ...

    def finished(self) -> bool:
        """Tell whether its folder holds the weights of its last epoch."""
        ...


def command(options: Options) -> list[str]:
    """Return the command that trains runs, which searches no modules in the user's folder (-P).

    Args:
        options: with `quiet` and those of `WORKER_OPTIONS`.
    """
    given = {name: getattr(options, name) for name in WORKER_OPTIONS}
    words = [f"--{name}={value}" for name, value in given.items() if value is not None]
    words += ["--quiet"] if options.quiet else []
    return [sys.executable, "-P", "-m", f"{__package__}.worker", *words]


def environment(processes: int) -> dict[str, str]:
    """Return the variables that a process needs: the package's path, and its share of the cores.

    Args:
        processes: how many share the cores; 1 where each has those that it asks for.
    """
    path = os.pathsep.join([str(PACKAGE.parent), *filter(None, [os.environ.get("PYTHONPATH")])])
    share = max(1, threads.available_cores() // processes)
    return {"PYTHONPATH": path} | ({"OMP_NUM_THREADS": str(share)} if processes > 1 else {})


def reason(line: str) -> str:
    """Return what a process says in its last line, without the program's name."""
    return line.removeprefix(PREFIX).removeprefix("error: ")
