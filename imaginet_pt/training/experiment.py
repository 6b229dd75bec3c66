"""A training run from its settings and data to its folder."""

import contextlib
from dataclasses import dataclass

import numpy as np

from ..backends.functions import State
from ..backends.memory import check_memory
from ..data import bag_of_words
from ..data.examples import Examples, without_images
from ..data.preprocessing import Tokenizer
from ..data.scalers import SCALERS
from ..errors import UserError
from ..files.arrays import match_parameters, read_arrays, write_arrays
from ..nn import linreg, models
from ..nn.updates import UPDATES
from ..runs import model_card
from ..runs.checkpoint import Checkpoints
from ..runs.description import describe, describe_data, digests_of
from ..runs.history import History
from ..runs.run_folder import RunFolder
from ..settings import Settings
from .announcement import announce
from .trainer import CHECKPOINT_MINUTES, Follower, Trainer

TRAINERS = {True: Trainer, False: Follower}  # by whether this process is the first of its group


@dataclass(frozen=True)
class Inputs:
    """What a run of a recurrent model reads: `Examples` to train on and to validate with."""

    train: Examples
    valid: Examples
    tokenizer: Tokenizer
    model: models.Imaginet


def train(
    dataset, settings, out, backend, progress, init_tokenizer=None, init_weights=None,
    checkpoint_minutes=CHECKPOINT_MINUTES, on_epoch=None,
):  # fmt: skip
    """Train the model of `settings` on `dataset` into the new folder `out`; its `RunFolder`.

    init_tokenizer: path of a vocabulary to use; init_weights: path of arrays to begin with;
    checkpoint_minutes: between checkpoints inside an epoch; on_epoch: `trainer.OnEpoch`.

    Raises:
        UserError: settings, data or files that cannot be used, before anything is written.
        training.Stopped: after Ctrl-C.
    """
    rng = np.random.RandomState(settings.random_seed)
    if settings.model_type == "linear":
        if backend and backend.processes.count > 1:
            raise UserError("--model-type linear is solved in one process: no --coordinator")
        return _train_linear(dataset, settings, out)
    inputs = prepare(dataset, settings, rng, init_tokenizer)
    for line in announce(
        dataset, settings, inputs.tokenizer, inputs.train.captions,
        inputs.model.parameters(None), out,
    ):  # fmt: skip
        progress.say(line)
    rule = update_rule(settings)
    state = first_state(inputs.model, rule, rng, init_weights)
    origin = {"tokenizer": init_tokenizer, "weights": init_weights}
    scaler = inputs.train.scaler
    described = describe_data(dataset) | {
        "backend": backend.name, "compiler": backend.description, "began_with": digests_of(origin),
    }  # fmt: skip
    first = backend.processes.first
    with RunFolder.create(out) if first else contextlib.nullcontext(RunFolder(out)) as folder:
        trainer = TRAINERS[first](
            inputs, rule, state, settings, rng, folder, Checkpoints(folder.path),
            History(rng.get_state()), checkpoint_minutes, on_epoch,
        )  # fmt: skip
        if first:
            trainer.save()
            describe(folder, described, settings, state.params, inputs.tokenizer, scaler)
        _run(trainer, dataset, backend, progress)
    return folder


def resume(dataset, out, backend, progress, checkpoint_minutes=CHECKPOINT_MINUTES, on_epoch=None):
    """Take up the run in `out` where its checkpoint stands; its `RunFolder`.

    Raises:
        UserError: no run or no whole checkpoint there, other data than the run began with, or
            another process that trains there.
        training.Stopped: after Ctrl-C.
    """
    folder = RunFolder.open(out)
    described = folder.described()
    settings = Settings.of(described["settings"], folder / "run.json")
    if settings.model_type == "linear":
        raise UserError(f"{out} is LINREG, which is trained at once; train it again")
    if described["data"]["digests"] != dataset.digests:
        raise UserError(
            f"{out} was trained on other data than {dataset.name}; give the same --data"
        )
    rng = np.random.RandomState(settings.random_seed)
    inputs = prepare(dataset, settings, rng, folder / "vocabulary.json")
    checkpoints, first = Checkpoints(folder.path), backend.processes.first
    with folder.locked() if first else contextlib.nullcontext():
        params, update, history = checkpoints.newest(progress.warn)
        rule = update_rule(settings)
        trainer = TRAINERS[first](
            inputs, rule, _state_of(inputs.model, rule, params, update, checkpoints.whole),
            settings, rng, folder, checkpoints, history, checkpoint_minutes, on_epoch,
        )  # fmt: skip
        _run(trainer, dataset, backend, progress)
    return folder


def _state_of(model, rule, params, update, source):
    """`State` of the arrays in the checkpoint `source`; `UserError` if they are another model's."""
    params = match_parameters(model.parameters(None), params, source)
    wanted = rule.state({name: params[name] for name in model.trained(params)})
    return State(params, match_parameters(wanted, update, source))


def _run(trainer, dataset, backend, progress):
    """Train, after making sure that other processes do the same; the first writes the card."""
    h = trainer.history
    task = [trainer.settings.as_dict(), dataset.digests, h.epoch, h.done]
    backend.processes.check_same(task, trainer.state.arrays)
    trainer.run(backend, progress)
    if backend.processes.first:
        model_card.write(trainer.folder)


def update_rule(settings):
    """The update rule of `settings`."""
    limits = {name: getattr(settings, name) for name in ("clipnorm", "l1", "l2", "maxnorm")}
    return UPDATES[settings.update](lr=settings.rate, **limits)


def first_state(model, rule, rng, init_weights=None):
    """`State` before the first update; the draws are made also where weights are given."""
    shapes = model.parameters(None)
    check_memory(shapes, model.trained(shapes), len(rule.slots))
    params = model.parameters(rng)
    if init_weights:
        params = match_parameters(params, read_arrays(init_weights, params), init_weights)
    return State(params, rule.state({name: params[name] for name in model.trained(params)}))


def prepare(dataset, settings, rng, vocabulary):
    """Captions and images ready for training; `rng` shuffles the captions where settings say so.

    vocabulary: path of a `vocabulary.json` to use, or None for one of the training captions.

    Raises:
        UserError: the model needs image features and there are none, or the vocabulary is not one.
    """
    captions, valid = dataset.captions("train"), dataset.captions("val")
    if settings.shuffle:
        order = rng.permutation(len(captions.texts))
        captions = type(captions)([captions.texts[i] for i in order], captions.rows[order])
    tokenizer = (
        Tokenizer.load(vocabulary, settings.unit)
        if vocabulary
        else Tokenizer.fit(captions.texts, settings.word_freq_threshold, settings.unit)
    )
    features = dataset.features
    model = models.build(
        settings, len(tokenizer.words), 0 if features is None else features.shape[1]
    )
    if features is None and "visual" in model.weights():
        raise UserError(
            f"{dataset.name} has no image features; train --model-type shared_embeddings --alpha 1"
        )
    rows = without_images(captions, set(settings.zero_shot))
    scaler = SCALERS[settings.scaler].fit(features, rows)
    examples = [
        Examples(tokenizer.transform(texts), rows, features, scaler)
        for texts, rows in ((captions.texts, rows), (valid.texts, valid.rows))
    ]
    return Inputs(examples[0], examples[1], tokenizer, model)


def _train_linear(dataset, settings, out):
    captions = dataset.captions("train")
    if dataset.features is None:
        raise UserError(f"{dataset.name} has no image features, and LINREG predicts them; add some")
    tokenizer = Tokenizer.fit(captions.texts, settings.word_freq_threshold, settings.unit)
    X = bag_of_words.count_words(tokenizer.transform(captions.texts), len(tokenizer.words))
    scaler = SCALERS[settings.scaler].fit(dataset.features, captions.rows)
    w, b = linreg.ridge(X, captions.rows, dataset.features, scaler, settings.ridge_alpha)
    params = {"linear.w": w, "linear.b": b}
    described = describe_data(dataset) | {"backend": None, "began_with": {}}
    with RunFolder.create(out) as folder:
        write_arrays(folder.weights(1), params)
        describe(folder, described, settings, params, tokenizer, scaler)
        model_card.write(folder)
    return folder
