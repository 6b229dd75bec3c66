"""What the scripts share: options, the way from data to result, and how mistakes are told.

A script is a module with `MODELS` (names of `runs.MODELS`), `add_options(parser)`,
`inputs(args, dataset)`, which reads what the script needs beside the data before any training, and
`make(args, dataset, inputs, flows, progress)`, which writes its files under `args.out` and returns
a `Result`.
"""

import argparse
import sys
from pathlib import Path
from typing import NamedTuple

import pandas as pd
import runs

from imaginet_pt import backends, data_provider
from imaginet_pt.cli import Parser
from imaginet_pt.commands.common import DATA_HELP
from imaginet_pt.errors import UserError
from imaginet_pt.progress import Progress
from imaginet_pt.run_folder import RunFolder
from imaginet_pt.training import Stopped


class Result(NamedTuple):
    """What a script found.

    name: "table1"; title: one line that names the data; text: Markdown, as printed; items: a row
    for each thing that the figures are means of; files: names of what was written under --out.
    """

    name: str
    title: str
    text: str
    items: pd.DataFrame
    files: list[str]


class NotRun(UserError):
    """A script that cannot run on this data or without an option; the message says why."""


def parser(description, *add_options):
    """The options of every script, and those that the functions `add_options` give a parser."""
    p = Parser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--data", default="scenes", help=f"{DATA_HELP}; default scenes")
    p.add_argument("--preset", default="demo", choices=runs.PRESETS, help="size of the models")
    p.add_argument("--seeds", type=int, default=3, help="runs of each model (default 3)")
    p.add_argument("--out", type=Path, help="folder of runs and results (default runs/DATA-PRESET)")
    p.add_argument(
        "--workers", type=int, default=1, help="processes that train, a run each (default 1)"
    )
    backends.add_options(p)
    p.add_argument("--quiet", action="store_true", help="no progress, only results")
    for add in add_options:
        add(p)
    return p


def run(main, parser):
    """`main(args, dataset, backend, progress)`, with a user's mistake told in one line."""
    try:
        args = parser.parse_args()
        for name in ("seeds", "workers"):
            if getattr(args, name) < 1:
                raise UserError(f"--{name} {getattr(args, name)}: must be at least 1")
        dataset = data_provider.load(args.data)
        args.out = args.out or Path("runs") / f"{dataset.name.split()[0]}-{args.preset}"
        RunFolder.made(args.out)
        main(args, dataset, backends.chosen(args), Progress(args.quiet))
    except UserError as error:
        sys.exit(_tell(f"error: {error}", 2))
    except Stopped as stopped:
        sys.exit(_tell(f"{stopped}; the same command goes on from there", 130))
    except KeyboardInterrupt:
        sys.exit(130)


def script(module):
    """A script: read its inputs, train what is missing, make the result, print it."""

    def main(args, dataset, backend, progress):
        inputs = module.inputs(args, dataset)
        flows = runs.trained(dataset, module.MODELS, args, backend, progress)
        result = module.make(args, dataset, inputs, flows, progress)
        print(f"{result.title}\n\n{result.text}")
        progress.say(f"written under {args.out}: {', '.join(result.files)}")

    run(main, parser(module.__doc__, module.add_options))


def _tell(line, status):
    print(line, file=sys.stderr)
    return status
