"""Runs the commands that the documentation shows, as they stand there, in this process."""

import contextlib
import io
import runpy
import shlex
import sys
from dataclasses import replace
from pathlib import Path

import old_checkpoint
import pytest
import small
from crash import stand_in

from imaginet_pt.__main__ import main
from imaginet_pt.backends import functions, select

ROOT = Path(__file__).resolve().parents[1]
PAIRS = "dog\tcat\t9\ncar\tboat\t8\nman\twoman\t7\nball\ttree\t1\ndog\tcar\t0.5\n"
MODULE = ("python", "-m", "imaginet_pt")


@contextlib.contextmanager
def quick():
    """Trainings take a stand-in's steps, and other functions are compiled without C."""
    model = stand_in.Model()
    python = replace(select.get("c"), mode="FAST_COMPILE", description="Python")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(functions, "train_step", model.train_step)
        patch.setattr(functions, "validation_costs", model.validation_costs)
        patch.setattr(select, "get", lambda name="auto", **options: python)
        # Other processes would know nothing of the stand-in.
        patch.setattr("imaginet_pt.backends.threads.available_cores", lambda: 1)
        yield patch


def write_files(folder):
    """What the documentation takes as given, under the names that it has there."""
    small.write(folder / "DIR")
    (folder / "OLD").mkdir()
    old_checkpoint.write(folder / "OLD")
    (folder / "MEN_dataset_natural_form_full").write_text(PAIRS)
    (folder / "sentences.txt").write_text("a dog chases a cat\na man sees a boat in the park\n")


def run(line):
    """What the command `line` prints; `<` and `>` are as in a shell.

    Raises:
        AssertionError: its exit status is not 0.
    """
    words = shlex.split(line)
    given, out = _after(words, "<"), _after(words, ">")
    stdin = Path(given).read_text() if given else ""
    stdout = io.TextIOWrapper(io.BytesIO(), encoding="utf-8", write_through=True)
    with pytest.MonkeyPatch.context() as patch, contextlib.redirect_stdout(stdout):
        patch.setattr(sys, "stdin", io.StringIO(stdin))
        patch.setattr(sys, "argv", words)
        status = _call(words)
    assert status == 0, f"{line}: exit status {status}"
    printed = stdout.buffer.getvalue()
    if out:
        Path(out).write_bytes(printed)
    return printed


def _call(words):
    """The exit status of a command of the package or of a script under replicate/."""
    if words[0] == "imaginet":
        return main(words[1:])
    if tuple(words[:3]) == MODULE:
        return main(words[3:])
    assert words[0] == "python" and words[1].startswith("replicate/"), f"{words}: no known program"
    sys.argv = words[1:]
    try:
        runpy.run_path(str(ROOT / words[1]), run_name="__main__")
    except SystemExit as end:
        return end.code
    return 0


def _after(words, mark):
    """The file after a `<` or `>`; both are taken out of `words`. None where there is none."""
    if mark not in words:
        return None
    place = words.index(mark)
    name = words[place + 1]
    del words[place : place + 2]
    return name
