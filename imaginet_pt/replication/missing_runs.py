"""Print the commands that train the missing runs.

Nothing is trained here: the commands are for a scheduler, or for several machines that share the
folder --out. Each trains one run that the tables need, or continues a stopped one.
"""

import shlex
from typing import Any

from ..data.dataset import Dataset
from ..progress import Progress
from ..settings import Settings
from .grid import MODELS, Run, list_runs
from .options import Options
from .script import Program

COMPUTING = ["backend", "devices", "precision", "threads"]  # options that each command gets


def command(run: Run, options: Options) -> list[str]:
    """Return the arguments of `imaginet` that train `run`, or the rest of it."""
    values = {"data": options.data} | {name: getattr(options, name) for name in COMPUTING}
    if run.begun():
        values |= {"resume": run.folder, "threads": None}
    else:
        default, settings = Settings().as_dict(), run.settings.as_dict()
        changed = {name: value for name, value in settings.items() if value != default[name]}
        values |= {"out": run.folder} | changed
    given = {name: value for name, value in values.items() if value is not None}
    return ["train", *(flag(n) if v is True else f"{flag(n)}={v}" for n, v in given.items())]


def flag(name: str) -> str:
    """Return the command-line option of a setting: `--hidden-size` for `hidden_size`."""
    return f"--{name.replace('_', '-')}"


def main(options: Options, dataset: Dataset, backend: Any, progress: Progress) -> None:
    """Print a line for each run that is not finished."""
    for run in list_runs(dataset, MODELS, options):
        if not run.finished():
            print(shlex.join(["python", "-m", "imaginet_pt", *command(run, options)]))


SCRIPT = Program(main)
