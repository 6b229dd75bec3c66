"""The command line's parser, and the boundary at which every command begins and ends."""

import argparse
import importlib
import re
import sys
from collections.abc import Mapping, Sequence
from typing import Any, NoReturn, Protocol, cast

from ..errors import UserError
from ..training.interrupt import Stopped


class Command(Protocol):
    """A module of `cli.commands`.

    Attributes:
        HELP: the command's line in `imaginet --help`.
        EXAMPLE: a command line that works, with which the command's own help ends.
    """

    HELP: str
    EXAMPLE: str

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Add the command's options to its parser."""

    def run(self, args: argparse.Namespace) -> None:
        """Run the command."""


class Parser(argparse.ArgumentParser):
    """A parser that raises `UserError` where argparse would print and exit."""

    def error(self, message: str) -> NoReturn:
        """Raise `UserError` with `message` and the help to look at."""
        raise UserError(f"{message}; see {self.prog} --help")


def build_parser(commands: Mapping[str, str], name: str | None = None) -> Parser:
    """Build the parser of the command `name`, or one that knows only what each command is for.

    Args:
        commands: the module of each command, by name.
        name: the command whose options are added, and whose module alone is imported.
    """
    top = Parser(prog="imaginet", description="Learn language from pictures: IMAGINET (2015).")
    subparsers = top.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for each in [name] if name and name in commands else list(commands):
        module = cast(Command, importlib.import_module(commands[each]))
        parser = subparsers.add_parser(
            each,
            help=module.HELP,
            description=cast(Any, module).__doc__,
            epilog=f"example:\n  {module.EXAMPLE}",
            formatter_class=argparse.RawDescriptionHelpFormatter,  # keeps the example in one line
        )
        parser.set_defaults(run_command=module.run)
        if each == name:
            module.add_options(parser)
            parser.add_argument("--quiet", action="store_true", help="no progress, only errors")
    return top


def run(commands: Mapping[str, str], arguments: Sequence[Any]) -> int:
    """Run one of `commands` and return the exit status.

    0: done; 2: a mistake of the user, told in one line; 130: stopped by Ctrl-C.
    """
    words = [str(argument) for argument in arguments]
    try:
        args = build_parser(commands, words[0] if words else None).parse_args(words)
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

    def flag(match: re.Match[str]) -> str:
        return f"{'-' if len(match[1]) == 1 else '--'}{match[1].replace('_', '-')}"

    return re.sub(r"`(\w+)`", flag, message)
