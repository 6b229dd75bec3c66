"""Threads: chosen by the size of the model and by the cores alone, kept by a run for ever."""

import json
import os
import signal
from types import SimpleNamespace

import pytest
import small
from crash import stand_in
from threadpoolctl import threadpool_info

import imaginet_pt as im
from imaginet_pt.__main__ import main
from imaginet_pt.backends import functions, threads
from imaginet_pt.data import data_provider
from imaginet_pt.errors import UserError, UserTypeError
from imaginet_pt.nn import models
from imaginet_pt.replication.grid import settings_of
from imaginet_pt.training.interrupt import Stopped
from imaginet_pt.training.preparation import multiply_adds

OTHER = 1 if threads.available_cores() > 1 else 2  # a number that no library has by itself


@pytest.fixture
def cores(monkeypatch):
    """Give this process so many cores, and no variable that limits threads."""

    def give(number, **variables):
        for name in threads.VARIABLES:
            monkeypatch.delenv(name, raising=False)
        for name, value in variables.items():
            monkeypatch.setenv(name, value)
        monkeypatch.setattr(os, "sched_getaffinity", lambda _: range(number), raising=False)

    return give


def chosen(preset, synthetic, words, features, **changes):
    """Threads of the paper's largest model at a preset's size."""
    settings = settings_of("MULTITASK", 1, preset, synthetic)
    model = models.build(settings, words, features)
    return threads.choose(None, multiply_adds(model, settings.batch_size), None)["blas"]


def test_the_number_follows_the_size_and_the_cores(cores):
    cores(2)
    assert chosen("demo", True, 517, 256) == 1
    assert chosen("demo", False, 2540, 1280) == chosen("paper", False, 8800, 4096) == 2
    cores(16)
    assert chosen("demo", True, 517, 256) == 1 and chosen("paper", False, 8800, 4096) == 16
    assert 2 < chosen("demo", False, 2540, 1280) < 16
    cores(100)
    assert threads.choose(None, 10**12, None) == {"blas": 64, "openmp": 64}


def test_products_are_counted_without_what_is_looked_up_or_not_trained():
    settings = settings_of("TEXTUAL", 1, "paper", False)
    model = models.build(settings, 10, 7)
    assert multiply_adds(model, 64) == 64 * (6 * 1024**2 + 10 * 1024)


def test_variables_limit_the_cores(cores):
    cores(8, OMP_NUM_THREADS="4", MKL_NUM_THREADS="many", OPENBLAS_NUM_THREADS="0")
    assert threads.available_cores() == 4
    cores(8, OMP_NUM_THREADS="16")
    assert threads.available_cores() == 8


def test_what_is_asked_for_is_taken(cores):
    cores(2)
    assert threads.parse("auto") is None and threads.parse("3") == threads.parse(3) == 3
    assert threads.choose(3, 0, stand_in.BACKEND) == {"blas": 3, "openmp": 3}


@pytest.mark.parametrize("value", ["", "Auto", "two", "0", "-1", "1.5", "65", "1e1", 0, 65, "٣"])
def test_what_is_no_number_of_threads_is_refused(value):
    with pytest.raises(UserError, match=r"^`threads` is .*; it must be auto or between 1 and 64$"):
        threads.parse(value)


@pytest.mark.parametrize("value", [None, True, 2.0, [2]])
def test_a_value_of_another_type_is_refused(value, tmp_path):
    with pytest.raises(UserTypeError, match="^`threads` is .*; it must be auto or an integer$"):
        im.train(im.scenes(), tmp_path / "run", threads=value)
    assert not (tmp_path / "run").exists()


def test_jax_has_threads_of_its_own():
    backend = SimpleNamespace(name="jax", own_threads=True)
    assert threads.choose(None, 10**9, backend) == {}
    with pytest.raises(UserError, match="^`threads` is not for jax"):
        threads.choose(1, 10**9, backend)


# Entry of run.json -> threads of BLAS and of OpenMP. All but the first are of older runs.
RECORDED = [
    ({"cpus": 8, "blas": 2, "openmp": 3}, 2, 3),
    ({"cpus": 8}, 8, 8),
    ({"cpus": 8, "OMP_NUM_THREADS": "2"}, 2, 2),
    ({"cpus": 8, "OPENBLAS_NUM_THREADS": "1"}, 1, 8),
    ({"cpus": 8, "OMP_NUM_THREADS": "2,1", "OPENBLAS_NUM_THREADS": ""}, 8, 8),
    ({"cpus": 128}, 64, 64),
    ({"cpus": -3, "blas": [], "openmp": 10**400}, 5, 5),
]


@pytest.mark.parametrize("entry, blas, openmp", RECORDED)
def test_older_runs_keep_their_threads(entry, blas, openmp, cores):
    cores(5)
    assert threads.recorded(entry) == {"blas": blas, "openmp": openmp}


def numbers():
    """Threads of each loaded library, by its kind."""
    return {(library["user_api"], library["num_threads"]) for library in threadpool_info()}


def test_all_libraries_keep_to_it_and_are_as_before_afterwards():
    with threads.limited({"openmp": OTHER}):
        pass  # numba, where it is loaded, loads a library of threads
    before = numbers()
    with threads.limited({"blas": OTHER, "openmp": OTHER}):
        assert {number for _, number in numbers()} == {OTHER}
    assert numbers() == before


@pytest.fixture
def seen(monkeypatch):
    """Trainings do no arithmetic; returns the threads of BLAS in each of their steps."""
    seen, model = [], stand_in.Model()

    def train_step(*arguments):
        step = model.train_step(*arguments)

        def call(*minibatch):
            seen.append({number for kind, number in numbers() if kind == "blas"})
            return step(*minibatch)

        return call

    monkeypatch.setattr(functions, "train_step", train_step)
    monkeypatch.setattr(functions, "validation_costs", model.validation_costs)
    model.when, model.at = 2, lambda: os.kill(os.getpid(), signal.SIGINT)
    return seen


def test_a_stopped_training_goes_on_with_its_threads(seen, tmp_path, monkeypatch):
    dataset, run = data_provider.load(small.write(tmp_path / "data")), tmp_path / "run"
    with pytest.raises(Stopped):
        stand_in.train(dataset, run, number_of_threads=3)
    written = json.loads((run / "run.json").read_text())["threads"]
    assert written == {"cpus": os.cpu_count(), "blas": 3, "openmp": 3}
    stand_in.resume(dataset, run)
    assert len(seen) > 2 and all(numbers == {3} for numbers in seen)


def test_another_number_is_not_for_a_run_that_goes_on(seen, tmp_path, capsys):
    data, run = small.write(tmp_path / "data"), tmp_path / "run"
    with pytest.raises(Stopped):
        stand_in.train(data_provider.load(data), run, number_of_threads=3)
    command = ["train", "--resume", run, "--data", data, "--quiet", "--backend", "c"]
    described = json.loads((run / "run.json").read_text()) | {"backend": "c"}
    (run / "run.json").write_text(json.dumps(described))
    assert main([*map(str, command), "--threads", "2"]) == 2
    assert "--threads 2: " in (error := capsys.readouterr().err) and "has 3; leave" in error
    assert main([*map(str, command), "--threads", "3"]) == 0
    assert main(["train", "--data", str(data), "--out", str(tmp_path / "new"), "--threads=x"]) == 2
    assert "--threads is 'x'; it must be auto or between 1 and 64" in capsys.readouterr().err


def test_numba_s_own_threads_are_limited_in_the_block():
    numba = pytest.importorskip("numba")
    before = numba.get_num_threads()
    with threads.limited({"blas": 1, "openmp": 1}):
        assert numba.get_num_threads() == 1
    assert numba.get_num_threads() == before
