"""The two kinds of trained model, with their parameters: recurrent models and LINREG."""

import copy
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from ..backends.protocol import Backend
from ..data import bag_of_words
from ..data.iterators import batches, equal_lengths, padded
from ..data.preprocessing import END, SPECIAL
from ..files.arrays import match_parameters
from ..nn import models
from ..nn.inits import placeholder
from ..settings import Settings
from .compiled_model import CompiledModel, Params

Ids = Sequence[int]
Arrays = dict[str, npt.NDArray[Any]]

# How sentences come into minibatches: padded to the longest as in the original, so that a vector
# depends on its batch; or with sentences of one length only, so that it does not. To a model that
# was trained with a mask both are the same, and it gets the second, which needs no mask.
PADDING: dict[str, Callable[..., Any]] = {"batch": batches, "none": equal_lengths}
MAX_PLACES = 2**13  # whose word scores are computed at once: 0.3 GB for 10,000 words


class TrainedModel:
    """A model with its parameters.

    Attributes:
        params: arrays by name.
        pathways: what it predicts, "textual" (the next word), "visual" (the image), or both.
        closing: the ids that it reads after a sentence.
    """

    params: Params
    pathways: tuple[str, ...]
    closing: Ids = ()

    def with_parameters(self, arrays: Arrays, source: Any) -> Self:
        """Return the same model with the parameters `arrays`, read from the file `source`.

        The two models share their compiled functions.

        Raises:
            UserError: the arrays do not fit the model.
        """
        other = copy.copy(self)
        other.params = match_parameters(self.params, arrays, source)
        return other

    @property
    def embeddings(self) -> npt.NDArray[np.float32]:
        """The words' vectors, (words, size), without those of PAD, END and UNK."""
        raise NotImplementedError

    def outputs(self, captions: Sequence[Ids], padding: str) -> Arrays:
        """Compute the outputs for the word ids of sentences: arrays (captions, size) by name."""
        if self.closing:
            captions = [[*ids, *self.closing] for ids in captions]
        return self.raw_outputs(captions, padding)

    def raw_outputs(self, sequences: Sequence[Ids], padding: str) -> Arrays:
        """Compute the outputs for lists of ids just as they are."""
        raise NotImplementedError


class RecurrentModel(TrainedModel):
    """`Imaginet` with its parameters."""

    def __init__(
        self, settings: Settings, n_words: int, n_features: int, backend: Backend | None
    ) -> None:
        """Build the model that `settings` describe, with parameters of zeros."""
        self.model = models.build(settings, n_words, n_features)
        self.params = self.model.parameters(None)
        self.batch_size, self.mask = settings.batch_size, settings.mask
        self.pathways = tuple(self.model.weights())
        self.compiled = CompiledModel(self.model, backend)

    @property
    def embeddings(self) -> npt.NDArray[np.float32]:
        """The words' vectors, (words, size), without those of PAD, END and UNK."""
        return self.params["embeddings"][len(SPECIAL) :]

    def raw_outputs(self, sequences: Sequence[Ids], padding: str) -> Arrays:
        """Compute `Imaginet.outputs` for lists of ids: arrays (sequences, size) by name."""
        if not len(sequences):
            return {name: array[:0] for name, array in self.raw_outputs([[END]], padding).items()}
        order = list(self._minibatches(sequences, padding))
        parts = [
            self.compiled.outputs(self.params, padded([sequences[i] for i in indices]))
            for indices in order
        ]
        back = np.argsort(np.concatenate(order))
        return {name: np.concatenate([part[name] for part in parts])[back] for name in parts[0]}

    def word_scores(
        self, captions: Sequence[Ids], padding: str
    ) -> Iterator[tuple[int, npt.NDArray[np.float32]]]:
        """Yield the index of each caption and its word scores, one minibatch after another.

        The scores, (len(caption), words), are those of the next word after each id.
        """
        for indices in self._minibatches(captions, padding):
            X = padded([captions[i] for i in indices])
            size = max(1, MAX_PLACES // max(1, len(X)))
            for start in range(0, len(indices), size):
                columns = np.ascontiguousarray(X[:, start : start + size])
                scores = self.compiled.word_scores(self.params, columns)
                for column, i in enumerate(indices[start : start + size]):
                    yield int(i), scores[len(X) - len(captions[i]) :, column]

    def _minibatches(self, captions: Sequence[Ids], padding: str) -> Iterator[Any]:
        """Return the indices of the captions of each minibatch."""
        order = PADDING["none" if self.mask else padding]
        yield from order([len(ids) for ids in captions], self.batch_size)


class LinearModel(TrainedModel):
    """LINREG with its parameters: it predicts images from word counts, by `linreg.ridge`."""

    pathways = ("visual",)

    def __init__(
        self, settings: Settings, n_words: int, n_features: int, backend: Backend | None
    ) -> None:
        """Make a model with parameters of zeros; it ignores `settings` and `backend`."""
        self.n_words = n_words
        shape = (n_words - len(SPECIAL), n_features)
        self.params = {"linear.w": placeholder(shape), "linear.b": placeholder(n_features)}

    @property
    def embeddings(self) -> npt.NDArray[np.float32]:
        """The words' vectors, (words, features): the columns of A."""
        return self.params["linear.w"]

    def raw_outputs(self, sequences: Sequence[Ids], padding: str) -> Arrays:
        """Compute the image vectors `output_vis`, (sequences, features); `padding` is ignored."""
        X = bag_of_words.count_words(sequences, self.n_words)
        predicted = X @ self.params["linear.w"] + self.params["linear.b"]
        return {"output_vis": predicted.astype("float32")}


def build_model(
    settings: Settings, n_words: int, n_features: int, backend: Backend | None = None
) -> RecurrentModel | LinearModel:
    """Build the model of a run, with parameters of zeros."""
    kind = LinearModel if settings.model_type == "linear" else RecurrentModel
    return kind(settings, n_words, n_features, backend)
