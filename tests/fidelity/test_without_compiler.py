"""The original's runs where there is no compiler: numba is taken, and its costs are the same."""

import json
import os
import subprocess
import sys

import numpy as np
import pytensor
import pytest
from conftest import ROOT
from golden_runs import golden_arrays

GOLDEN = {"shared": "shared_embeddings", "simple": "simple"}
OPTIONS = "--hidden-size 24 --embedding-size 20 --iterations 3 --word-freq-threshold 3 --quiet"


def start(kind, shared, out):
    """Start the command that trains with nothing on PATH; `out` is a folder to write in."""
    folder = shared / "goldens" / kind
    np.savez(out / "init.npz", *golden_arrays(np.load(folder / "golden.npz"), "init_"))
    (out / "temporary").mkdir()
    command = [sys.executable, "-m", "imaginet_pt", "train", "--data", shared / "goldens/dataset"]
    command += ["--out", out / "run", "--model-type", GOLDEN[kind], "--random-seed", "123"]
    command += ["--init-tokenizer", folder / "vocab.json", "--init-weights", out / "init.npz"]
    env = os.environ | {"PATH": str(out / "empty"), "TMPDIR": str(out / "temporary")}
    return subprocess.Popen(
        [str(part) for part in command] + OPTIONS.split(), cwd=ROOT, text=True,
        env=env, stderr=subprocess.PIPE,
    )  # fmt: skip


@pytest.fixture(scope="module")
def runs(shared, tmp_path_factory):
    """{kind: (folder of the run, exit status, messages)}, trained side by side."""
    folders = {kind: tmp_path_factory.mktemp(kind) for kind in GOLDEN}
    processes = {kind: start(kind, shared, out) for kind, out in folders.items()}
    messages = {kind: process.communicate()[1] for kind, process in processes.items()}
    return {
        kind: (folders[kind] / "run", process.returncode, messages[kind])
        for kind, process in processes.items()
    }


@pytest.mark.slow
@pytest.mark.parametrize("kind", GOLDEN)
def test_costs_and_parameters_are_the_originals(kind, runs, shared):
    golden, (run, status, messages) = np.load(shared / "goldens" / kind / "golden.npz"), runs[kind]
    assert status == 0, messages
    assert json.loads((run / "run.json").read_text())["backend"] == "numba"
    costs = np.loadtxt(run / "costs.csv", delimiter=",", skiprows=1)[:, 2]
    assert len(costs) == 36
    np.testing.assert_allclose(costs, golden["costs"], rtol=5e-5)
    weights = np.load(run / "weights-3.npz")
    for name, theirs in zip(weights.files, golden_arrays(golden, "final_"), strict=True):
        np.testing.assert_allclose(weights[name], theirs, atol=2e-4)


@pytest.mark.slow
@pytest.mark.skipif(
    not hasattr(pytensor.config, "generated_src_dir"),
    reason="this PyTensor leaves the code that it generates in the temporary folder",
)
def test_nothing_is_left_in_the_temporary_folder(runs):
    for run, _, _ in runs.values():
        assert not list((run.parent / "temporary").iterdir())
