"""The parser: help without the heavy libraries, and mistakes in one line."""

import subprocess
import sys
from importlib.metadata import version

import pytest

from imaginet_pt.__main__ import COMMANDS, main
from imaginet_pt.cli import parser

HEAVY = ["numpy", "pytensor", "pandas", "matplotlib", "scipy", "gensim", "jax"]
LOADED = f"""
import sys
from importlib.metadata import version
from imaginet_pt.__main__ import main
try:
    main(sys.argv[1:])
finally:
    print([name for name in {HEAVY} if name in sys.modules], file=sys.stderr)
"""
QUICK = [["--help"], *([name, "--help"] for name in COMMANDS)]


@pytest.mark.parametrize("arguments", QUICK, ids=" ".join)
def test_help_loads_no_heavy_library(arguments):
    done = subprocess.run(
        [sys.executable, "-c", LOADED, *arguments], capture_output=True, text=True
    )
    assert done.returncode == 0 and done.stderr == "[]\n" and "usage: imaginet" in done.stdout


def test_help_lists_each_command():
    shown = parser.build_parser(COMMANDS).format_help()
    assert all(f"    {name}" in shown for name in COMMANDS)


def test_arguments_in_backticks_are_shown_as_options():
    message = "`hidden_size` is 0; see `a b`"
    assert parser.with_flags(message) == "--hidden-size is 0; see `a b`"


UNKNOWN = {
    "train --data scenes --out x --epochs 5": ("--epochs", "--iterations", "imaginet train"),
    "train --data scenes --out x --lr=0.1": ("--lr", "--rate", "imaginet train"),
    "train --data scenes --out x --model_type simple": (
        "--model_type", "--model-type", "imaginet train",
    ),
    "evaluate RUN --data scenes --out x --spilt val": ("--spilt", "--split", "imaginet evaluate"),
    "data check scenes --mem pairs": ("--mem", "--men", "imaginet data check"),
}  # fmt: skip


@pytest.mark.parametrize("line", UNKNOWN)
def test_an_unknown_option_is_answered_with_the_nearest(line, capsys):
    unknown, nearest, command = UNKNOWN[line]
    assert main(line.split()) == 2
    assert capsys.readouterr().err == (
        f"imaginet: error: {unknown} is unknown; did you mean {nearest}? See {command} --help\n"
    )


def test_an_option_of_another_command_is_answered_with_its_line(capsys):
    assert main("train --data mine --out x --val_fraction 0.1".split()) == 2
    told = capsys.readouterr().err
    assert "--val_fraction is unknown here; imaginet data import FOLDER NEW_FOLDER" in told


@pytest.mark.parametrize(
    ("line", "fix"),
    [
        ("evaluate RUN more --data scenes --out x", "leave it out"),
        ("compare RUN one two three", "put a sentence in quotation marks"),
        ("report RUN --data scenes --out x --men m RUN2", "name all runs together"),
    ],
)
def test_an_argument_too_many_is_told_what_to_do_with(line, fix, capsys):
    assert main(line.split()) == 2
    assert f"is one argument too many; {fix}, and see" in capsys.readouterr().err


def test_an_option_like_no_other(capsys):
    assert main(["train", "--data", "scenes", "--out", "x", "--zzz"]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert line == "imaginet: error: --zzz is unknown; see imaginet train --help"


def test_synonyms_are_of_options_that_there_are():
    options = parser.build_parser(COMMANDS, "train")._actions[-1].choices["train"]
    assert set(parser.SYNONYMS.values()) <= set(options._option_string_actions)


def test_the_version(capsys):
    with pytest.raises(SystemExit) as stop:
        main(["--version"])
    assert stop.value.code == 0
    assert capsys.readouterr().out == f"imaginet {version('imaginet_pt')}\n"


def test_options_of_jax_are_shown_once(capsys):
    for name, shown in {"train": True, "evaluate": False, "project": False}.items():
        with pytest.raises(SystemExit):
            main([name, "--help"])
        assert ("--devices" in capsys.readouterr().out) is shown


def test_help_says_what_a_command_does(capsys):
    with pytest.raises(SystemExit):
        main(["omission", "--help"])
    shown = capsys.readouterr().out
    assert "\nMeasure how far the imagined image moves" in shown and "`" not in shown
