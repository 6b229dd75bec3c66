"""The command line: `python -m imaginet_pt train ...`, `evaluate ...`.

A command is a module of `commands` with HELP, EXAMPLE, `add_options(parser)` and `run(args)`, and
an entry here.
"""

import argparse
import sys

from .commands import (
    convert_legacy,
    data,
    evaluate,
    export,
    neighbors,
    next_words,
    omission,
    project,
    report,
    train,
)
from .errors import UserError
from .training import Stopped

COMMANDS = {
    "data": data,
    "train": train,
    "evaluate": evaluate,
    "project": project,
    "next-words": next_words,
    "neighbors": neighbors,
    "omission": omission,
    "export": export,
    "report": report,
    "convert-legacy": convert_legacy,
}


class Parser(argparse.ArgumentParser):
    """Mistakes are told as everywhere here: in one line, with exit status 2."""

    def error(self, message):
        raise UserError(f"{message}; see {self.prog} --help")


def parser():
    """The parser of the whole command line."""
    top = Parser(prog="imaginet", description="Learn language from pictures: IMAGINET (2015).")
    commands = top.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name, module in COMMANDS.items():
        command = commands.add_parser(
            name,
            help=module.HELP,
            description=module.__doc__,
            epilog=f"example:\n  {module.EXAMPLE}",
            formatter_class=argparse.RawDescriptionHelpFormatter,  # keeps the example in one line
        )
        module.add_options(command)
        command.add_argument("--quiet", action="store_true", help="no progress, only errors")
    return top


def main(arguments=None):
    """Run the command line; the exit status (0, 2 for a user's mistake, 130 after Ctrl-C)."""
    try:
        args = parser().parse_args(arguments)
        COMMANDS[args.command].run(args)
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
