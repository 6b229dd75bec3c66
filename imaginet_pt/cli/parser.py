"""The command line's parser, and the boundary at which every command begins and ends."""

import argparse
import importlib
import re
import sys
from collections.abc import Mapping, Sequence
from typing import Any

from ..errors import UserError
from ..training.interrupt import Stopped


class Parser(argparse.ArgumentParser):
    """A parser whose mistakes are told as everywhere here: in one line, with exit status 2."""

    def error(self, message):
        raise UserError(f"{message}; see {self.prog} --help")


def build_parser(commands: Mapping[str, str], names: Sequence[str] | None = None) -> Parser:
    """Build the parser of the commands `names`, by default of all of them.

    Args:
        commands: the module of each command, which has HELP, EXAMPLE, `add_options(parser)` and
            `run(args)`. Only the modules of `names` are imported.
    """
    top = Parser(prog="imaginet", description="Learn language from pictures: IMAGINET (2015).")
    subparsers = top.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name in names or commands:
        module = importlib.import_module(commands[name])
        command = subparsers.add_parser(
            name,
            help=module.HELP,
            description=module.__doc__,
            epilog=f"example:\n  {module.EXAMPLE}",
            formatter_class=argparse.RawDescriptionHelpFormatter,  # keeps the example in one line
        )
        module.add_options(command)
        command.set_defaults(run_command=module.run)
        command.add_argument("--quiet", action="store_true", help="no progress, only errors")
    return top


def run(commands: Mapping[str, str], arguments: Sequence[Any]) -> int:
    """Run one of `commands` and return the exit status.

    0: done; 2: a mistake of the user, told in one line; 130: stopped by Ctrl-C.
    """
    try:
        # Only the command asked for is loaded: all of them together take seconds.
        asked = [name for name in commands if name in map(str, arguments[:1])]
        args = build_parser(commands, asked).parse_args(list(map(str, arguments)))
        args.run_command(args)
    except UserError as error:
        print(f"imaginet: error: {with_flags(str(error))}", file=sys.stderr)
        return 2
    except Stopped as stopped:
        print(f"imaginet: {stopped}; {args.go_on}", file=sys.stderr)
        return 130
    except KeyboardInterrupt:
        return 130
    return 0


def with_flags(message: str) -> str:
    """Return `message` with the arguments in backticks written as options.

    >>> with_flags("`hidden_size` is 0; it must be at least 1")
    '--hidden-size is 0; it must be at least 1'
    """
    return re.sub(r"`(\w+)`", lambda match: f"--{match[1].replace('_', '-')}", message)
