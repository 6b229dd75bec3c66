"""Runs that are stopped by Ctrl-C, and what is left of them."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
import small
from crash.stand_in import Killed, interrupt, kill, place, resume, train, written

from imaginet_pt.__main__ import main
from imaginet_pt.backends import functions
from imaginet_pt.data import data_provider
from imaginet_pt.training.interrupt import Stopped


def test_ctrl_c_while_compiling(model, whole, dataset, tmp_path, monkeypatch):
    with monkeypatch.context() as patched:
        patched.setattr(functions, "validation_costs", lambda *a: interrupt())
        with pytest.raises(Stopped, match="while compiling"):
            train(dataset, tmp_path / "run")
    resume(dataset, tmp_path / "run")
    assert written(tmp_path / "run") == whole


@pytest.mark.parametrize("name", ["costs.csv", "weights-2.npz", "checkpoint-3-0.npz"])
def test_ctrl_c_while_writing(name, model, whole, dataset, tmp_path, monkeypatch):
    rename = os.replace

    def interrupted(source, target):
        if Path(target).name == name and place(target.parent) == (2, 0):
            interrupt()
        rename(source, target)

    with monkeypatch.context() as patched:
        patched.setattr(os, "replace", interrupted)
        with pytest.raises(Stopped, match="after epoch 2"):
            train(dataset, tmp_path / "run")
    assert place(tmp_path / "run") == (3, 0)
    resume(dataset, tmp_path / "run")
    assert written(tmp_path / "run") == whole


def test_a_second_ctrl_c_ends_at_once_and_leaves_nothing_half_written(
    model, whole, dataset, tmp_path, monkeypatch
):
    def twice(*arguments):
        interrupt()
        interrupt()

    model.when, model.at = 9, lambda: monkeypatch.setattr(os, "fsync", twice)
    with pytest.raises(KeyboardInterrupt):
        train(dataset, tmp_path / "run")
    monkeypatch.undo()
    assert place(tmp_path / "run") == (2, 0)
    assert not list((tmp_path / "run").glob(".*"))


def test_ctrl_c_is_status_130_and_says_how_to_go_on(model, dataset, tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(data_provider, "load", lambda where, say: dataset)
    model.when, model.at = 2, interrupt
    sizes = "--hidden-size 3 --embedding-size 3 --word-freq-threshold 1 --batch-size 8".split()
    arguments = ["train", "--data", "small", "--out", str(tmp_path / "run"), "--quiet", *sizes]
    assert main(arguments) == 130
    shown = capsys.readouterr().err.strip().splitlines()
    assert shown == [
        f"imaginet: stopped in epoch 1 after minibatch 2; go on with --resume {tmp_path / 'run'}"
    ]
    model.when, model.at = 4, kill
    with pytest.raises(Killed):
        main([*arguments[:3], "--resume", arguments[4], "--checkpoint-minutes", "0"])
    assert place(tmp_path / "run") == (1, 3)


@pytest.mark.slow
def test_ctrl_c_of_a_whole_group_of_processes_while_compiling(tmp_path):
    data, out = small.write(tmp_path / "data"), tmp_path / "run"
    command = [sys.executable, "-m", "imaginet_pt", "train", "--data", data, "--out", out]
    root = Path(__file__).parents[2]
    process = subprocess.Popen(
        command, stderr=subprocess.PIPE, text=True, start_new_session=True, cwd=root
    )
    assert any(line.startswith("compiling with") for line in process.stderr)
    os.killpg(process.pid, signal.SIGINT)
    told = process.stderr.read()
    assert process.wait() == 130
    assert told == f"imaginet: stopped while compiling; go on with --resume {out}\n"
