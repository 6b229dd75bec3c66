"""Train a run from settings and data to its folder, or resume one."""

import contextlib
from collections.abc import Iterator, Mapping
from dataclasses import replace
from os import PathLike
from typing import Any

import numpy as np

from ..backends import threads
from ..backends.distributed import Processes
from ..backends.functions import KeptFunctions
from ..backends.protocol import Backend
from ..data.dataset import Dataset
from ..errors import UserError
from ..files.arrays import write_arrays
from ..files.reading import digest
from ..files.tables import write_table
from ..progress import Progress
from ..runs import model_card
from ..runs.checkpoint import Checkpoints
from ..runs.description import RunDescription, describe_data
from ..runs.history import History
from ..runs.run_folder import RunFolder
from ..settings import Settings
from . import linear, preparation
from .announcement import announce
from .callbacks import OnEpoch
from .compilation import begin_and_compile
from .loop import Loop
from .trainer import CHECKPOINT_MINUTES, Trainer

AnyPath = str | PathLike[str]


def train(
    dataset: Dataset,
    settings: Settings,
    out: AnyPath,
    backend: Backend,
    progress: Progress,
    *,
    init_tokenizer: AnyPath | None = None,
    init_weights: AnyPath | None = None,
    checkpoint_minutes: float = CHECKPOINT_MINUTES,
    on_epoch: OnEpoch | None = None,
    number_of_threads: int | None = None,
    kept: KeptFunctions | None = None,
) -> RunFolder:
    """Train the model of `settings` on `dataset` into the new folder `out`.

    Args:
        dataset: the data, with the splits "train" and "val".
        settings: the settings of the training.
        out: the folder of the run, which must not hold a run yet.
        backend: from `backends.select.get`; LINREG, which is solved directly, needs none.
        progress: shows the progress.
        init_tokenizer: path of a vocabulary to use.
        init_weights: path of initial parameters to use.
        checkpoint_minutes: time between checkpoints inside an epoch; 0 for one per minibatch.
        on_epoch: called after each epoch; a true return value ends the training. LINREG has none.
        number_of_threads: how many threads compute; None chooses by the model's size and the cores.
        kept: compiled functions, which trainings of one kind share.

    Raises:
        UserError: settings, data or files cannot be used; nothing is written then.
        Stopped: a signal such as Ctrl-C stopped the training; it can be resumed.
    """
    origin = {"tokenizer": init_tokenizer, "weights": init_weights}
    if settings.model_type == "linear":
        _refuse(origin)
        return _train_linear(dataset, settings, out, backend, progress, number_of_threads)
    loop = Loop(backend, progress, checkpoint_minutes, on_epoch, kept or KeptFunctions())
    return _train_recurrent(dataset, settings, out, loop, origin, number_of_threads)


def resume(
    dataset: Dataset,
    out: AnyPath,
    backend: Backend,
    progress: Progress,
    *,
    iterations: int | None = None,
    checkpoint_minutes: float = CHECKPOINT_MINUTES,
    on_epoch: OnEpoch | None = None,
    kept: KeptFunctions | None = None,
) -> RunFolder:
    """Resume the training in `out` at its newest checkpoint.

    Args:
        dataset: the data that the training began with.
        out: the folder of the run.
        backend: from `backends.select.get`; the same kind that the training began with.
        progress: shows the progress.
        iterations: a later last epoch than the run's settings have; in the end all files are as if
            the training had had this setting from the beginning.
        checkpoint_minutes: time between checkpoints inside an epoch; 0 for one per minibatch.
        on_epoch: called after each epoch; a true return value ends the training.
        kept: compiled functions, which trainings of one kind share.

    Raises:
        UserError: there is no run or no undamaged checkpoint, data or backend differ, or another
            process trains there.
        Stopped: a signal such as Ctrl-C stopped the training; it can be resumed.
    """
    loop = Loop(backend, progress, checkpoint_minutes, on_epoch, kept or KeptFunctions())
    return _resume(dataset, RunFolder.open(out), loop, iterations)


def _train_recurrent(
    dataset: Dataset,
    settings: Settings,
    out: AnyPath,
    loop: Loop,
    origin: Mapping[str, AnyPath | None],
    number_of_threads: int | None,
) -> RunFolder:
    """Train a recurrent model, from the vocabulary and weights in `origin` if there are any."""
    rng = np.random.RandomState(settings.random_seed)
    inputs = preparation.prepare(dataset, settings, rng, origin["tokenizer"])
    rule = preparation.update_rule(settings)
    work = preparation.multiply_adds(inputs.model, settings.batch_size)
    limits = threads.choose(number_of_threads, work, loop.backend)
    shapes = inputs.model.parameters(None)
    captions = inputs.train.captions
    for line in announce(dataset, settings, inputs.tokenizer, captions, shapes, rule, out):
        loop.progress.say(line)
    preparation.check_trainable(inputs.model, rule)
    path = origin["weights"]
    weights = preparation.read_weights(inputs.model, path) if path else None
    description = _describe(dataset, settings, shapes, loop.backend, origin, limits)

    def begin(folder: RunFolder) -> Trainer:
        """Draw the parameters, and write them as the first checkpoint."""
        state = preparation.first_state(inputs.model, rule, rng, weights)
        checkpoints, history = Checkpoints(folder.path), History(rng.get_state())
        trainer = loop.trainer(settings, inputs, state, history, checkpoints, folder)
        if loop.backend.processes.first:
            trainer.save()
            folder.begin(description, inputs.tokenizer, inputs.train.scaler)
        return trainer

    with _new_folder(out, loop.backend.processes) as folder:
        trainer, functions = begin_and_compile(
            lambda: begin(folder), lambda: loop.compiled(inputs, rule)
        )
        return loop.run(trainer, functions, folder, dataset, description)


def _resume(dataset: Dataset, folder: RunFolder, loop: Loop, iterations: int | None) -> RunFolder:
    """Resume a run at its newest checkpoint."""
    description = _check_resumable(folder, dataset, loop.backend, iterations)
    if description.compiler not in ("", loop.backend.description):
        loop.progress.say(
            f"{folder.path} began with {description.compiler} and goes on with "
            f"{loop.backend.description}; the last digits of costs may differ"
        )
    settings = description.settings
    rule = preparation.update_rule(settings)
    rng = np.random.RandomState(settings.random_seed)
    inputs = preparation.prepare(dataset, settings, rng, folder / "vocabulary.json")
    checkpoints, first = Checkpoints(folder.path), loop.backend.processes.first
    with folder.locked() if first else contextlib.nullcontext():
        params, update, history = checkpoints.newest(loop.progress.warn)
        state = preparation.restored_state(inputs.model, rule, params, update, checkpoints.whole)
        trainer = loop.trainer(settings, inputs, state, history, checkpoints, folder)
        return loop.run(trainer, None, folder, dataset, description)


def _check_resumable(
    folder: RunFolder, dataset: Dataset, backend: Backend, iterations: int | None
) -> RunDescription:
    """Return the description of a run to be resumed, with its last epoch set to `iterations`.

    Raises:
        UserError: it cannot be resumed on this data, with this backend, or to this epoch.
    """
    description, run = folder.described(), folder.path
    settings = description.settings
    if settings.model_type == "linear":
        raise UserError(f"{run} is LINREG, which is trained at once; train it again")
    if description.converted:
        raise UserError(f"{run} was converted and has no checkpoint; train a new run")
    if description.data["digests"] != dataset.digests:
        raise UserError(f"{run} was trained on other data than {dataset.name}; give its `data`")
    if description.backend != backend.name:
        raise UserError(
            f"`backend` is {backend.name}; {run} was trained with {description.backend}, whose "
            "costs differ in their last digits; leave `backend` out"
        )
    if iterations is not None and iterations < settings.iterations:
        raise UserError(
            f"`iterations` is {iterations}; {run} has {settings.iterations}, give more or "
            "leave it out"
        )
    later = replace(settings, iterations=iterations or settings.iterations)
    return replace(description, settings=later)


def _describe(
    dataset: Dataset,
    settings: Settings,
    params: Mapping[str, Any],
    backend: Backend | None,
    origin: Mapping[str, AnyPath | None],
    limits: threads.Limits,
) -> RunDescription:
    """Describe a training, with the SHA-256 of the files in `origin` that it begins with."""
    return RunDescription(
        data=describe_data(dataset),
        features=0 if dataset.features is None else dataset.features.shape[1],
        backend=backend.name if backend else None,
        compiler=backend.description if backend else "",
        began_with={name: digest(path) for name, path in origin.items() if path},
        settings=settings,
        parameters=list(params),
        threads=threads.describe(limits),
    )


@contextlib.contextmanager
def _new_folder(out: AnyPath, processes: Processes) -> Iterator[RunFolder]:
    """Make and lock the folder of a run, in the first of several processes only."""
    if not processes.first:
        yield RunFolder(out)
        return
    with RunFolder.create(out) as folder:
        yield folder


def _refuse(origin: Mapping[str, AnyPath | None]) -> None:
    """Refuse what LINREG, which is solved, cannot begin with."""
    for name, path in origin.items():
        if path:
            raise UserError(f"`init_{name}` is not for linear, which is solved; leave it out")


def _train_linear(
    dataset: Dataset,
    settings: Settings,
    out: AnyPath,
    backend: Backend | None,
    progress: Progress,
    number_of_threads: int | None,
) -> RunFolder:
    """Solve LINREG on `dataset` and write its run, with the weights as those of epoch 1."""
    if backend and backend.processes.count > 1:
        raise UserError("`model_type` linear is solved in one process: give no `coordinator`")
    if dataset.features is None:
        raise UserError(f"{dataset.name} has no image features, and LINREG predicts them; add some")
    RunFolder.check_new(out)
    regression = linear.prepare(dataset, settings)
    limits = threads.choose(number_of_threads, regression.multiply_adds, None)
    with threads.limited(limits):
        settings, params, costs = linear.solve(regression, settings, progress)
    with RunFolder.create(out) as folder:
        write_arrays(folder.weights(1), params)
        if costs:
            write_table(folder / "penalties.csv", ["ridge_alpha", "cost"], costs)
        described = _describe(dataset, settings, params, None, {}, limits)
        folder.begin(described, regression.tokenizer, regression.scaler)
        model_card.write(folder)
    return folder
