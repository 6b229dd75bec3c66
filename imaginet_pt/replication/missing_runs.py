"""Print the command that trains each run that the tables need and that is missing.

    python replicate/runs.py [--data DIR|scenes] [--seeds N] [--out DIR]

Nothing is trained here: the lines are for a scheduler, or for several machines.
"""

import shlex

from .grid import MODELS, runs_of
from .script import Program
from .workers import command


def main(args, dataset, backend, progress):
    for run in runs_of(dataset, MODELS, args):
        if not run.finished():
            print(shlex.join(["python", "-m", "imaginet_pt", *command(run, args)]))


SCRIPT = Program(__doc__, main)
