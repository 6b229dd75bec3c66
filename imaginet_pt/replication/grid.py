"""The trained runs behind the tables: reused if they fit, and trained if they are missing."""

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple, Self

from ..backends.functions import KeptFunctions
from ..data.dataset import Dataset
from ..errors import UserError
from ..files.tables import read_table
from ..progress import Progress
from ..runs import model_card
from ..runs.history import last_epoch
from ..runs.run_folder import BEST, Iteration, RunFolder
from ..runs.workflow import Workflow
from ..settings import LATER, Settings
from ..training import experiment
from .executors import EXECUTORS
from .options import Options, iteration, models_folder

# The trained runs of each model, one for each seed.
Workflows = dict[str, list[Workflow]]

# What makes each of the paper's models. LINREG has no randomness, so one run is enough.
MODELS: dict[str, dict[str, Any]] = {
    "VISUAL": {"model_type": "simple"},
    "MULTITASK": {"model_type": "shared_embeddings", "alpha": 0.1},
    "TEXTUAL": {"model_type": "shared_embeddings", "alpha": 1.0},
    "LINREG": {"model_type": "linear"},
}
# Those that only later analyses need: the sum of word vectors.
LATER_MODELS: dict[str, dict[str, Any]] = {"SUM": {"model_type": "add"}}
# Sizes where they are not the paper's, which are the defaults of `Settings`.
PRESETS: dict[str, dict[str, Any]] = {
    "demo": {"hidden_size": 256, "embedding_size": 256, "word_freq_threshold": 5},
    "paper": {},
    # At least twice the paper's epochs, and then until the validation cost stops falling.
    "long": {"iterations": 100, "patience": 3, "least_iterations": 16},
}
# The built-in corpus is small and plain, so smaller layers, larger steps and fewer epochs suffice.
SCENES_DEMO: dict[str, Any] = {
    "hidden_size": 128,
    "embedding_size": 128,
    "word_freq_threshold": 5,
    "rate": 0.001,
    "iterations": 7,
}


# A floor: a model that scores no better than an untrained network has learned nothing.
RANDOM = "random weights"
RANDOM_NOTE = f"The model with {RANDOM} is VISUAL before its training."


class Run(NamedTuple):
    """The training of one of `MODELS` with a seed, and its folder."""

    model: str
    seed: int
    settings: Settings
    folder: Path

    def __str__(self) -> str:
        return f"{self.model}, seed {self.seed}"

    def to_line(self) -> str:
        """Return a line of text from which `from_line` makes it again."""
        return json.dumps([self.model, self.seed, self.settings.as_dict(), str(self.folder)])

    @classmethod
    def from_line(cls, line: str) -> Self:
        """Make the run that `to_line` listed."""
        model, seed, settings, folder = json.loads(line)
        return cls(model, seed, Settings.of(settings, "the line"), Path(folder))

    def begun(self) -> bool:
        """Tell whether its folder holds a run, finished or not."""
        return (self.folder / "run.json").exists()

    def finished(self) -> bool:
        """Tell whether its folder holds the weights of its last epoch."""
        last, costs = 1, self.folder / "validation.csv"
        if self.settings.model_type != "linear":
            validation = read_table(costs, ["cost"])["cost"] if costs.exists() else []
            last = last_epoch(self.settings, list(validation))
        return self.begun() and (self.folder / f"weights-{last}.npz").exists()


def settings_of(model: str, seed: int, preset: str, synthetic: bool) -> Settings:
    """Return the settings of one of `MODELS` or `LATER_MODELS` at a preset's size."""
    sizes = SCENES_DEMO if synthetic and preset == "demo" else PRESETS[preset]
    return Settings(random_seed=seed, **(MODELS | LATER_MODELS)[model], **sizes)


def seeds_of(model: str, seeds: int) -> range:
    """Return the seeds that a model is trained with: 1 to `seeds`, and 1 alone for LINREG."""
    return range(1, 2 if model == "LINREG" else seeds + 1)


def list_runs(dataset: Dataset, models: Iterable[str], options: Options) -> list[Run]:
    """List the runs of `models`, for `seeds`, `preset` and `out` of `options`.

    Where `iteration` is the best epoch, LINREG's penalty is chosen on the validation cost too.
    """
    runs = []
    for model in models:
        for seed in seeds_of(model, options.seeds):
            settings = settings_of(model, seed, options.preset, dataset.synthetic)
            if model == "LINREG" and iteration(options) == BEST:
                settings = replace(settings, choose_ridge_alpha=True)
            runs.append(run_of(model, settings, dataset, options))
    return runs


def run_of(model: str, settings: Settings, dataset: Dataset, options: Options) -> Run:
    """Return the run of a model with `settings`; its folder is named after them and the data."""
    seed = settings.random_seed
    folder = models_folder(options) / f"{model}-seed{seed}-{_key(settings, dataset)}"
    return Run(model, seed, settings, folder)


def train_missing(
    dataset: Dataset, models: Iterable[str], options: Options, backend: Any, progress: Progress
) -> Workflows:
    """Return the trained runs of `models`, training those that are missing.

    A run in `models_folder` is reused if it has the same settings and digests of data; a stopped
    one is resumed.

    Args:
        options: the options; `cluster` names one of `EXECUTORS`, `workers` is how many processes or
            jobs train at a time.
    """
    runs = list_runs(dataset, models, options)
    _check(runs)
    missing = [run for run in runs if not run.finished()]
    if missing:
        number = min(options.workers, len(runs))
        EXECUTORS[options.cluster](missing, options, progress, number)
    return train_runs(dataset, runs, options, backend, progress)


def train_runs(
    dataset: Dataset, runs: Sequence[Run], options: Options, backend: Any, progress: Progress
) -> Workflows:
    """Return trained runs, training one after the other those that are missing.

    Raises:
        UserError: one was trained on, to more epochs than its settings have.
    """
    _check(runs)
    kept = KeptFunctions()
    for i, run in enumerate(runs, start=1):
        if not run.finished():
            progress.say(f"run {i} of {len(runs)}: {run} ({dataset.name})")
            train(dataset, run, options, backend, progress, kept)
    return _load(runs, iteration(options), backend)


def _check(runs: Iterable[Run]) -> None:
    """Check that runs are as their folders are named, before others are trained for hours."""
    for run in runs:
        if not run.begun():
            continue
        epochs = RunFolder(run.folder).described().settings.iterations
        if epochs != run.settings.iterations:
            raise UserError(
                f"{run.folder} was trained on to {epochs} epochs, where {run.settings.iterations} "
                "are wanted; move it away, or give another `out`"
            )


def with_floor(workflows: Workflows) -> Workflows:
    """Add a baseline to trained runs: VISUAL with random weights, one run for each seed."""
    return workflows | {RANDOM: [run.with_random_weights() for run in workflows["VISUAL"]]}


def _load(runs: Sequence[Run], epoch: Iteration, backend: Any) -> Workflows:
    workflows: Workflows = {}
    for run in runs:
        if not (run.folder / model_card.CARD).exists():  # killed just after its last weights
            model_card.write(RunFolder(run.folder))
        chosen = None if run.settings.model_type == "linear" else epoch
        workflow, like = Workflow(run.folder, chosen, backend), workflows.setdefault(run.model, [])
        if like:
            workflow.share_compiled(like[0])
        like.append(workflow)
    return workflows


def _key(settings: Settings, dataset: Dataset) -> str:
    """Name the settings and the data, for a folder; later settings at their defaults are left out.

    So runs of earlier versions are reused.
    """
    values = settings.as_dict()
    for name in LATER:
        if values[name] == getattr(Settings, name):
            del values[name]
    text = json.dumps([values, dataset.digests], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:8]


def train(
    dataset: Dataset,
    run: Run,
    options: Options,
    backend: Any,
    progress: Progress,
    kept: KeptFunctions,
) -> None:
    """Train `run`, or the rest of it, with as many threads as `options` say."""
    if run.begun():
        experiment.resume(dataset, run.folder, backend, progress, kept=kept)
    else:
        experiment.train(
            dataset, run.settings, run.folder, backend, progress,
            number_of_threads=options.threads, kept=kept,
        )  # fmt: skip
