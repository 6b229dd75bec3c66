"""The scripts as a reviewer runs them, on a small data set: what they write, and their mistakes."""

import os
import pty
import subprocess
import sys
import termios
import time
from itertools import pairwise
from pathlib import Path

import pandas as pd
import pytest
import small
from gensim.test.utils import datapath

ROOT = Path(__file__).resolve().parents[2]
PAIRS = "dog\tcat\t9\ncar\tboat\t8\nman\twoman\t7\nball\ttree\t1\ndog\tcar\t0.5\nfox\tcat\t3\n"
LONGEST_SILENCE = 3  # seconds


def table1(*arguments):
    command = [sys.executable, ROOT / "replicate/table1.py", *arguments]
    return subprocess.run(list(map(str, command)), capture_output=True, text=True)


def on_terminal(folder, *arguments):
    """Run table1.py with its error stream on a terminal.

    Returns:
        What it ended with and showed, and its longest silence in seconds.
    """
    terminal, its_end = pty.openpty()
    termios.tcsetwinsize(its_end, (24, 80))
    command = [sys.executable, ROOT / "replicate/table1.py", *arguments]
    with open(folder / "stdout", "w+") as out:
        times = [time.monotonic()]
        process = subprocess.Popen(list(map(str, command)), stdout=out, stderr=its_end)
        os.close(its_end)
        shown = b""
        while piece := _read(terminal):
            shown += piece
            times.append(time.monotonic())
        status = process.wait()
        out.seek(0)
        done = subprocess.CompletedProcess(command, status, out.read(), shown.decode())
    return done, max(b - a for a, b in pairwise(times))


def _read(terminal):
    """What a terminal shows next; nothing once its program has ended."""
    try:
        return os.read(terminal, 65536)
    except OSError:
        return b""


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    return small.write(tmp_path_factory.mktemp("data"), images=60)


def test_table1_from_start_to_end_and_again(data, tmp_path):
    (tmp_path / "pairs.tsv").write_text(PAIRS)
    out = tmp_path / "out"
    options = ["--data", data]
    for name in ("pets", "others"):
        options += ["--pairs", f"{name}={tmp_path / 'pairs.tsv'}"]
    first, silence = on_terminal(tmp_path, *options, "--seeds", 1, "--out", out)
    assert first.returncode == 0, first.stderr
    assert silence < LONGEST_SILENCE, first.stderr
    table = pd.read_csv(out / "table1.csv")
    own = table[table["benchmark"].isin(["pets", "others"])]
    models = ["VISUAL", "MULTITASK", "TEXTUAL", "LINREG", "random weights"]
    assert list(own["model"]) == 2 * models
    assert set(own["pairs"]) == {"5 of 6"}
    assert own["paper"].isna().all() and "verdict" not in table
    assert first.stdout.count("not comparable") == 1
    assert "MEN was not run: give --men" in first.stdout
    items = pd.read_csv(out / "table1-items.csv")
    assert (items["benchmark"] == "pets").sum() == 5 * 5
    again = table1(*options, "--seeds", 1, "--out", out)
    assert again.stdout == first.stdout and "compiling" not in again.stderr


def test_a_benchmark_under_another_name_is_refused_before_any_training(data, tmp_path):
    simlex = datapath("simlex999.txt")
    done = table1("--data", data, "--men", simlex, "--out", tmp_path / "out")
    assert done.returncode == 2 and len(done.stderr.strip().splitlines()) == 1
    assert f"--men {simlex} holds the 999 pairs of SimLex-999, not the 3,000 of MEN" in done.stderr
    assert not list((tmp_path / "out").glob("models/*"))


def test_a_bad_line_of_word_pairs_is_named_before_any_training(data, tmp_path):
    (tmp_path / "pairs.tsv").write_text("dog\tcat\t9\ncar\tboat\n")
    done = table1("--data", data, "--men", tmp_path / "pairs.tsv", "--out", tmp_path / "out")
    assert done.returncode == 2
    assert len(done.stderr.strip().splitlines()) == 1 and "line 2" in done.stderr
    assert not list((tmp_path / "out").glob("models/*"))


def test_pairs_that_no_caption_covers_are_told_before_any_training(tmp_path):
    captions = small.write(tmp_path / "data", images=60) / "dataset.json"
    text = captions.read_text()
    for noun in small.NOUNS:
        text = text.replace(noun, noun[::-1])
    captions.write_text(text)
    done = table1("--data", tmp_path / "data", "--out", tmp_path / "out")
    assert done.returncode == 2 and len(done.stderr.strip().splitlines()) == 1, done.stderr
    assert "(0 of the 999 SimLex-999), and a correlation needs 3; give others by --pairs" in (
        done.stderr
    )
    assert not list((tmp_path / "out").glob("models/*"))


@pytest.mark.parametrize("arguments", [["--data", "nowhere"], ["--seeds", "0"], ["--preset", "x"]])
def test_mistakes_are_one_line(arguments):
    done = table1(*arguments)
    assert done.returncode == 2 and len(done.stderr.strip().splitlines()) == 1, done.stderr
