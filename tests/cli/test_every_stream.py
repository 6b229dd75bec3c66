"""Every command with every state of its streams: the right status, at most one line, no traceback.

Slow: `pytest --slow tests/cli/test_every_stream.py` runs each of some hundred cases as a process.
"""

import os
import subprocess
import sys

import pytest
import small
import trained

from imaginet_pt.__main__ import COMMANDS

# What each command is given, in a folder with `data`, the run `LINREG`, and `sentences.txt`.
LINES = {
    "data": "check data",
    "train": "--data data --out NEW --model-type linreg --word-freq-threshold 1",
    "evaluate": "LINREG --data data --out NEW",
    "project": "LINREG",
    "next-words": "LINREG",
    "surprisal": "LINREG",
    "neighbors": "LINREG --data data",
    "index": "LINREG --data data --out NEW",
    "omission": "LINREG",
    "compare": "LINREG 'a dog chases a cat' 'a cat chases a dog'",
    "export": "LINREG",
    "report": "LINREG --data data --out NEW",
    "explore": "LINREG --data data --out NEW",
    "convert-legacy": "nowhere NEW",
    "replicate": "runs --data data --out NEW",
}
REFUSED = {"next-words", "surprisal", "convert-legacy"}  # LINREG predicts no words
PRINTS = {
    "data", "evaluate", "project", "neighbors", "omission", "compare", "export", "replicate",
}  # fmt: skip
READS = {"project", "next-words", "surprisal", "neighbors", "omission"}
STATES = [
    "< sentences.txt", "<&-", "< /dev/null", "< /dev/zero", "< sentences.txt > /dev/full",
    "< sentences.txt >&-", "< sentences.txt 2>&-", "< sentences.txt 2> /dev/full",
    "< sentences.txt | true", "< sentences.txt >&- 2>&-",
]  # fmt: skip


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("streams")
    trained.linreg(small.write(folder / "data"), folder / "LINREG")
    (folder / "sentences.txt").write_text("a dog chases a cat\na man \x1b[31m sees a z\u4f60\n")
    return folder


def expected(name, state):
    """The statuses that a command may end with, given its streams."""
    no_sentence = name in READS and not state.startswith("< sentences.txt")
    if name in REFUSED or no_sentence:
        return {2}
    if name in PRINTS and (
        ">&-" in state.replace("2>&-", "") or "> /dev/full" in state.split("2>")[0]
    ):
        return {2}
    return {0, 141} if "|" in state else {0}


def test_each_command_is_tried():
    assert set(LINES) == set(COMMANDS)


@pytest.mark.slow
@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("name", LINES)
def test_a_command_with_its_streams(name, state, folder, tmp_path):
    for path in folder.iterdir():
        (tmp_path / path.name).symlink_to(path)
    done = subprocess.run(
        [
            "bash",
            "-c",
            f"{sys.executable} -m imaginet_pt {name} {LINES[name]} --quiet {state}\n"
            "exit ${PIPESTATUS[0]}",
        ],
        cwd=tmp_path,
        env=os.environ | {"PYTENSOR_FLAGS": ""},
        capture_output=True,
        text=True,
        timeout=120,
    )
    lines = done.stderr.splitlines()
    assert done.returncode in expected(name, state), done.stderr
    errors = [line for line in lines if line.startswith("imaginet: error: ")]
    told = done.returncode == 2 and not {"2>&-", "2>"} & set(state.split())
    assert len(errors) == told, done.stderr
    assert not [line for line in lines if line not in errors and "the vocabulary" not in line]
