"""Options and error handling that the scripts share."""

import argparse
import sys
from pathlib import Path

import runs

from imaginet_pt import backends, data_provider
from imaginet_pt.cli import DATA_HELP, Parser
from imaginet_pt.errors import UserError
from imaginet_pt.progress import Progress
from imaginet_pt.run_folder import RunFolder
from imaginet_pt.training import Stopped


def parser(description):
    """The options of every script."""
    p = Parser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--data", default="scenes", help=f"{DATA_HELP}; default scenes")
    p.add_argument("--preset", default="demo", choices=runs.PRESETS, help="size of the models")
    p.add_argument("--seeds", type=int, default=3, help="runs of each model (default 3)")
    p.add_argument("--out", type=Path, help="folder of runs and results (default runs/DATA-PRESET)")
    p.add_argument("--backend", default="auto", choices=["auto", *backends.BACKENDS])
    p.add_argument("--quiet", action="store_true", help="no progress, only results")
    return p


def run(main, parser):
    """`main(args, dataset, backend, progress)`, with a user's mistake told in one line."""
    try:
        args = parser.parse_args()
        if args.seeds < 1:
            raise UserError(f"--seeds {args.seeds}: must be at least 1")
        dataset = data_provider.load(args.data)
        args.out = args.out or Path("runs") / f"{dataset.name.split()[0]}-{args.preset}"
        RunFolder.made(args.out)
        main(args, dataset, backends.get(args.backend), Progress(args.quiet))
    except UserError as error:
        sys.exit(_tell(f"error: {' '.join(str(error).split())}", 2))
    except Stopped as stopped:
        sys.exit(_tell(f"{stopped}; the same command goes on from there", 130))


def _tell(line, status):
    print(line, file=sys.stderr)
    return status
