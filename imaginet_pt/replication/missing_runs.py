"""Print the commands that train the missing runs.

Nothing is trained here: the commands are for a scheduler, or for several machines that share the
folder --out. Each trains one run that the tables need, or continues a stopped one.
"""

import shlex
from typing import Any

from ..data.dataset import Dataset
from ..progress import Progress
from .grid import MODELS, list_runs
from .options import Options
from .script import Program
from .workers import command


def main(options: Options, dataset: Dataset, backend: Any, progress: Progress) -> None:
    """Print a line for each run that is not finished."""
    for run in list_runs(dataset, MODELS, options):
        if not run.finished():
            print(shlex.join(["python", "-m", "imaginet_pt", *command(run, options)]))


SCRIPT = Program(main)
