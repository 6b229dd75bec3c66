"""Runs that are killed, or cannot write or compute, and what is left of them.

The model's functions are stood in for by plain ones where the loop and the files alone matter.
"""

import itertools
import os
import resource
import tempfile
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from crash import kill_and_resume
from crash.stand_in import (
    BACKEND,
    LAST,
    QUIET,
    SETTINGS,
    Killed,
    interrupt,
    kill,
    place,
    resume,
    train,
    written,
)  # fmt: skip

from imaginet_pt.__main__ import main
from imaginet_pt.backends import functions
from imaginet_pt.errors import UserError
from imaginet_pt.progress import Progress
from imaginet_pt.replication import grid
from imaginet_pt.runs.checkpoint import Checkpoints
from imaginet_pt.training import experiment, trainer
from imaginet_pt.training.interrupt import Stopped


@pytest.mark.parametrize("minutes, kept", [(0, [(2, 2), (2, 1)]), (10, [(2, 0), (1, 0)])])
def test_minutes_between_checkpoints(minutes, kept, model, whole, dataset, tmp_path):
    model.when, model.at = 9, kill
    with pytest.raises(Killed):
        train(dataset, tmp_path / "run", checkpoint_minutes=minutes)
    paths = Checkpoints(tmp_path / "run").paths()
    assert [tuple(map(int, p.stem.split("-")[1:])) for p in paths] == kept
    resume(dataset, tmp_path / "run", checkpoint_minutes=minutes)
    assert written(tmp_path / "run").keys() - whole.keys() <= {"checkpoint-3-6.npz"}
    assert content_only(written(tmp_path / "run")) == content_only(whole)


def content_only(files):
    return {name: content for name, content in files.items() if content is not None}


def test_a_damaged_newest_checkpoint_costs_the_work_since_the_one_before(
    model, whole, dataset, tmp_path, capsys
):
    train(dataset, tmp_path / "run")
    newest = tmp_path / f"run/checkpoint-{LAST}-0.npz"
    newest.write_bytes(newest.read_bytes()[:-100])
    for name in ("weights-3.npz", "costs.csv", "validation.csv"):
        (tmp_path / "run" / name).unlink()
    experiment.resume(dataset, tmp_path / "run", BACKEND, Progress())
    assert f"checkpoint-{LAST}-0.npz is damaged" in capsys.readouterr().err
    assert written(tmp_path / "run") == whole


def test_checkpoints_of_another_run_are_refused_and_damage_is_told_also_when_quiet(
    model, dataset, tmp_path, capsys
):
    train(dataset, tmp_path / "run")
    larger = replace(SETTINGS, hidden_size=4)
    experiment.train(dataset, larger, tmp_path / "other", BACKEND, QUIET)
    for path in (tmp_path / "run").glob("checkpoint-*"):
        path.write_bytes((tmp_path / "other" / path.name).read_bytes())
    with pytest.raises(UserError, match=r"does not fit .*textual.gru.h0 is \(1, 4\), not \(1, 3\)"):
        resume(dataset, tmp_path / "run")
    newest = tmp_path / f"run/checkpoint-{LAST}-0.npz"
    newest.write_bytes(newest.read_bytes()[:-100])
    with pytest.raises(UserError, match="does not fit"):
        resume(dataset, tmp_path / "run")
    assert f"checkpoint-{LAST}-0.npz is damaged" in capsys.readouterr().err


def test_seconds_of_an_epoch_are_those_before_and_after_a_stop(
    model, dataset, tmp_path, monkeypatch
):
    monkeypatch.setattr(trainer.time, "perf_counter", itertools.count().__next__)
    model.when, model.at = 9, interrupt
    with pytest.raises(Stopped):
        train(dataset, tmp_path / "run")
    resume(dataset, tmp_path / "run")
    lines = (tmp_path / "run/times.csv").read_text().splitlines()
    assert lines == ["epoch,seconds", "1,11.000", "2,10.000", "3,11.000"]


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_a_cost_that_is_no_number_names_captions_and_keeps_the_checkpoint(
    bad, model, dataset, tmp_path
):
    model.when, model.at = 9, lambda: bad
    with pytest.raises(UserError, match="cost is (nan|inf) at epoch 2, minibatch 3 ") as error:
        train(dataset, tmp_path / "run", checkpoint_minutes=0)
    named = str(error.value).split("captions ")[1].split(", counted from 0")[0].split(", ")
    assert len(set(named)) == SETTINGS.batch_size and set(map(int, named)) <= set(range(48))
    assert place(tmp_path / "run") == (2, 2)
    assert "nan" not in (tmp_path / "run/costs.csv").read_text()


@pytest.mark.parametrize("minutes, kept", [(0, (2, 5)), (10, (2, 0))])
def test_parameters_that_are_no_numbers_are_not_saved(minutes, kept, model, dataset, tmp_path):
    def spoil():
        p = model.state.params["visual.dense.w"]
        p.set_value(p.get_value() * np.float32(np.nan))
        return 1.0

    model.when, model.at = 12, spoil
    with pytest.raises(UserError, match="visual.dense.w not finite in epoch 2, minibatch 6"):
        train(dataset, tmp_path / "run", checkpoint_minutes=minutes)
    assert place(tmp_path / "run") == kept
    assert not (tmp_path / "run/weights-2.npz").exists()


def test_a_validation_cost_that_is_no_number_stops_the_run(model, dataset, tmp_path, monkeypatch):
    monkeypatch.setattr(functions, "validation_costs", lambda *a: lambda X, Y, Z: [1.0, np.nan])
    with pytest.raises(UserError, match="validation cost is .*nan.* after epoch 1"):
        train(dataset, tmp_path / "run")
    assert place(tmp_path / "run") == (1, 0)


@pytest.mark.parametrize("value", ["-1", "nan", "soon"])
def test_minutes_that_are_none(value, tmp_path, capsys):
    arguments = ["train", "--data", "small", "--out", str(tmp_path / "run")]
    assert main([*arguments, "--checkpoint-minutes", value]) == 2
    assert f"invalid minutes value: '{value}'" in capsys.readouterr().err


BEFORE_IT_IS_A_RUN = ["costs.csv", "checkpoint-1-0.npz", "vocabulary.json", "run.json"]


@pytest.mark.parametrize("name", BEFORE_IT_IS_A_RUN)
def test_killed_before_it_is_a_run_the_same_command_begins_anew(
    name, model, whole, dataset, tmp_path, monkeypatch
):
    killed_at(name, dataset, tmp_path / "run", monkeypatch)
    train(dataset, tmp_path / "run")
    assert written(tmp_path / "run") == whole


def killed_at(name, dataset, out, monkeypatch, settings=SETTINGS):
    """A training that ends before the file `name` has its name."""
    rename = os.replace

    def killed(source, target):
        if Path(target).name == name:
            raise Killed
        rename(source, target)

    with monkeypatch.context() as patched:
        patched.setattr(os, "replace", killed)
        patched.setattr(os, "unlink", lambda path: None)
        with pytest.raises(Killed):
            experiment.train(dataset, settings, out, BACKEND, QUIET)


AT_ALL = [*BEFORE_IT_IS_A_RUN, "weights-1.npz", "checkpoint-2-0.npz", "weights-3.npz"]


@pytest.mark.parametrize("name", [*AT_ALL, f"checkpoint-{LAST}-0.npz"])
def test_the_scripts_take_up_a_run_killed_at_any_file(
    name, model, whole, dataset, tmp_path, monkeypatch
):
    monkeypatch.setattr(grid, "settings_of", lambda *a: SETTINGS)
    monkeypatch.setattr(grid, "Workflow", lambda folder, *rest: folder)
    args = SimpleNamespace(
        seeds=1, preset="demo", out=tmp_path, workers=1, cluster="here", threads=None
    )
    folder = tmp_path / "models" / f"VISUAL-seed1-{grid._key(SETTINGS, dataset)}"
    killed_at(name, dataset, folder, monkeypatch)
    workflows = grid.train_missing(dataset, ["VISUAL"], args, BACKEND, QUIET)
    assert workflows == {"VISUAL": [folder]}
    made = content_only(written(folder))
    assert {n: c for n, c in made.items() if not n.startswith(".")} == content_only(whole)


def test_the_scripts_begin_linreg_anew_where_it_was_killed(dataset, tmp_path, monkeypatch):
    settings = replace(SETTINGS, model_type="linear")
    monkeypatch.setattr(grid, "settings_of", lambda *a: settings)
    folder = tmp_path / "models" / f"LINREG-seed1-{grid._key(settings, dataset)}"
    killed_at("run.json", dataset, folder, monkeypatch, settings)
    assert (folder / "weights-1.npz").exists()
    args = SimpleNamespace(
        seeds=1, preset="demo", out=tmp_path, workers=1, cluster="here", threads=None
    )
    flow = grid.train_missing(dataset, ["LINREG"], args, BACKEND, QUIET)["LINREG"][0]
    assert flow.iteration == 1


@pytest.mark.parametrize("room", [0, 100, 2000, 6000])
def test_a_full_disk_ends_the_run_in_one_line_and_keeps_the_checkpoint(
    room, model, whole, dataset, tmp_path
):
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    model.when = 9
    model.at = lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (room, hard))
    try:
        with pytest.raises(UserError, match="cannot write .*: File too large; free space") as error:
            train(dataset, tmp_path / "run")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert "\n" not in str(error.value)
    assert place(tmp_path / "run") == (2, 0) and not list((tmp_path / "run").glob(".*"))
    resume(dataset, tmp_path / "run")
    assert written(tmp_path / "run") == whole


@pytest.fixture
def read_only():
    """A folder that nobody may write, and a process that is not the superuser's."""
    owner = os.geteuid()
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o755)
        yield Path(folder)
        os.seteuid(owner)
        os.chmod(folder, 0o755)


def close(folder):
    os.chmod(folder, 0o555)
    if os.geteuid() == 0:
        os.seteuid(65534)


def test_a_read_only_folder_is_one_line(model, dataset, read_only):
    train(dataset, read_only / "run")
    (read_only / "run/lock").unlink()
    before = written(read_only / "run")
    os.chmod(read_only / "run", 0o555)
    close(read_only)
    with pytest.raises(UserError, match="cannot write .*run: Permission denied"):
        resume(dataset, read_only / "run")
    with pytest.raises(UserError, match="cannot write .*other: Permission denied"):
        train(dataset, read_only / "other")
    assert written(read_only / "run") == before


@pytest.mark.slow
def test_killed_at_random_moments_and_taken_up_again(capsys):
    assert kill_and_resume.main(kills=6, seed=1) == 0, capsys.readouterr().out
