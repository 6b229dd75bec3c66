"""The command line's parser: commands, their help, and mistaken options."""

import argparse
import difflib
import importlib
import re
from collections.abc import Mapping, Sequence
from typing import Any, NoReturn, Protocol, cast

from ..errors import UserError
from . import terminal


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


# What other programs call an option -> what it is called here.
SYNONYMS = {
    "--epochs": "--iterations", "--lr": "--rate", "--learning-rate": "--rate",
    "--optimizer": "--update", "--dim": "--hidden-size", "--seed": "--random-seed",
    "--output": "--out", "--min-count": "--word-freq-threshold", "--dataset": "--data",
}  # fmt: skip
# Positional argument of a command -> what to do with one argument too many.
TOO_MANY = {
    "runs": "name all runs together",
    "sentences": "put a sentence in quotation marks",
    "first": "put a sentence in quotation marks",
}
# What another command does -> the line that does it.
ELSEWHERE = {
    "--val-fraction": "imaginet data import FOLDER NEW_FOLDER --val-fraction 0.1 draws a split val",
}


class HelpFormatter(argparse.RawDescriptionHelpFormatter):
    """Format help as wide as the terminal, with examples on one line."""

    def __init__(self, prog: str) -> None:
        """Format the help of `prog`."""
        super().__init__(prog, width=terminal.width() - 2)


class Parser(argparse.ArgumentParser):
    """A parser that raises `UserError` where argparse would print and exit."""

    def __init__(self, **options: Any) -> None:
        """Make a parser as argparse does."""
        super().__init__(**{"formatter_class": HelpFormatter} | options)

    def error(self, message: str) -> NoReturn:
        """Raise `UserError` with `message` and the help to look at."""
        raise UserError(f"{message}; see {self.prog} --help")


class ShowVersion(argparse.Action):
    """`--version`: print the package's version and exit."""

    def __call__(self, parser: argparse.ArgumentParser, *arguments: Any) -> NoReturn:
        """Print the version, which is looked up only now since that takes a while."""
        from importlib.metadata import version

        print(f"imaginet {version('imaginet_pt')}")
        parser.exit()


def build_parser(commands: Mapping[str, str], name: str | None = None) -> Parser:
    """Build the parser of the command `name`; without one, a parser of all commands' help lines.

    Args:
        commands: the module of each command, by name.
        name: the command whose options are added; no other module is imported.
    """
    top = Parser(prog="imaginet", description="Learn language from pictures: IMAGINET (2015).")
    top.add_argument("--version", action=ShowVersion, nargs=0, help="print the version")
    subparsers = top.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for each in [name] if name and name in commands else list(commands):
        module = cast(Command, importlib.import_module(commands[each]))
        parser = subparsers.add_parser(
            each,
            help=module.HELP,
            description=_description(str(cast(Any, module).__doc__)),
            epilog=f"example:\n  {module.EXAMPLE}",
        )
        parser.set_defaults(run_command=module.run)
        if each == name:
            module.add_options(parser)
            parser.add_argument("--quiet", action="store_true", help="no progress, only errors")
    return top


def _description(docstring: str) -> str:
    """Return the docstring of a command's module without the name of the command."""
    text = re.sub(r"^`imaginet [\w-]+`: ", "", docstring)
    return text[:1].upper() + text[1:]


def parse(parser: Parser, words: Sequence[str]) -> argparse.Namespace:
    """Parse a command line.

    Raises:
        UserError: it is not valid; for an unknown option the message names the most similar one.
    """
    args, unknown = parser.parse_known_args(words)
    sentences = getattr(args, "sentences", None)
    if sentences is not None and not any(word.startswith("-") for word in unknown):
        sentences += unknown  # argparse ends a list of arguments at the first option
    elif unknown:
        chosen = _chosen_parser(parser, words)
        options = [option for option in unknown if option.startswith("-")] or unknown
        raise UserError(f"{_answer(chosen, options[0])} {chosen.prog} --help")
    return args


def is_quiet(words: Sequence[str]) -> bool:
    """Tell, before there is a parser, whether a command line has `--quiet`, perhaps cut short."""
    return any(word.startswith("--q") and "--quiet".startswith(word) for word in words)


def _chosen_parser(
    parser: argparse.ArgumentParser, words: Sequence[str]
) -> argparse.ArgumentParser:
    """Return the parser of the innermost command among `words`."""
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for i, word in enumerate(words):
                if word in action.choices:
                    return _chosen_parser(action.choices[word], words[i + 1 :])
    return parser


def _answer(parser: argparse.ArgumentParser, word: str) -> str:
    """Say that `word` is unknown and which option may be meant; the message ends with "see"."""
    if not word.startswith("-"):
        takes = {action.dest for action in parser._actions}
        fix = next((fix for dest, fix in TOO_MANY.items() if dest in takes), "leave it out")
        return f"{word!r} is one argument too many; {fix}, and see"
    name = word.partition("=")[0]
    if name.replace("_", "-") in ELSEWHERE:
        return f"{name} is unknown here; {ELSEWHERE[name.replace('_', '-')]}; see"
    options = list(parser._option_string_actions)
    near = [SYNONYMS.get(name.replace("_", "-"), ""), *difflib.get_close_matches(name, options, 1)]
    hints = [option for option in near if option in options]
    return f"{name} is unknown; " + (f"did you mean {hints[0]}? See" if hints else "see")


def with_flags(message: str) -> str:
    """Return `message` with the arguments in backticks written as options.

    >>> with_flags("`hidden_size` is 0; it must be at least 1")
    '--hidden-size is 0; it must be at least 1'
    """

    def flag(match: re.Match[str]) -> str:
        return f"{'-' if len(match[1]) == 1 else '--'}{match[1].replace('_', '-')}"

    return re.sub(r"`(\w+)`", flag, message)
