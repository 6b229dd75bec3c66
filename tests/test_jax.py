"""The JAX backend: the costs of the other backends, runs that change backends, several devices."""

import json
import os
import subprocess
import sys

import numpy as np
import pytest
import small

pytest.importorskip("jax", reason="jax is not installed: pip install -e '.[jax]'")

from imaginet_pt import backends, data_provider, experiment
from imaginet_pt.progress import Progress
from imaginet_pt.run_folder import read_arrays
from imaginet_pt.settings import Settings
from imaginet_pt.workflow import Workflow

TINY = {"hidden_size": 8, "embedding_size": 6, "word_freq_threshold": 1, "batch_size": 16}


@pytest.fixture(scope="module")
def dataset(tmp_path_factory):
    return data_provider.load(small.write(tmp_path_factory.mktemp("data")))


def costs(run):
    return np.loadtxt(run / "costs.csv", delimiter=",", skiprows=1)[:, 2]


def train(dataset, out, backend, **settings):
    settings = Settings(**TINY | settings)
    experiment.train(dataset, settings, out, backends.get(backend), Progress(quiet=True))
    return out


KINDS = {
    "MULTITASK": {"model_type": "shared_embeddings"},
    "TEXTUAL": {"model_type": "shared_embeddings", "alpha": 1.0},
    "shared_all": {"model_type": "shared_all"},
    "LSTM with a limit": {"hidden_type": "lstm", "clipnorm": 0.05},
    "zero-shot": {"model_type": "shared_embeddings", "zero_shot": ("dog",)},
}


@pytest.mark.parametrize("kind", KINDS)
def test_costs_and_vectors_are_those_of_the_c_backend(kind, dataset, tmp_path):
    runs = {
        backend: train(dataset, tmp_path / backend, backend, iterations=1, **KINDS[kind])
        for backend in ("c", "jax")
    }
    np.testing.assert_allclose(costs(runs["jax"]), costs(runs["c"]), rtol=2e-5)
    texts = dataset.captions("val").texts
    c = Workflow(runs["c"], backend=backends.get("c"))
    jax = Workflow(runs["jax"], backend=backends.get("jax"))
    for name, vectors in c.outputs(texts, "batch").items():
        np.testing.assert_allclose(jax.outputs(texts, "batch")[name], vectors, atol=2e-5)
    if kind == "MULTITASK":
        assert jax.next_words(texts[:5]) == c.next_words(texts[:5])


def test_the_golden_run(shared, tmp_path):
    golden = np.load(shared / "goldens/shared/golden.npz")
    init = [golden[name] for name in sorted(golden.files) if name.startswith("init_")]
    np.savez(tmp_path / "init.npz", *init)
    settings = Settings(
        model_type="shared_embeddings", hidden_size=24, embedding_size=20, iterations=3,
        word_freq_threshold=3, random_seed=123,
    )  # fmt: skip
    experiment.train(
        data_provider.load(shared / "goldens/dataset"), settings, tmp_path / "run",
        backends.get("jax"), Progress(quiet=True), shared / "goldens/shared/vocab.json",
        tmp_path / "init.npz",
    )  # fmt: skip
    np.testing.assert_allclose(costs(tmp_path / "run"), golden["costs"], rtol=5e-5)


def test_a_run_begun_on_one_backend_goes_on_on_another(dataset, tmp_path):
    whole = train(dataset, tmp_path / "whole", "c", iterations=2)
    begun = train(dataset, tmp_path / "begun", "c", iterations=1)
    described = json.loads((begun / "run.json").read_text())
    described["settings"]["iterations"] = 2
    (begun / "run.json").write_text(json.dumps(described))
    experiment.resume(dataset, begun, backends.get("jax"), Progress(quiet=True))
    np.testing.assert_allclose(costs(begun), costs(whole), rtol=2e-5)


def command(data, out, *options, devices=1):
    """A training by the command line in a process that sees so many CPU devices."""
    tiny = [f"--{name.replace('_', '-')}={value}" for name, value in TINY.items()]
    arguments = ["train", "--data", data, "--out", out, "--iterations=1", "--backend=jax", *tiny]
    environment = os.environ | {"XLA_FLAGS": f"--xla_force_host_platform_device_count={devices}"}
    return subprocess.run(
        [sys.executable, "-m", "imaginet_pt", *map(str, arguments), *options],
        env=environment, capture_output=True, text=True,
    )  # fmt: skip


def test_four_devices_make_the_run_of_one(tmp_path):
    data = small.write(tmp_path / "data")
    runs = []
    for devices in (1, 4):
        runs.append(tmp_path / f"on{devices}")
        done = command(data, runs[-1], f"--devices={devices}", devices=devices)
        assert done.returncode == 0, done.stderr
    np.testing.assert_allclose(*map(costs, runs), rtol=2e-4)
    one, four = (read_arrays(run / "weights-1.npz") for run in runs)
    for name in one:
        np.testing.assert_allclose(one[name], four[name], atol=1e-5, err_msg=name)


def test_devices_that_are_not_there_are_one_line(tmp_path):
    done = command(small.write(tmp_path / "data"), tmp_path / "run", "--devices=3")
    assert done.returncode == 2 and "--devices 3: JAX sees 1" in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
