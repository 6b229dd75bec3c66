"""Prepare a training: examples, tokenizer, model, update rule and initial state."""

from dataclasses import dataclass
from os import PathLike
from typing import Any

import numpy as np

from ..backends.functions import State, trained
from ..backends.memory import check_memory
from ..data.dataset import Captions, Dataset
from ..data.examples import Examples, without_images
from ..data.preprocessing import Tokenizer
from ..data.scalers import SCALERS
from ..errors import UserError
from ..files.arrays import match_parameters, read_arrays
from ..nn import models
from ..nn.updates import UPDATES, Update
from ..runs.checkpoint import Arrays
from ..settings import Settings


@dataclass(frozen=True)
class Inputs:
    """The model and the data of a training.

    Attributes:
        train: examples to train on.
        valid: examples to validate with.
        tokenizer: the vocabulary.
        model: the model for this vocabulary and these images.
    """

    train: Examples
    valid: Examples
    tokenizer: Tokenizer
    model: models.Imaginet


def prepare(
    dataset: Dataset,
    settings: Settings,
    rng: np.random.RandomState,
    vocabulary: str | PathLike[str] | None,
) -> Inputs:
    """Make captions and images ready for training.

    Args:
        dataset: the data, with the splits "train" and "val".
        settings: the settings of the training.
        rng: shuffles the training captions if `settings.shuffle` is set.
        vocabulary: path of a vocabulary.json to use, or None to make one from the captions.

    Raises:
        UserError: the model needs image features and there are none, or the file is not a
            vocabulary.
    """
    captions, valid = dataset.captions("train"), dataset.captions("val")
    if settings.shuffle:
        order = rng.permutation(len(captions.texts))
        captions = Captions([captions.texts[i] for i in order], captions.rows[order])
    if vocabulary:
        tokenizer = Tokenizer.load(vocabulary, settings.unit)
    else:
        tokenizer = Tokenizer.fit(captions.texts, settings.word_freq_threshold, settings.unit)
    model = build_model(dataset, settings, tokenizer)
    rows = without_images(captions, set(settings.zero_shot))
    scaler = SCALERS[settings.scaler].fit(dataset.features, rows)
    train, validate = (
        Examples(tokenizer.transform(texts), rows, dataset.features, scaler)
        for texts, rows in ((captions.texts, rows), (valid.texts, valid.rows))
    )
    return Inputs(train, validate, tokenizer, model)


def build_model(dataset: Dataset, settings: Settings, tokenizer: Tokenizer) -> models.Imaginet:
    """Build the model of `settings` for a vocabulary and the images of a data set.

    Raises:
        UserError: the model needs image features and there are none.
    """
    features = 0 if dataset.features is None else dataset.features.shape[1]
    model: models.Imaginet = models.build(settings, len(tokenizer.words), features)
    if dataset.features is None and "visual" in model.weights():
        raise UserError(
            f"{dataset.name} has no image features; train with `model_type` shared_embeddings "
            "and `alpha` 1"
        )
    if dataset.features is None and settings.scaler != "none":
        raise UserError(
            f"`scaler` {settings.scaler}: {dataset.name} has no image features; take none"
        )
    return model


def multiply_adds(model: models.Imaginet, batch_size: int) -> int:
    """Count the multiply-adds of a model's products at each position of a minibatch's captions."""
    shapes = model.parameters(None)
    matrices = [shapes[name] for name in model.trained(shapes) if name != "embeddings"]
    return batch_size * sum(each.size for each in matrices if each.ndim == 2 and len(each) > 1)


def update_rule(settings: Settings) -> Update:
    """Return the update rule of `settings`."""
    limits = {name: getattr(settings, name) for name in ("clipnorm", "l1", "l2", "maxnorm")}
    rule: Update = UPDATES[settings.update](lr=settings.rate, **limits)
    return rule


def check_trainable(model: models.Imaginet, rule: Update) -> None:
    """Check that there is enough memory to train a model.

    Raises:
        UserError: there is too little.
    """
    shapes = model.parameters(None)
    check_memory(shapes, model.trained(shapes), len(rule.slots))


def read_weights(model: models.Imaginet, path: str | PathLike[str]) -> Arrays:
    """Read parameters to begin with.

    Raises:
        UserError: they cannot be read or do not fit the model.
    """
    shapes = model.parameters(None)
    return match_parameters(shapes, read_arrays(path, shapes), path)


def first_state(
    model: models.Imaginet,
    rule: Update,
    rng: np.random.RandomState,
    weights: Arrays | None = None,
) -> State:
    """Return the state before the first update.

    Args:
        model: the model to train.
        rule: the update rule.
        rng: draws the parameters, even if weights are given, so that later draws are the same.
        weights: parameters to begin with instead.
    """
    drawn = model.parameters(rng)
    params = weights or drawn
    return State(params, rule.state(trained(model, params)))


def restored_state(
    model: models.Imaginet, rule: Update, params: Arrays, update: Arrays, source: Any
) -> State:
    """Return the state stored in the checkpoint `source`.

    Raises:
        UserError: its arrays are those of another model.
    """
    params = match_parameters(model.parameters(None), params, source)
    expected = rule.state(trained(model, params))
    return State(params, match_parameters(expected, update, source))
