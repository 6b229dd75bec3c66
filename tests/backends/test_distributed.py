"""Several processes that train one run: its numbers are those of one, and none outlives another."""

import os
import socket
import subprocess
import sys
import time
from argparse import Namespace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import small

from imaginet_pt.__main__ import main
from imaginet_pt.backends import distributed, functions
from imaginet_pt.backends.distributed import Lost, Processes
from imaginet_pt.backends.jax_backend import JaxBackend
from imaginet_pt.backends.pytensor_backend import PyTensorBackend
from imaginet_pt.cli import supervisor
from imaginet_pt.cli.options import chosen_processes
from imaginet_pt.data import data_provider
from imaginet_pt.errors import UserError
from imaginet_pt.progress import Progress
from imaginet_pt.runs import checkpoint
from imaginet_pt.settings import Settings
from imaginet_pt.training import experiment, preparation

pytest.importorskip("jax", reason="jax is not installed: pip install -e '.[jax]'")

from crash.kill_and_resume import contents, position
from crash.stand_in import BACKEND, QUIET, SETTINGS, Model

ROOT = Path(__file__).resolve().parents[2]
# The model that compiles fastest; minibatches of 20 and 8, which four devices can split, and 4.
SIZES = "--model-type add --embedding-size 6 --word-freq-threshold 1 --batch-size 20".split()
EPOCHS = 10


def free_port():
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]


def start(count, *options):
    """The processes that train together, each with the same options."""
    group = ["--coordinator", f"127.0.0.1:{free_port()}", "--num-processes", count]
    command = [sys.executable, "-m", "imaginet_pt", "train", "--backend", "jax", "--quiet"]
    group = group if count > 1 else []
    return [
        subprocess.Popen(
            list(map(str, [*command, *options, *group, *(group and ["--process-id", i])])),
            env=os.environ | {"XLA_FLAGS": ""}, cwd=ROOT, stderr=subprocess.PIPE, text=True,
        )
        for i in range(count)
    ]  # fmt: skip


def ended(process, within=600):
    """(exit status, what was told) of a process that ends within so many seconds."""
    told = process.communicate(timeout=within)[1]
    return process.returncode, told


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    folder = small.write(tmp_path_factory.mktemp("data"))
    path = folder / "dataset.json"
    path.write_text(path.read_text().replace(" in the park", ""))
    return folder


@pytest.mark.slow
def test_two_begin_one_is_killed_and_four_make_the_run_of_one(data, tmp_path):
    begin = ["--data", data, *SIZES, "--iterations", EPOCHS, "--checkpoint-minutes", 0, "--out"]
    one, two = start(1, *begin, tmp_path / "one"), start(2, *begin, tmp_path / "run")
    while position(tmp_path / "run") < (2, 0) and two[0].poll() is None:
        time.sleep(0.005)
    two[1].kill()
    status, told = ended(two[0], within=60)
    assert status == 2 and told.startswith("imaginet: error: process 0 of 2: another process has")
    assert len(told.splitlines()) == 1
    assert (2, 0) <= position(tmp_path / "run") < (EPOCHS + 1, 0)
    assert ended(one[0]) == (0, "")
    four = start(4, "--data", data, "--resume", tmp_path / "run")
    assert [ended(process) for process in four] == 4 * [(0, "")]
    assert (tmp_path / "run/run.json").read_text().count("on 2 processes of 1 x cpu") == 1
    same_runs(tmp_path / "run", tmp_path / "one")


def same_runs(ours, theirs):
    """Costs within 2e-4, and all arrays of the checkpoint within 1e-5."""
    for name in ("costs.csv", "validation.csv"):
        tables = (np.loadtxt(run / name, delimiter=",", skiprows=1) for run in (ours, theirs))
        np.testing.assert_allclose(*tables, rtol=2e-4)
    name = f"checkpoint-{EPOCHS + 1}-0.npz"
    for found, wanted in zip(*(checkpoint.read(r / name)[:2] for r in (ours, theirs)), strict=True):
        assert found.keys() == wanted.keys()
        for array in wanted:
            np.testing.assert_allclose(found[array], wanted[array], atol=1e-5, err_msg=array)


OTHER_TASKS = [([2], {"w": np.zeros(3)}), ([1], {"w": np.ones(3)}), ([1], {"v": np.zeros(3)})]


@pytest.mark.parametrize("description, arrays", OTHER_TASKS)
def test_processes_that_differ_are_told_before_any_training(description, arrays, monkeypatch):
    group, first = Processes("", 1, 2), []

    def gather(self, array):
        first.append(array)
        return np.stack([first[0], array])

    monkeypatch.setattr(Processes, "_gather", gather)
    for _ in range(2):
        group.check_same([1], lambda: ({"w": np.zeros(3)}, {}))
    with pytest.raises(UserError, match="process 1 of 2 would train something else"):
        group.check_same(description, lambda: (arrays, {}))


@pytest.fixture
def backend(monkeypatch):
    """The second of two processes with two devices each, whose Z is split or not."""
    spans = {8: [slice(4, 6), slice(6, 8)], 9: [slice(None), slice(None)]}

    def split(self, name, shape):
        parts = {i: (span, slice(None)) for i, span in enumerate(spans[shape[0]])}
        return SimpleNamespace(addressable_devices_indices_map=lambda shape: parts)

    monkeypatch.setattr(JaxBackend, "_split", split)
    return JaxBackend("jax", "", None, Processes("", 1, 2))


def test_a_process_reads_the_images_of_its_share_alone(backend, data, monkeypatch):
    assert backend.local_rows(8) == slice(4, 8) and backend.local_rows(9) == slice(0, 9)
    dataset = data_provider.load(data)
    settings = Settings(word_freq_threshold=1)
    train = preparation.prepare(dataset, settings, np.random.RandomState(1), None).train
    whole, part = (
        train.minibatch(np.arange(8)),
        train.minibatch(np.arange(8), backend.local_rows(8)),
    )
    assert part.Z.shape[0] == 4
    np.testing.assert_array_equal(part.Z, whole.Z[4:])
    np.testing.assert_array_equal(part.X, whole.X)


class OfSecond(PyTensorBackend):
    """A backend of a process that need not wait for the first."""

    processes = SimpleNamespace(first=False, count=2, agree=bool, check_same=lambda *task: None)


def test_the_first_alone_writes_and_the_others_resume_from_that(data, tmp_path, monkeypatch):
    model, second = Model(), OfSecond("none", "", "nothing")
    monkeypatch.setattr(functions, "train_step", model.train_step)
    monkeypatch.setattr(functions, "validation_costs", model.validation_costs)
    dataset, run = data_provider.load(data), tmp_path / "run"
    experiment.train(dataset, SETTINGS, run, second, QUIET, checkpoint_minutes=0)
    assert model.steps == 18 and not run.exists()
    experiment.train(dataset, SETTINGS, run, BACKEND, QUIET)
    (run / f"checkpoint-{SETTINGS.iterations + 1}-0.npz").unlink()
    before, model.steps = contents(run), 0
    experiment.resume(dataset, run, second, QUIET)
    assert model.steps == 6 and contents(run) == before


def test_errors_of_an_exchange_are_lost_processes_where_there_are_any():
    for count, raised, told in ((1, ValueError, "closed\nby peer"), (2, Lost, "closed")):
        with pytest.raises(raised) as error, Processes("", 0, count).exchange():
            raise ValueError("closed\nby peer")
        assert str(error.value) == told


@pytest.mark.parametrize("count", [1, 2])
def test_a_device_with_too_little_memory_is_no_lost_process(count):
    told = "RESOURCE_EXHAUSTED: Out of memory allocating 8192 bytes."
    with pytest.raises(MemoryError, match=told), Processes("", 0, count).exchange():
        raise RuntimeError(f"{told}\nBuffer assignment: ...")


TELLING = "another process has ended or does not answer ({}); see what it says, and go on with "
ENDS = {
    (-6, "F1 distributed service detected fatal errors. absl::Status: UNAVAILABLE: x. More\n@"): (
        TELLING.format("UNAVAILABLE: x") + "--resume"
    ),
    (supervisor.LOST, "chatter\nclosed by peer\n"): (TELLING.format("closed by peer") + "--resume"),
    (-9, ""): "ended by SIGKILL: it said nothing",
    (-11, "bad access\n"): "ended by SIGSEGV: bad access",
}


@pytest.mark.parametrize("status, told", ENDS)
def test_how_a_child_ended(status, told):
    assert supervisor._reason(status, told) == ENDS[status, told]


def test_alone_nothing_is_exchanged(data):
    assert distributed.ALONE.agree([2]) is True and distributed.ALONE.agree([]) is False
    distributed.ALONE.check_same({}, None)
    assert chosen_processes(Namespace()) is distributed.ALONE


MISTAKES = [
    (["--num-processes=2"], "several processes need --coordinator and --process-id too"),
    (["--coordinator=a:1", "--process-id=2", "--num-processes=2"], "--process-id 2: must be from"),
    (["--coordinator=a", "--process-id=0", "--num-processes=2"], "--coordinator a: must be HOST:"),
    (["--coordinator=a:1", "--process-id=0", "--num-processes=0"], "--num-processes 0: must be"),
]


@pytest.mark.parametrize("options, told", MISTAKES)
def test_options_that_cannot_be(options, told, tmp_path, capsys):
    out = str(tmp_path / "run")
    assert main(["train", "--data=scenes", "--out", out, "--backend=jax", *options]) == 2
    assert told in capsys.readouterr().err


def test_linreg_is_solved_by_one_process(backend, data, tmp_path):
    with pytest.raises(UserError, match="`model_type` linear is solved in one process"):
        experiment.train(
            data_provider.load(data),
            Settings(model_type="linear"),
            tmp_path,
            backend,
            Progress(True),
        )
