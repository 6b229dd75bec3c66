"""Train and resume, and the run that they return.

`on_epoch` is the place for logging and early stopping. Log to Weights & Biases:

    train(data, "runs/mine", on_epoch=wandb.log)

Log to TensorBoard, with its `SummaryWriter`:

    def on_epoch(epoch):
        writer.add_scalar("validation", epoch["validation"], epoch["epoch"])

Stop when the cost of the words alone has not fallen for three epochs (`patience` is for that of
all):

    def on_epoch(epoch):
        costs.append(epoch["validation_textual"])
        return min(costs) < min(costs[-3:])
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields, replace
from functools import partial
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from ..backends import select
from ..backends.threads import parse as parse_threads
from ..data.dataset import Dataset
from ..errors import UserTypeError
from ..files.tables import MAX_EPOCHS, read_table
from ..progress import Progress
from ..runs import model_card
from ..runs.run_folder import RunFolder
from ..settings import Settings
from ..training import experiment
from ..training.callbacks import EpochResult, OnEpoch
from ..training.interrupt import Stopped
from .arguments import check_choice, check_data, check_names, check_path

if TYPE_CHECKING:
    from ..runs.run_folder import Iteration
    from .workflow import Workflow

EpochCallback = Callable[[dict[str, float]], object]
COLUMNS = ["epoch", "costs", "validation", "seconds"]


class Run:
    """A trained or stopped run, stored in a folder.

    It can be passed wherever the path of a run is expected.

    >>> Run("runs/mine").history  # doctest: +SKIP
    """

    def __init__(self, path: str | PathLike[str]) -> None:
        """Open the run in the folder `path`.

        Raises:
            UserError: there is no run in it.
        """
        self._folder = RunFolder.open(check_path("path", path))
        self.path: Path = self._folder.path
        """The path of the run's folder."""

    def __repr__(self) -> str:
        """Describe the run in one line."""
        epochs = max(self._folder.iterations(), default=0)
        return f"Run({str(self.path)!r}, {self.settings.model_type}, epoch {epochs})"

    def __fspath__(self) -> str:
        """Return the path of the run's folder."""
        return str(self.path)

    @property
    def settings(self) -> Settings:
        """The settings that the run was trained with."""
        return self._folder.described().settings

    @property
    def history(self) -> pd.DataFrame:
        """A DataFrame with one row per epoch.

        `epoch` counts from 1; `costs` is the mean cost of the minibatches in training; `validation`
        is the cost on the validation captions; `seconds` is how long the epoch took. Then follow
        the costs that `validation` is the weighted sum of, if the model has them:
        `validation_textual` or `validation_reconstruction`, that of the words, and
        `validation_visual`, that of the images. LINREG, which has no epochs, has no rows.
        """
        costs = model_card.costs(self._folder)
        if not len(costs):
            return pd.DataFrame(columns=COLUMNS)
        times = read_table(self._folder / "times.csv", ["epoch", "seconds"], MAX_EPOCHS)
        seconds = times.drop_duplicates("epoch").set_index("epoch")["seconds"]
        parts = [name for name in ("textual", "reconstruction", "visual") if name in costs]
        table = costs.assign(seconds=seconds).reset_index()
        table = table.rename(columns={"training": "costs"})[[*COLUMNS, *parts]]
        return table.rename(columns={name: f"validation_{name}" for name in parts})

    def workflow(self, iteration: Iteration = None) -> Workflow:
        """Load the trained model at an epoch, by default the last; see `load_workflow`."""
        from .workflow import load_workflow

        return load_workflow(self.path, iteration)


def train(
    data: Dataset,
    out: str | PathLike[str],
    settings: Settings | None = None,
    *,
    on_epoch: EpochCallback | None = None,
    backend: str = "auto",
    threads: int | str = "auto",
    quiet: bool = True,
    **options: Any,
) -> Run:
    """Train a model on `data` and write the run to the new folder `out`.

    Ctrl-C stops after the current minibatch and raises KeyboardInterrupt; `resume` continues.

    Args:
        data: captions and images, from `load_data` or `scenes`.
        out: a folder for the run, which must not hold a run yet.
        settings: the settings, by default the paper's.
        on_epoch: called after each epoch with its row of `Run.history`, as a dict; a true return
            value ends the training.
        backend: what compiles: `c`, `numba`, `jax`, or `auto`, `c` if there is a C++ compiler.
        threads: how many threads compute, or `auto` to choose by the model's size and the cores.
        quiet: whether to show neither a progress bar nor messages.
        **options: single settings by name, which replace those in `settings`.

    Returns:
        The run.

    Raises:
        UserError: settings, data or folder cannot be used; nothing is written then.
        UserTypeError: an argument has the wrong type, or a setting does not exist.

    >>> train(data, "runs/mine", model_type="simple", hidden_size=256)  # doctest: +SKIP
    """
    chosen, folder = _settings(settings, options), check_path("out", out)
    callback, number = _after_epoch(on_epoch, folder), parse_threads(threads)
    arguments = check_data(data), chosen, folder, _backend(backend), Progress(quiet)
    train = partial(experiment.train, *arguments, on_epoch=callback, number_of_threads=number)
    return _interruptible(folder, train)


def resume(
    data: Dataset,
    run: str | PathLike[str],
    *,
    on_epoch: EpochCallback | None = None,
    backend: str = "auto",
    quiet: bool = True,
) -> Run:
    """Continue a stopped training as if it had not been stopped, with as many threads.

    Args:
        data: the data that the training began with.
        run: the run, or the path of its folder.
        on_epoch: as for `train`.
        backend: the backend that compiles, by default the one that the training began with.
        quiet: as for `train`.

    Returns:
        The run.

    Raises:
        UserError: there is no run or no checkpoint, or data or backend are not those it began with.
        UserTypeError: an argument has the wrong type.
    """
    folder = check_path("run", run)
    callback = _after_epoch(on_epoch, folder)
    if backend == "auto":
        known = RunFolder.open(folder).described().backend
        backend = known if known in select.BACKENDS else "auto"
    arguments = check_data(data), folder, _backend(backend), Progress(quiet)
    return _interruptible(folder, lambda: experiment.resume(*arguments, on_epoch=callback))


def _settings(settings: Settings | None, options: dict[str, Any]) -> Settings:
    """Return the settings with some of them replaced."""
    if settings is not None and not isinstance(settings, Settings):
        raise UserTypeError(f"`settings` is of type {type(settings).__name__}; give Settings(...)")
    check_names(options, [field.name for field in fields(Settings)])
    return replace(settings or Settings(), **options)


def _backend(name: str) -> Any:
    return select.get(check_choice("backend", name, ["auto", *select.BACKENDS]))


def _after_epoch(on_epoch: EpochCallback | None, folder: Path) -> OnEpoch | None:
    """Adapt a user's function of a row of `Run.history` to `EpochResult`."""
    if on_epoch is None:
        return None
    if not callable(on_epoch):
        raise UserTypeError(f"`on_epoch` is of type {type(on_epoch).__name__}; give a function")

    def call(result: EpochResult) -> object:
        return on_epoch(Run(folder).history.to_dict("records")[result.epoch - 1])

    return call


def _interruptible(folder: Path, work: Callable[[], object]) -> Run:
    """Do the work and return the run; turn a stop by Ctrl-C into KeyboardInterrupt."""
    try:
        work()
    except Stopped as stopped:
        raise KeyboardInterrupt(f"{stopped}; go on with resume(data, {str(folder)!r})") from None
    return Run(folder)
