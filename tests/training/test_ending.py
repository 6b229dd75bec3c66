"""Trainings that end when validation stops falling, and the choice of what validates best."""

import json
import os
import signal
from dataclasses import replace

import numpy as np
import pytest
from crash import stand_in
from crash.stand_in import BACKEND, QUIET, SETTINGS

from imaginet_pt import load_workflow
from imaginet_pt.__main__ import main
from imaginet_pt.backends import functions
from imaginet_pt.errors import UserError
from imaginet_pt.replication import grid
from imaginet_pt.runs.history import last_epoch
from imaginet_pt.runs.run_folder import RunFolder
from imaginet_pt.settings import Settings
from imaginet_pt.training import experiment
from imaginet_pt.training.interrupt import Stopped

# Validation cost after each epoch: the lowest is that of the third, then of the sixth.
COSTS = [5.0, 4.0, 3.0, 3.5, 3.2, 2.0, 2.5, 2.5, 2.5, 1.0]


@pytest.fixture
def model(monkeypatch):
    """A stand-in whose validation costs are `COSTS`, six minibatches an epoch."""
    model = stand_in.Model()
    monkeypatch.setattr(functions, "train_step", model.train_step)
    monkeypatch.setattr(
        functions,
        "validation_costs",
        lambda *_: lambda X, Y, Z: [COSTS[model.steps // 6 - 1]] * 2,
    )
    return model


def settings(**changes):
    return replace(SETTINGS, **{"iterations": 10, "patience": 3} | changes)


@pytest.mark.parametrize(
    "changes, last",
    [
        ({}, 9),
        ({"patience": 2}, 5),
        ({"patience": 1}, 4),
        ({"patience": 2, "least_iterations": 6}, 8),
        ({"patience": 0}, 10),
        ({"iterations": 7}, 7),
    ],
)
def test_the_last_epoch(changes, last, model, dataset, tmp_path):
    run = experiment.train(dataset, settings(**changes), tmp_path / "run", BACKEND, QUIET)
    assert run.iterations() == list(range(1, last + 1))
    assert (run / "model-card.md").exists()
    assert grid.Run("VISUAL", 1, settings(**changes), tmp_path / "run").finished()
    described = json.loads((run / "run.json").read_text())["settings"]
    assert all(described[name] == value for name, value in changes.items())


def test_it_is_not_over_while_the_lowest_cost_is_recent():
    assert last_epoch(settings(), COSTS[:8]) == 10 and last_epoch(settings(), COSTS[:9]) == 9


def test_a_stopped_training_ends_at_the_same_epoch(model, dataset, tmp_path):
    experiment.train(dataset, settings(), tmp_path / "whole", BACKEND, QUIET)
    model.steps, model.when = 0, 45
    model.at = lambda: os.kill(os.getpid(), signal.SIGINT)
    with pytest.raises(Stopped, match="stopped in epoch 8"):
        experiment.train(dataset, settings(), tmp_path / "run", BACKEND, QUIET)
    assert not grid.Run("VISUAL", 1, settings(), tmp_path / "run").finished()
    experiment.resume(dataset, tmp_path / "run", BACKEND, QUIET)
    assert stand_in.written(tmp_path / "run") == stand_in.written(tmp_path / "whole")
    steps = model.steps
    experiment.resume(dataset, tmp_path / "run", BACKEND, QUIET)
    assert model.steps == steps  # it is trained already


def test_the_best_epoch_is_that_of_the_lowest_validation_cost(model, dataset, tmp_path, capsys):
    run = experiment.train(dataset, settings(), tmp_path / "run", BACKEND, QUIET)
    assert load_workflow(run.path, "best").iteration == 6
    assert load_workflow(run.path).iteration == 9 and load_workflow(run.path, 4).iteration == 4
    run.weights(6).unlink()
    assert RunFolder(run.path).epoch("best") == 7  # of those that are left, the first of its cost
    assert main(["export", str(run.path), "--iteration", "best"]) == 0
    assert main(["export", str(run.path), "--iteration", "worst"]) == 2
    assert "worst" in capsys.readouterr().err
    with pytest.raises(UserError, match="`iteration` is 6; .* has 1, 2, 3, 4, 5, 7, 8, 9"):
        load_workflow(run.path, 6)


def test_linreg_s_penalty_that_validates_best(dataset, tmp_path):
    chosen = Settings(model_type="linear", word_freq_threshold=1, choose_ridge_alpha=True)
    run = experiment.train(dataset, chosen, tmp_path / "run", None, QUIET)
    tried = np.loadtxt(run / "penalties.csv", delimiter=",", skiprows=1)
    best = tried[tried[:, 1].argmin(), 0]
    assert len(tried) == 9 and best not in (tried[0, 0], tried[-1, 0])
    assert run.described().settings.ridge_alpha == best
    fixed = Settings(model_type="linear", word_freq_threshold=1, ridge_alpha=best)
    again = experiment.train(dataset, fixed, tmp_path / "again", None, QUIET)
    assert again.weights(1).read_bytes() == run.weights(1).read_bytes()
    assert not (again / "penalties.csv").exists()
    assert load_workflow(run.path, "best").iteration == 1
    captions = dataset.captions("val")
    images = np.asarray(dataset.features)[captions.rows]
    error = ((load_workflow(run.path).project(captions.texts) - images) ** 2).mean()
    assert tried[:, 1].min() == pytest.approx(error, rel=1e-5)


def test_a_run_of_before_is_read_with_the_later_settings_at_their_defaults():
    values = Settings(rate=0.1).as_dict()
    for name in ("mask", "patience", "least_iterations", "choose_ridge_alpha"):
        del values[name]
    assert Settings.of(values, "run.json") == Settings(rate=0.1)
