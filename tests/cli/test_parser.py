"""The parser: help without the heavy libraries, and mistakes in one line."""

import subprocess
import sys

import pytest

from imaginet_pt.__main__ import COMMANDS
from imaginet_pt.cli import parser

HEAVY = ["numpy", "pytensor", "pandas", "matplotlib", "scipy", "gensim", "jax"]
LOADED = f"""
import sys
from imaginet_pt.__main__ import main
try:
    main(sys.argv[1:])
finally:
    print([name for name in {HEAVY} if name in sys.modules], file=sys.stderr)
"""
# `replicate` describes scripts that it must import.
QUICK = [["--help"], *([name, "--help"] for name in COMMANDS if name != "replicate")]


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
