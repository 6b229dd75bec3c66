"""Runs trained at the same time in processes of their own: how they end, and what is told."""

import hashlib
import json
import os
import shlex
import signal
import threading
from argparse import Namespace
from dataclasses import replace
from pathlib import Path

import pytest
import small

from imaginet_pt.__main__ import COMMANDS
from imaginet_pt.backends import select, threads
from imaginet_pt.cli import parser
from imaginet_pt.cli.commands.train import read_settings
from imaginet_pt.data import data_provider
from imaginet_pt.errors import UserError
from imaginet_pt.progress import Progress
from imaginet_pt.replication import grid, missing_runs, training_process, workers
from imaginet_pt.replication.options import number_of_workers
from imaginet_pt.settings import Settings
from imaginet_pt.training import experiment
from imaginet_pt.training.interrupt import Stopped

ROOT = Path(__file__).resolve().parents[2]

# Stands in for a worker: waits until another does, says something, and stops at Ctrl-C.
STAND_IN = """
import json, os, pathlib, signal, sys, time

def say(line):
    print(line, file=sys.stderr, flush=True)

def stop(*_):
    (out / "stopped").touch()
    say("imaginet: stopped in epoch 1; go on with --resume")
    sys.exit(130)

for line in sys.stdin:
    model, seed, settings, folder = json.loads(line)
    out = pathlib.Path(folder)
    out.mkdir(parents=True)
    (out / "process").write_text(f"{os.getpid()} {os.environ['OMP_NUM_THREADS']}")
    signal.signal(signal.SIGINT, stop)
    while len(list(out.parent.iterdir())) < 2:
        time.sleep(0.01)
    say("epoch 1/1: cost 0.5")
    if seed == 2:
        say("imaginet: error: the disk is full")
        sys.exit(2)
    if seed == 9:
        os._exit(1)
    (out / "trained").touch()
    while settings["model_type"] != "linear":
        time.sleep(0.01)
    print(folder, flush=True)
"""


@pytest.fixture
def stand_in(tmp_path, monkeypatch):
    """Has `workers` find the stand-in, and returns the folder of its runs."""
    package = tmp_path / "imaginet_pt"
    (package / "replication").mkdir(parents=True)
    for folder in (package, package / "replication"):
        (folder / "__init__.py").touch()
    (package / "replication/worker.py").write_text(STAND_IN)
    monkeypatch.setattr(training_process, "PACKAGE", package)
    monkeypatch.chdir(tmp_path)
    return tmp_path / "models"


def arguments(**changes):
    values = {
        "data": "scenes",
        "workers": 2,
        "quiet": False,
        "preset": "demo",
        "seeds": 1,
        "cluster": "here",
    }
    return Namespace(**values | {**dict.fromkeys(missing_runs.COMPUTING), **changes})


def run(folder, seed, model_type="simple", model=""):
    settings = Settings(model_type=model_type, random_seed=seed)
    model = model or model_type
    return grid.Run(model, seed, settings, folder / f"{model}-{seed}")


def train(jobs):
    workers.Workers(arguments(), Progress(), 2).train(jobs)


def test_lines_say_which_run_they_are_of(stand_in, capsys):
    train([run(stand_in, seed, "linear") for seed in (1, 3, 4)])
    assert len(list(stand_in.glob("*/trained"))) == 3
    told = sorted(capsys.readouterr().err.splitlines())
    assert told == [f"linear, seed {seed}: epoch 1/1: cost 0.5" for seed in (1, 3, 4)]


def test_a_process_trains_one_run_after_the_other_and_keeps_to_a_model(stand_in, monkeypatch):
    monkeypatch.setattr(threads, "available_cores", lambda: 6)
    jobs = [run(stand_in, seed, "linear", model) for model in "AB" for seed in (1, 3, 4)]
    train(jobs)
    processes = {(j.model, *(j.folder / "process").read_text().split()) for j in jobs}
    assert len({process for _, process, _ in processes}) == 2
    assert {share for _, _, share in processes} == {"3"}
    first = [(j.folder / "process").read_text() for j in (jobs[0], jobs[3])]
    assert first[0] != first[1]


def test_which_run_comes_next():
    at_work = workers.Workers(arguments(), Progress(), 3)
    at_work.waiting = [run(Path("models"), seed, "simple", m) for m in "AB" for seed in (1, 2, 3)]
    assert str(at_work._next()) == "A, seed 1"
    assert str(at_work._next()) == "B, seed 1"
    assert str(at_work._next("B")) == "B, seed 2"
    assert str(at_work._next()) == "A, seed 2"
    assert str(at_work._next("A")) == "A, seed 3"
    assert str(at_work._next("A")) == "B, seed 3" and at_work._next("B") is None


def test_one_that_ends_without_a_word_is_named(stand_in):
    with pytest.raises(UserError, match="^simple, seed 9: its process ended with status 1$"):
        train([run(stand_in, 9), run(stand_in, 1)])


def test_one_that_cannot_begin_is_told_in_its_own_words(tmp_path, monkeypatch):
    args = arguments(data=tmp_path / "nowhere")
    (tmp_path / "json.py").write_text("raise SystemExit('a module of the user')")
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UserError, match="^linear, seed 1: .*nowhere") as error:
        workers.Workers(args, Progress(), 2).train([run(tmp_path, 1, "linear")])
    assert "\n" not in str(error.value)


def test_one_that_fails_is_told_in_one_line_and_stops_the_others(stand_in, capsys):
    jobs = [run(stand_in, 1), run(stand_in, 2), run(stand_in, 3)]
    with pytest.raises(UserError, match="^simple, seed 2: the disk is full$"):
        train(jobs)
    assert [path.parent.name for path in stand_in.glob("*/stopped")] == ["simple-1"]
    assert not jobs[2].folder.exists() and "seed 3" not in capsys.readouterr().err


def test_ctrl_c_stops_all_and_begins_no_more(stand_in):
    def interrupt():
        if len(list(stand_in.glob("*/trained"))) == 2:
            os.kill(os.getpid(), signal.SIGINT)
        else:
            later()

    def later():
        threading.Timer(0.05, interrupt).start()

    later()
    jobs = [run(stand_in, seed) for seed in (1, 3, 4)]
    with pytest.raises(Stopped, match="stopped"):
        train(jobs)
    assert len(list(stand_in.glob("*/stopped"))) == 2
    assert sum(job.folder.exists() for job in jobs) == 2


def test_a_run_comes_back_from_its_line():
    listed = run(Path("models"), 3)
    assert grid.Run.from_line(listed.to_line()) == listed and "\n" not in listed.to_line()


@pytest.mark.parametrize(
    "preset, backend, wanted, number",
    [
        ("demo", "auto", None, 6), ("demo", "auto", 2, 2), ("paper", "auto", None, 1),
        ("demo", "jax", None, 1), ("paper", "jax", 4, 4), ("long", "auto", None, 1),
    ],
)  # fmt: skip
def test_as_many_processes_as_cores_where_they_are_small(
    preset, backend, wanted, number, monkeypatch
):
    monkeypatch.setattr(threads, "available_cores", lambda: 6)
    args = arguments(preset=preset, backend=backend, workers=wanted)
    assert number_of_workers(args) == number


def test_real_runs_in_processes(tmp_path, monkeypatch):
    data = small.write(tmp_path / "data")
    monkeypatch.setattr(
        grid, "settings_of", lambda m, s, *_: Settings(model_type="linear", ridge_alpha=float(s))
    )
    args = arguments(data=data, out=tmp_path / "out", seeds=2)
    workflows = grid.train_missing(
        data_provider.load(data), ["VISUAL"], args, select.get(), Progress(quiet=True)
    )
    assert [flow.settings.ridge_alpha for flow in workflows["VISUAL"]] == [1.0, 2.0]
    for flow in workflows["VISUAL"]:
        described = json.loads((flow.folder / "run.json").read_text())
        assert described["threads"]["blas"] == max(1, threads.available_cores() // 2)


def test_commands_for_a_scheduler_are_those_of_the_missing_runs(tmp_path, capsys):
    dataset = data_provider.load(small.write(tmp_path / "data"))
    args = arguments(data=tmp_path / "data", out=tmp_path / "out", seeds=2, devices=2)
    jobs = grid.list_runs(dataset, grid.MODELS, args)
    jobs[0].folder.mkdir(parents=True)
    for name in ("run.json", f"weights-{jobs[0].settings.iterations}.npz"):
        (jobs[0].folder / name).touch()
    jobs[1].folder.mkdir()
    (jobs[1].folder / "run.json").touch()
    missing_runs.main(args, dataset, None, None)
    lines = [shlex.split(line)[3:] for line in capsys.readouterr().out.splitlines()]
    assert len(lines) == len(jobs) - 1 and f"--resume={jobs[1].folder}" in lines[0]
    for line, job in zip(lines[1:], jobs[2:], strict=True):
        given = parser.build_parser(COMMANDS, "train").parse_args(line)
        assert read_settings(given) == job.settings and Path(given.out) == job.folder
        assert given.data == str(tmp_path / "data") and given.devices == 2


def test_the_best_epoch_shares_runs_and_takes_linreg_s_best_penalty(tmp_path):
    dataset = data_provider.load(small.write(tmp_path / "data"))
    plain = arguments(data=tmp_path / "data", out=tmp_path / "out", seeds=1, preset="long")
    best = arguments(**vars(plain) | {"out": plain.out / "iteration-best", "iteration": "best"})
    last, chosen = (grid.list_runs(dataset, grid.MODELS, args) for args in (plain, best))
    assert [a == b for a, b in zip(last, chosen, strict=True)] == [True, True, True, False]
    assert chosen[-1].settings == replace(last[-1].settings, choose_ridge_alpha=True)
    assert chosen[-1].folder.parent == last[-1].folder.parent == tmp_path / "out/models"
    line = missing_runs.command(chosen[-1], plain)
    assert "--choose-ridge-alpha" in line and "--patience=3" in line
    given = parser.build_parser(COMMANDS, "train").parse_args(line)
    assert read_settings(given) == chosen[-1].settings


def test_a_run_that_was_trained_on_is_not_taken_for_another(tmp_path):
    dataset = data_provider.load(small.write(tmp_path / "data", images=60))
    args = arguments(data=tmp_path / "data", out=tmp_path / "out")
    settings = Settings(hidden_size=4, embedding_size=4, word_freq_threshold=2, iterations=1)
    job = grid.run_of("VISUAL", settings, dataset, args)
    backend, quiet = select.get(), Progress(quiet=True)
    experiment.train(dataset, settings, job.folder, backend, quiet)
    assert grid.train_runs(dataset, [job], args, backend, quiet)["VISUAL"][0].iteration == 1
    experiment.resume(dataset, job.folder, backend, quiet, iterations=2)
    with pytest.raises(UserError, match="was trained on to 2 epochs, where 1 are wanted; move"):
        grid.train_runs(dataset, [job], args, backend, quiet)
    best = replace(settings, model_type="linear", choose_ridge_alpha=True)
    linreg = grid.run_of("LINREG", best, dataset, args)
    for _ in range(2):  # the penalty that it chose is in its run.json
        (run,) = grid.train_runs(dataset, [linreg], args, backend, quiet)["LINREG"]
    assert run.settings.ridge_alpha != best.ridge_alpha


def test_runs_of_before_keep_their_folders(tmp_path):
    """A setting that came later, at its default, is no part of a folder's name."""
    dataset = data_provider.load(small.write(tmp_path / "data"))
    before = Settings().as_dict()
    for name in ("mask", "patience", "least_iterations", "choose_ridge_alpha"):
        del before[name]
    text = json.dumps([before, dataset.digests], sort_keys=True)
    assert grid._key(Settings(), dataset) == hashlib.sha256(text.encode()).hexdigest()[:8]
    assert grid._key(Settings(mask=True), dataset) != grid._key(Settings(), dataset)
