"""The command line: `python -m imaginet_pt train ...`, `evaluate ...`.

A command is a module of `commands` with HELP, EXAMPLE, `add_options(parser)` and `run(args)`, and
an entry here.
"""

import argparse
import importlib
import sys

from .errors import UserError
from .training import Stopped

COMMANDS = (
    "data", "train", "evaluate", "project", "next-words", "neighbors", "omission", "export",
    "report", "convert-legacy",
)  # fmt: skip


def module(command):
    """The module of a command, which alone knows what it needs."""
    return importlib.import_module(f".commands.{command.replace('-', '_')}", __package__)


class Parser(argparse.ArgumentParser):
    """Mistakes are told as everywhere here: in one line, with exit status 2."""

    def error(self, message):
        raise UserError(f"{message}; see {self.prog} --help")


def parser(names=COMMANDS):
    """The parser of the commands `names`."""
    top = Parser(prog="imaginet", description="Learn language from pictures: IMAGINET (2015).")
    commands = top.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name in names:
        described = module(name)
        command = commands.add_parser(
            name,
            help=described.HELP,
            description=described.__doc__,
            epilog=f"example:\n  {described.EXAMPLE}",
            formatter_class=argparse.RawDescriptionHelpFormatter,  # keeps the example in one line
        )
        described.add_options(command)
        command.add_argument("--quiet", action="store_true", help="no progress, only errors")
    return top


def main(arguments=None):
    """Run the command line; the exit status (0, 2 for a user's mistake, 130 after Ctrl-C)."""
    arguments = sys.argv[1:] if arguments is None else arguments
    try:
        # Only the command asked for is loaded: all of them together take seconds.
        asked = [name for name in COMMANDS if name in map(str, arguments[:1])]
        args = parser(asked or COMMANDS).parse_args(arguments)
        module(args.command).run(args)
    except UserError as error:
        print(f"imaginet: error: {error}", file=sys.stderr)
        return 2
    except Stopped as stopped:
        print(
            f"imaginet: {stopped}; go on with --resume {args.resume or args.out}", file=sys.stderr
        )
        return 130
    except KeyboardInterrupt:
        return 130
    return 0
