"""A run that is resumed: on its own backend and data, and to a later epoch."""

import json
import os
import signal
from dataclasses import replace

import pytest
from crash import stand_in
from crash.stand_in import BACKEND, QUIET, SETTINGS

from imaginet_pt.__main__ import main
from imaginet_pt.backends import functions, select
from imaginet_pt.backends.distributed import Processes
from imaginet_pt.errors import UserError
from imaginet_pt.progress import Progress
from imaginet_pt.training import experiment, interrupt
from imaginet_pt.training.interrupt import Stopped

SIZES = "--hidden-size 3 --embedding-size 3 --word-freq-threshold 1 --batch-size 8 --quiet".split()


def train(dataset, out, **settings):
    return experiment.train(dataset, replace(SETTINGS, **settings), out, BACKEND, QUIET)


@pytest.mark.parametrize("snapshot_freq", [1, 2, 4])
def test_a_later_epoch_is_as_if_asked_for_at_first(snapshot_freq, model, dataset, tmp_path):
    train(dataset, tmp_path / "whole", iterations=5, snapshot_freq=snapshot_freq)
    train(dataset, tmp_path / "run", iterations=2, snapshot_freq=snapshot_freq)
    experiment.resume(dataset, tmp_path / "run", BACKEND, QUIET, iterations=5)
    assert stand_in.written(tmp_path / "run") == stand_in.written(tmp_path / "whole")


def test_the_epochs_of_a_run_cannot_become_fewer(model, dataset, tmp_path):
    train(dataset, tmp_path / "run")
    before = stand_in.written(tmp_path / "run")
    with pytest.raises(UserError, match="`iterations` is 2; .*run has 3, give more or leave"):
        experiment.resume(dataset, tmp_path / "run", BACKEND, QUIET, iterations=2)
    assert stand_in.written(tmp_path / "run") == before


def test_epochs_stay_as_they_were_where_processes_disagree(model, dataset, tmp_path, monkeypatch):
    train(dataset, tmp_path / "run")
    before = stand_in.written(tmp_path / "run")

    def refuse(self, *task):
        raise UserError("another would train something else")

    monkeypatch.setattr(Processes, "check_same", refuse)
    with pytest.raises(UserError, match="something else"):
        experiment.resume(dataset, tmp_path / "run", BACKEND, QUIET, iterations=9)
    assert stand_in.written(tmp_path / "run") == before


def test_a_run_is_not_resumed_on_another_backend(model, dataset, tmp_path):
    train(dataset, tmp_path / "run")
    with pytest.raises(UserError, match="`backend` is other; .* was trained with none"):
        experiment.resume(dataset, tmp_path / "run", replace(BACKEND, name="other"), QUIET)


def test_a_resume_says_what_else_computes_now(model, dataset, tmp_path, capsys):
    train(dataset, tmp_path / "run")
    experiment.resume(dataset, tmp_path / "run", BACKEND, Progress(), iterations=4)
    assert "goes on" not in capsys.readouterr().err
    later = replace(BACKEND, description="another compiler")
    experiment.resume(dataset, tmp_path / "run", later, Progress(), iterations=5)
    assert (
        f"{tmp_path / 'run'} began with {BACKEND.description} and goes on with another compiler; "
        "the last digits of costs may differ\n"
    ) in capsys.readouterr().err


def test_the_command_takes_data_and_backend_from_the_run(
    model, data, tmp_path, monkeypatch, capsys
):
    chosen = []
    monkeypatch.setattr(select, "get", lambda name="auto", **o: chosen.append(name) or BACKEND)
    monkeypatch.chdir(data.parent)
    out = tmp_path / "run"
    assert main(["train", "--data", data.name, "--out", str(out), *SIZES, "--iterations", "2"]) == 0
    described = json.loads((out / "run.json").read_text())
    assert described["data"]["path"] == str(data) and described["backend"] == "none"
    described["backend"] = "numba"
    (out / "run.json").write_text(json.dumps(described))
    monkeypatch.setattr(select, "get", lambda n, **o: chosen.append(n) or replace(BACKEND, name=n))
    monkeypatch.chdir(tmp_path)
    assert main(["train", "--resume", str(out), "--iterations", "3", "--quiet"]) == 0
    assert chosen == ["auto", "numba"] and (out / "weights-3.npz").exists()
    assert main(["train", "--resume", str(out), "--backend", "c", "--quiet"]) == 2
    assert "--backend is c; " in capsys.readouterr().err


def test_a_run_that_does_not_know_its_data_asks_for_them(model, dataset, tmp_path, capsys):
    train(replace(dataset, source=""), tmp_path / "run")
    assert main(["train", "--resume", str(tmp_path / "run")]) == 2
    assert "does not say where its data are; give --data" in capsys.readouterr().err
    assert main(["train", "--out", str(tmp_path / "new")]) == 2
    assert "--data is missing" in capsys.readouterr().err


@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM", "SIGHUP"])
def test_signals_stop_after_the_minibatch_with_their_status(name, model, dataset, tmp_path):
    number = getattr(signal, name)
    train(dataset, tmp_path / "whole")
    model.steps, model.when = 0, 9
    model.at = lambda: os.kill(os.getpid(), number)
    with pytest.raises(Stopped, match="stopped in epoch 2 after minibatch 3") as stop:
        train(dataset, tmp_path / "run")
    assert stop.value.status == 128 + number
    assert stand_in.place(tmp_path / "run") == (2, 3)
    stand_in.resume(dataset, tmp_path / "run")
    assert stand_in.written(tmp_path / "run") == stand_in.written(tmp_path / "whole")


def test_two_hangups_of_a_closing_terminal_are_one(model, dataset, tmp_path):
    model.when = 9
    model.at = lambda: [os.kill(os.getpid(), signal.SIGHUP) for _ in range(2)] and None
    with pytest.raises(Stopped) as stop:
        train(dataset, tmp_path / "run")
    assert stop.value.status == 129 and stand_in.place(tmp_path / "run") == (2, 3)


def test_nohup_is_respected(model, dataset, tmp_path):
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        model.when, model.at = 9, lambda: os.kill(os.getpid(), signal.SIGHUP)
        train(dataset, tmp_path / "run")
    finally:
        signal.signal(signal.SIGHUP, before)
    assert (tmp_path / "run/model-card.md").exists()


def test_handlers_are_put_back(model, dataset, tmp_path):
    before = [signal.getsignal(number) for number in interrupt.SIGNALS]
    train(dataset, tmp_path / "run")
    assert [signal.getsignal(number) for number in interrupt.SIGNALS] == before


def test_a_signal_while_compiling(model, dataset, tmp_path, monkeypatch):
    def compile_long(*arguments):
        os.kill(os.getpid(), signal.SIGTERM)

    monkeypatch.setattr(functions, "validation_costs", compile_long)
    with pytest.raises(Stopped, match="stopped while compiling") as stop:
        train(dataset, tmp_path / "run")
    assert stop.value.status == 143 and stand_in.place(tmp_path / "run") == (1, 0)


def test_a_clock_that_is_set_back_harms_nothing(model, dataset, tmp_path, monkeypatch):
    """Seconds come from a clock that never goes back, and newest is by number, not by date."""
    train(dataset, tmp_path / "whole")
    model.steps, model.when = 0, 9

    def set_back():
        for path in (tmp_path / "run").iterdir():
            os.utime(path, (0, 10**10))
        monkeypatch.setattr("time.time", lambda: 0.0)
        os.kill(os.getpid(), signal.SIGINT)

    model.at = set_back
    with pytest.raises(Stopped):
        train(dataset, tmp_path / "run")
    stand_in.resume(dataset, tmp_path / "run")
    assert stand_in.written(tmp_path / "run") == stand_in.written(tmp_path / "whole")
