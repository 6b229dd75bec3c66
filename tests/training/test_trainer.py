"""Whole runs on a small data set: files, repetition, stopping and taking up again."""

import json
import os
import signal
import threading
from dataclasses import replace

import numpy as np
import pytest
import small
from crash import stand_in

from imaginet_pt.backends import functions, select
from imaginet_pt.data import data_provider
from imaginet_pt.errors import UserError
from imaginet_pt.files.arrays import read_arrays
from imaginet_pt.progress import Progress
from imaginet_pt.runs.workflow import Workflow
from imaginet_pt.settings import Settings
from imaginet_pt.training import experiment, linear, trainer
from imaginet_pt.training.interrupt import Stopped

QUIET = Progress(quiet=True)
RENAMED = {"visual.gru.h0": "extra"}
FIRST_TWO = ["embeddings", "textual.gru.h0"]


def settings(**changes):
    sizes = {"hidden_size": 8, "embedding_size": 6, "iterations": 3, "word_freq_threshold": 1}
    return Settings(**sizes | {"model_type": "shared_embeddings", "batch_size": 8} | changes)


@pytest.fixture(scope="module")
def backend():
    return select.get("c")


@pytest.fixture(scope="module")
def run(dataset, backend, tmp_path_factory):
    out = tmp_path_factory.mktemp("runs") / "whole"
    return experiment.train(dataset, settings(), out, backend, QUIET)


def test_a_run_leaves_these_files(run):
    described = run.read_json("run.json")
    assert described["settings"]["hidden_size"] == 8
    assert described["data"]["name"] == "small"
    assert described["parameters"][:2] == ["embeddings", "textual.gru.h0"]
    assert "visual.gru.u_h" in described["parameters"]
    assert run.iterations() == [1, 2, 3]
    weights = read_arrays(run.weights(3))
    assert list(weights) == described["parameters"]
    assert all(array.dtype == np.float32 for array in weights.values())
    assert json.loads((run / "vocabulary.json").read_text())[:3] == ["PAD", "END", "UNK"]
    lines = (run / "costs.csv").read_text().splitlines()
    assert lines[0] == "epoch,batch,cost" and len(lines) == 1 + 3 * 6
    assert [line.split(",")[:2] for line in lines[1:8:6]] == [["1", "1"], ["2", "1"]]
    header, *rows = (run / "validation.csv").read_text().splitlines()
    assert header == "epoch,textual,visual,cost" and len(rows) == 3
    epoch, textual, visual, cost = map(float, rows[-1].split(","))
    assert cost == pytest.approx(0.1 * textual + 0.9 * visual)


def test_costs_go_down(run):
    costs = np.loadtxt(run / "costs.csv", delimiter=",", skiprows=1)
    assert costs[-6:, 2].mean() < costs[:6, 2].mean()


def written(folder):
    names = ["costs.csv", "validation.csv", "weights-1.npz", "weights-3.npz", "run.json"]
    return {name: (folder / name).read_bytes() for name in names}


def test_the_same_seed_writes_the_same_bytes(run, dataset, backend, tmp_path):
    again = experiment.train(dataset, settings(), tmp_path / "again", backend, QUIET)
    assert written(again) == written(run)
    other = experiment.train(dataset, settings(random_seed=2), tmp_path / "other", backend, QUIET)
    assert written(other)["costs.csv"] != written(run)["costs.csv"]


def test_seeds_share_what_is_compiled_and_write_the_same_bytes(
    run, dataset, backend, tmp_path, monkeypatch
):
    compiled, train_step = [], functions.train_step

    def counted(*arguments):
        compiled.append(arguments)
        return train_step(*arguments)

    monkeypatch.setattr(functions, "train_step", counted)
    kept, other = functions.KeptFunctions(), settings(random_seed=2)
    experiment.train(dataset, other, tmp_path / "other", backend, QUIET, kept=kept)
    again = experiment.train(dataset, settings(), tmp_path / "again", backend, QUIET, kept=kept)
    assert len(compiled) == 1 and written(again) == written(run)


def test_trainings_of_another_kind_and_those_that_keep_nothing_compile(
    dataset, tmp_path, monkeypatch
):
    compiled, stand_ins = [], stand_in.Model()

    def counted(model, rule, *others):
        compiled.append(rule.lr)
        return stand_ins.train_step(model, rule, *others)

    monkeypatch.setattr(functions, "train_step", counted)
    monkeypatch.setattr(functions, "validation_costs", stand_ins.validation_costs)
    folders = (tmp_path / str(i) for i in range(9))

    def train(kept=None, **changes):
        changed = replace(stand_in.SETTINGS, **changes)
        experiment.train(dataset, changed, next(folders), stand_in.BACKEND, QUIET, kept=kept)

    kept = functions.KeptFunctions()
    for rate in (0.1, 0.1, 0.2, 0.1):
        train(kept, rate=rate)
    train(kept, rate=0.1, hidden_size=4)
    assert compiled == [0.1, 0.2, 0.1, 0.1]
    train(rate=0.1, hidden_size=4)
    train(rate=0.1, hidden_size=4)
    assert len(compiled) == 6


@pytest.mark.slow
@pytest.mark.parametrize("stop_at", [1, 6, 8])
def test_a_stopped_run_goes_on_as_if_it_had_not_stopped(
    stop_at, run, dataset, backend, tmp_path, monkeypatch
):
    check, seen = trainer.Trainer._check_cost, []

    def interrupt(self, *args):
        check(self, *args)
        seen.append(args)
        if len(seen) == stop_at:
            os.kill(os.getpid(), signal.SIGINT)

    monkeypatch.setattr(trainer.Trainer, "_check_cost", interrupt)
    with pytest.raises(Stopped):
        experiment.train(dataset, settings(), tmp_path / "run", backend, QUIET)
    assert len((tmp_path / "run/costs.csv").read_text().splitlines()) == 1 + stop_at
    resumed = experiment.resume(dataset, tmp_path / "run", backend, QUIET)
    assert written(resumed) == written(run)


def test_training_begins_with_given_weights_and_words(run, dataset, backend, tmp_path):
    arrays = read_arrays(run.weights(3))
    np.savez(tmp_path / "unnamed.npz", *arrays.values())
    begun = experiment.train(
        dataset, settings(iterations=1, rate=1e-12), tmp_path / "run", backend, QUIET,
        init_tokenizer=run / "vocabulary.json", init_weights=tmp_path / "unnamed.npz",
    )  # fmt: skip
    for name, array in read_arrays(begun.weights(1)).items():
        np.testing.assert_allclose(array, arrays[name], atol=1e-6)


@pytest.mark.parametrize(
    "change, parts",
    [
        (
            lambda arrays: {RENAMED.get(name, name): array for name, array in arrays.items()},
            ["visual.gru.h0 is missing", "'extra' is not of this model"],
        ),
        (
            lambda arrays: arrays | {name: arrays[name][1:] for name in FIRST_TWO},
            [f"{name} is (" for name in FIRST_TWO],
        ),
    ],
)
def test_weights_that_do_not_fit_are_all_listed(change, parts, run, dataset, backend, tmp_path):
    """Names are compared before anything else is read, then shapes."""
    np.savez(tmp_path / "w.npz", **change(read_arrays(run.weights(3))))
    with pytest.raises(UserError) as error:
        experiment.train(
            dataset, settings(), tmp_path / "run", backend, QUIET, init_weights=tmp_path / "w.npz"
        )
    for part in parts:
        assert part in str(error.value)
    assert not (tmp_path / "run").exists()


def test_a_cost_that_is_no_number_stops_the_run(dataset, backend, tmp_path):
    with pytest.raises(UserError, match="epoch 1, minibatch .* captions"):
        experiment.train(dataset, settings(rate=1e30), tmp_path / "run", backend, QUIET)


def test_textual_learns_from_text_alone(dataset, backend, tmp_path):
    run = experiment.train(
        dataset, settings(alpha=1.0, iterations=1), tmp_path / "run", backend, QUIET
    )
    before = read_arrays(run.weights(1))
    outputs = Workflow(run.path).outputs(["a dog sees a cat"])
    assert set(outputs) == {"hidden_text"} and "visual.dense.w" in before


def test_linreg_is_a_run_like_the_others(dataset, backend, tmp_path):
    run = experiment.train(dataset, settings(model_type="linear"), tmp_path / "run", None, QUIET)
    workflow = Workflow(run.path)
    images = workflow.project(["a dog sees a cat", "a bird"])
    assert images.shape == (2, 12) and workflow.embeddings.shape == (len(workflow.words()), 12)
    assert not np.allclose(images[0], images[1])


@pytest.fixture(scope="module")
def workflow(run, backend):
    return Workflow(run.path, backend=backend)


def test_epochs_of_a_run_share_what_is_compiled(run, workflow, backend, monkeypatch):
    sentences = ["a dog sees a cat", "a bird"]
    last = workflow.outputs(sentences)["output_vis"]
    alone = Workflow(run.path, 1, backend).outputs(sentences)["output_vis"]
    monkeypatch.setattr(functions, "outputs", None)
    first = workflow.at(1)
    assert (first.iteration, workflow.iteration) == (1, 3)
    assert np.array_equal(first.outputs(sentences)["output_vis"], alone)
    assert np.array_equal(workflow.outputs(sentences)["output_vis"], last)
    assert not np.array_equal(alone, last)


@pytest.mark.parametrize("padding", ["batch", "none"])
def test_vectors_come_back_in_the_order_of_the_sentences(workflow, padding):
    sentences = ["a dog sees a cat in the park.", "a bird", "a dog sees a cat."] * 30
    vectors = workflow.outputs(sentences, padding)["hidden_vis"]
    alone = workflow.outputs(sentences[:1])["hidden_vis"]
    np.testing.assert_allclose(vectors[::3], np.repeat(vectors[:1], 30, axis=0), atol=1e-6)
    if padding == "none":
        np.testing.assert_allclose(vectors[0], alone[0], atol=1e-6)


def test_a_callback_sees_each_epoch_and_can_end_the_training(tmp_path, monkeypatch):
    """What is written is the unbroken run's, up to there, and resuming goes on to its end."""
    dataset = data_provider.load(small.write(tmp_path / "small"))
    model = stand_in.Model()
    monkeypatch.setattr(functions, "train_step", model.train_step)
    monkeypatch.setattr(functions, "validation_costs", model.validation_costs)
    seen = []

    def stop_after_two(result):
        seen.append(result)
        return result.epoch == 2

    stand_in.train(dataset, tmp_path / "whole")
    stand_in.train(dataset, tmp_path / "run", on_epoch=stop_after_two)
    assert [result.epoch for result in seen] == [1, 2]
    costs = np.loadtxt(tmp_path / "run/costs.csv", delimiter=",", skiprows=1)
    assert seen[1].cost == pytest.approx(costs[costs[:, 0] == 2, 2].mean(), rel=1e-6)
    last = (tmp_path / "run/validation.csv").read_text().splitlines()[-1]
    assert list(seen[1].validation) == ["textual", "visual", "cost"] and seen[1].seconds > 0
    validation = [float(cost) for cost in last.split(",")[1:]]
    assert list(seen[1].validation.values()) == pytest.approx(validation, rel=1e-6)
    assert (tmp_path / "run/model-card.md").exists()
    stand_in.resume(dataset, tmp_path / "run", on_epoch=lambda result: seen.append(result.epoch))
    assert seen[2:] == [3]
    assert stand_in.written(tmp_path / "run") == stand_in.written(tmp_path / "whole")


def test_a_training_runs_in_a_thread(tmp_path, monkeypatch):
    """Signals can only be handled in the main thread."""
    dataset = data_provider.load(small.write(tmp_path / "small"))
    model = stand_in.Model()
    monkeypatch.setattr(functions, "train_step", model.train_step)
    monkeypatch.setattr(functions, "validation_costs", model.validation_costs)
    thread = threading.Thread(target=stand_in.train, args=(dataset, tmp_path / "run"))
    thread.start()
    thread.join()
    assert (tmp_path / "run/model-card.md").exists()


def test_a_training_that_a_callback_ends_has_weights_of_its_last_epoch(tmp_path, monkeypatch):
    dataset = data_provider.load(small.write(tmp_path / "small"))
    model = stand_in.Model()
    monkeypatch.setattr(functions, "train_step", model.train_step)
    monkeypatch.setattr(functions, "validation_costs", model.validation_costs)
    rare = replace(stand_in.SETTINGS, snapshot_freq=3)
    run = experiment.train(
        dataset, rare, tmp_path / "run", stand_in.BACKEND, QUIET, on_epoch=lambda r: r.epoch == 2
    )
    assert run.iterations() == [1, 2]
    assert (run / "checkpoint-3-0.npz").exists() and (run / "model-card.md").exists()


def test_linreg_is_not_solved_for_a_folder_that_is_taken(dataset, tmp_path, monkeypatch):
    linear_run = settings(model_type="linear")
    experiment.train(dataset, linear_run, tmp_path / "run", None, QUIET)
    monkeypatch.setattr(linear, "solve", lambda *_: pytest.fail("solved"))
    with pytest.raises(UserError, match="holds a run already"):
        experiment.train(dataset, linear_run, tmp_path / "run", None, QUIET)
