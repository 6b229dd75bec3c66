"""Training, and the run that it leaves behind.

`on_epoch` is where logging and early stopping go. To Weights & Biases:

    train(data, "runs/mine", on_epoch=wandb.log)

To TensorBoard, with a `SummaryWriter`:

    def on_epoch(epoch):
        writer.add_scalar("validation", epoch["validation"], epoch["epoch"])

Stop when the validation cost has not fallen for three epochs:

    def on_epoch(epoch):
        costs.append(epoch["validation"])
        return min(costs) < min(costs[-3:])
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields, replace
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from ..backends import select
from ..data.dataset import Dataset
from ..errors import UserTypeError
from ..files.tables import read_table
from ..progress import Progress
from ..runs import model_card
from ..runs.run_folder import RunFolder
from ..settings import Settings
from ..training import experiment
from ..training.callbacks import EpochResult, OnEpoch
from ..training.interrupt import Stopped
from .arguments import check_choice, check_data, check_names, check_path

if TYPE_CHECKING:
    from .workflow import Workflow

EpochCallback = Callable[[dict[str, float]], object]
COLUMNS = ["epoch", "costs", "validation", "seconds"]


class Run:
    """A folder with a trained or stopped run.

    It can stand wherever a path of a run is expected.

    >>> Run("runs/mine").history  # doctest: +SKIP
    """

    def __init__(self, path: str | PathLike[str]) -> None:
        """Open the run in the folder `path`.

        Raises:
            UserError: there is no run.
        """
        self._folder = RunFolder.open(check_path("path", path))
        self.path: Path = self._folder.path
        """The run's folder."""

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
        """The costs of each epoch, one row an epoch.

        `epoch` counts from 1; `costs` is the mean cost of the training's minibatches; `validation`
        the cost of the validation captions; `seconds` what the epoch took. Then come the parts of
        `validation` that the model has: `validation_textual`, the cost of the words, and
        `validation_visual`, that of the images. LINREG, which has no epochs, has no rows.
        """
        costs = model_card.costs(self._folder)
        if not len(costs):
            return pd.DataFrame(columns=COLUMNS)
        times = read_table(self._folder / "times.csv", ["epoch", "seconds"])
        seconds = times.drop_duplicates("epoch").set_index("epoch")["seconds"]
        parts = [name for name in ("textual", "visual") if name in costs]
        table = costs.assign(seconds=seconds).reset_index()
        table = table.rename(columns={"training": "costs"})[[*COLUMNS, *parts]]
        return table.rename(columns={name: f"validation_{name}" for name in parts})

    def workflow(self, iteration: int | None = None) -> Workflow:
        """Load what was trained, at an epoch, by default the last."""
        from .workflow import load_workflow

        return load_workflow(self.path, iteration)


def train(
    data: Dataset,
    out: str | PathLike[str],
    settings: Settings | None = None,
    *,
    on_epoch: EpochCallback | None = None,
    backend: str = "auto",
    quiet: bool = True,
    **options: Any,
) -> Run:
    """Train a model on `data` into the new folder `out`.

    Ctrl-C stops after the minibatch and raises KeyboardInterrupt; `resume` goes on from there.

    Args:
        data: captions and images, from `load_data` or `scenes`.
        out: folder for the run, which must not hold one yet.
        settings: the settings, by default the paper's.
        on_epoch: called after each epoch with its row of `Run.history`, a dict; a true value that
            it returns ends the training.
        backend: what compiles: `c`, `numba`, `jax`, or `auto` for C where there is a compiler.
        quiet: whether to leave out the progress bar and the lines on the error stream.
        **options: single settings, in the place of those in `settings`.

    Returns:
        The run.

    Raises:
        UserError: settings, data or a folder that cannot be used, before anything is written.
        UserTypeError: an argument of a wrong type, or a setting that does not exist.

    >>> train(data, "runs/mine", model_type="simple", hidden_size=256)  # doctest: +SKIP
    """
    chosen = _settings(settings, options)
    folder = check_path("out", out)
    callback = _after_epoch(on_epoch, folder)
    arguments = check_data(data), chosen, folder, _backend(backend), Progress(quiet)
    return _interruptible(folder, lambda: experiment.train(*arguments, on_epoch=callback))


def resume(
    data: Dataset,
    run: str | PathLike[str],
    *,
    on_epoch: EpochCallback | None = None,
    backend: str = "auto",
    quiet: bool = True,
) -> Run:
    """Go on with a stopped training as if it had not stopped.

    Args:
        data: the data that the run was begun with.
        run: the run, or its folder.
        on_epoch: as for `train`.
        backend: what compiles, by default what the run was trained with.
        quiet: as for `train`.

    Raises:
        UserError: no run, no checkpoint in it, other data, or another backend.
        UserTypeError: an argument of a wrong type.
    """
    folder = check_path("run", run)
    callback = _after_epoch(on_epoch, folder)
    if backend == "auto":
        backend = RunFolder.open(folder).described().backend or "auto"
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
    """Turn a user's function of a row of `Run.history` into one of an `EpochResult`."""
    if on_epoch is None:
        return None
    if not callable(on_epoch):
        raise UserTypeError(f"`on_epoch` is of type {type(on_epoch).__name__}; give a function")

    def call(result: EpochResult) -> object:
        return on_epoch(Run(folder).history.to_dict("records")[result.epoch - 1])

    return call


def _interruptible(folder: Path, work: Callable[[], object]) -> Run:
    """Do the work and return the run; Ctrl-C raises KeyboardInterrupt, as elsewhere in Python."""
    try:
        work()
    except Stopped as stopped:
        raise KeyboardInterrupt(f"{stopped}; go on with resume(data, {str(folder)!r})") from None
    return Run(folder)
