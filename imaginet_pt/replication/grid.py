"""The trained runs behind the tables: made where they are missing, used again where they fit."""

import hashlib
import json
from pathlib import Path
from typing import Any, NamedTuple

from ..runs import model_card
from ..runs.run_folder import RunFolder
from ..runs.workflow import Workflow
from ..settings import Settings
from ..training import experiment
from . import workers

# The paper's models, by what makes each of them; LINREG has no randomness, so one run is all.
MODELS: dict[str, dict[str, Any]] = {
    "VISUAL": {"model_type": "simple"},
    "MULTITASK": {"model_type": "shared_embeddings", "alpha": 0.1},
    "TEXTUAL": {"model_type": "shared_embeddings", "alpha": 1.0},
    "LINREG": {"model_type": "linear"},
}
# Sizes, where they are not the paper's (`Settings`).
PRESETS: dict[str, dict[str, Any]] = {
    "demo": {"hidden_size": 256, "embedding_size": 256, "word_freq_threshold": 5},
    "paper": {},
}
# The built-in corpus is small and plain: smaller layers, larger steps and fewer epochs do on it.
SCENES_DEMO: dict[str, Any] = {
    "hidden_size": 128,
    "embedding_size": 128,
    "word_freq_threshold": 5,
    "rate": 0.001,
    "iterations": 7,
}


def settings_of(model, seed, preset, synthetic):
    """`Settings` of one of `MODELS` at a preset's size."""
    sizes = SCENES_DEMO if synthetic and preset == "demo" else PRESETS[preset]
    return Settings(random_seed=seed, **MODELS[model], **sizes)


def seeds_of(model, seeds):
    return range(1, 2 if model == "LINREG" else seeds + 1)


class Run(NamedTuple):
    """A training: one of `MODELS` with a seed, and where it lies."""

    model: str
    seed: int
    settings: Settings
    folder: Path

    def __str__(self):
        return f"{self.model}, seed {self.seed}"

    def begun(self):
        return (self.folder / "run.json").exists()

    def finished(self):
        last = 1 if self.settings.model_type == "linear" else self.settings.iterations
        return self.begun() and (self.folder / f"weights-{last}.npz").exists()


def runs_of(dataset, models, args):
    """The `Run`s of `models`, a list. args: with `seeds`, `preset` and `out`."""
    runs = []
    for model in models:
        for seed in seeds_of(model, args.seeds):
            settings = settings_of(model, seed, args.preset, dataset.synthetic)
            folder = args.out / "models" / f"{model}-seed{seed}-{_key(settings, dataset)}"
            runs.append(Run(model, seed, settings, folder))
    return runs


def trained(dataset, models, args, backend, progress):
    """{model: [Workflow of each seed]} of runs under `args.out`/models, trained now if need be.

    args: with `seeds`, `preset`, `out` and `workers`, the number of processes that train. A run is
    used again if its settings and the digests of its data are these; one that was stopped is taken
    up.
    """
    runs = runs_of(dataset, models, args)
    missing = [run for run in runs if not run.finished()]
    if args.workers > 1 and len(missing) > 1:
        workers.Workers(args, progress).train(missing)
    else:
        for run in missing:
            progress.say(f"run {runs.index(run) + 1} of {len(runs)}: {run} ({dataset.name})")
            _train(dataset, run, backend, progress)
    workflows = {model: [] for model in models}
    for run in runs:
        if not (run.folder / model_card.CARD).exists():  # killed after its last weights
            model_card.write(RunFolder(run.folder))
        workflows[run.model].append(Workflow(run.folder, backend=backend))
    return workflows


def _key(settings, dataset):
    text = json.dumps([settings.as_dict(), dataset.digests], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:8]


def _train(dataset, run, backend, progress):
    if run.begun():
        experiment.resume(dataset, run.folder, backend, progress)
    else:
        experiment.train(dataset, run.settings, run.folder, backend, progress)
