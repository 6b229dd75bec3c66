"""The script of the paper's size, with layers of a few units: its three rules, and once again."""

import os
import shlex
import subprocess
import sys

import pandas as pd
import pytest
import small
from documented import PAIRS, ROOT

from imaginet_pt.replication import grid

EPOCHS = 9
# Runs a script of replicate/ in which the preset of the paper's size has few units and epochs.
SMALL = f"""
import runpy, sys
sys.path[:0] = {[str(ROOT / "replicate"), str(ROOT)]}
from imaginet_pt.replication import grid
grid.PRESETS["long"] |= dict(
    hidden_size=8, embedding_size=8, word_freq_threshold=1, iterations={EPOCHS}, least_iterations=8
)
sys.argv = sys.argv[1:]
runpy.run_path(sys.argv[0], run_name="__main__")
"""


@pytest.fixture
def paper_size(tmp_path):
    """Runs the script on a small data set; returns what it ended with and printed."""
    (tmp_path / "small.py").write_text(SMALL)
    python = tmp_path / "python"
    words = [sys.executable, "-P", str(tmp_path / "small.py")]
    python.write_text(f'#!/bin/sh\nexec {shlex.join(words)} "$@"\n')
    python.chmod(0o755)
    (tmp_path / "pairs.tsv").write_text(PAIRS)
    data = small.write(tmp_path / "data", images=60)
    command = ["sh", ROOT / "replicate/paper_size.sh", data, tmp_path / "out"]
    command += ["--pairs", f"pets={tmp_path / 'pairs.tsv'}"]

    def run():
        return subprocess.run(
            list(map(str, command)), capture_output=True, text=True, cwd=tmp_path,
            env=os.environ | {"PYTHON": str(python)},
        )  # fmt: skip

    return run


def trained(out):
    """The weights of all runs, and when they were written."""
    return {path: path.stat().st_mtime_ns for path in out.glob("models/*/weights-*.npz")}


def last_epochs(folder):
    """The last iteration of each model in the curves of Figure 2."""
    return pd.read_csv(folder / "figure2.csv").groupby("model")["iteration"].max().to_dict()


@pytest.mark.slow
def test_three_rules_on_runs_that_are_trained_once(paper_size, tmp_path):
    done, out = paper_size(), tmp_path / "out"
    assert done.returncode == 0, done.stderr
    folders = {"iteration-8": 8, "iteration-best": None, ".": EPOCHS}
    for name, epochs in folders.items():
        for file in ("table1.csv", "figure2.png", "figure3.md", "claims.csv", "report.html"):
            assert (out / name / file).exists(), f"{name}/{file}"
        ends = last_epochs(out / name)
        assert epochs is None or ends["VISUAL"] == ends["MULTITASK"] == epochs
    models = [path.name.split("-")[0] for path in (out / "models").iterdir()]
    # LINREG is trained once more where its penalty is chosen.
    assert {model: models.count(model) for model in grid.MODELS} == {
        "VISUAL": 3, "MULTITASK": 3, "TEXTUAL": 3, "LINREG": 2,
    }  # fmt: skip
    before = trained(out)
    assert len(before) == 9 * EPOCHS + 2 and done.stderr.count("run 9 of 10") == 1
    again = paper_size()
    assert again.returncode == 0 and again.stdout == done.stdout
    assert trained(out) == before and "run " not in again.stderr
