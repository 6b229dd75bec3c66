"""What a trained run makes of words and sentences."""

import copy
import functools
from typing import Any

import numpy as np

from ..backends import functions, select
from ..data import bag_of_words
from ..data.iterators import batches, equal_lengths, padded
from ..data.preprocessing import END, PAD, SPECIAL, Tokenizer
from ..data.scalers import SCALERS
from ..errors import UserError
from ..files.arrays import match_parameters, read_arrays
from ..nn import models
from ..nn.inits import shaped
from ..settings import Settings
from .run_folder import RunFolder

# How sentences come into minibatches: padded to the longest as in the original, so that a vector
# depends on its batch; or with sentences of one length only, so that it does not.
PADDING = {"batch": batches, "none": equal_lengths}


class Functions:
    """What a recurrent model computes, compiled when first asked for, of one epoch at a time."""

    def __init__(self, model, backend):
        self.model, self.backend, self.params = model, backend, None

    @functools.cached_property
    def _shared(self):
        return functions.State(self.params, {}).params

    def _made(self, make):
        return make(self.model, self._shared, self.backend or select.get())

    @functools.cached_property
    def outputs(self):
        """`functions.outputs` of the model."""
        return self._made(functions.outputs)

    @functools.cached_property
    def next_words(self):
        """`functions.next_words` of the model."""
        return self._made(functions.next_words)

    def of(self, params):
        """These functions with the parameters `params`, arrays by name, until the next call."""
        if params is not self.params:
            self.params = params
            for name, array in params.items():
                self._shared[name].set_value(np.asarray(array, order="C"), borrow=True)
        return self


class Model:
    """What a run trains. `params`: its parameters, arrays by name."""

    params: dict[str, Any]

    def holding(self, arrays, source):
        """The same with the parameters `arrays`, of the file `source`; what is compiled is shared.

        Raises:
            UserError: they do not fit the model.
        """
        other = copy.copy(self)
        other.params = match_parameters(self.params, arrays, source)
        return other


class Recurrent(Model):
    """`models.Imaginet` with its parameters."""

    def __init__(self, settings, tokenizer, features, backend):
        self.model = models.build(settings, len(tokenizer.words), features)
        self.params = self.model.parameters(None)
        self.batch_size = settings.batch_size
        self.pathways = self.model.weights()
        self.functions = Functions(self.model, backend)

    @property
    def embeddings(self):
        """Vectors of the words, (words, size), the special ones out."""
        return self.params["embeddings"][len(SPECIAL) :]

    def outputs(self, captions, padding):
        """`Imaginet.outputs` of lists of word ids: arrays (captions, size) by name."""
        compute = self.functions.of(self.params).outputs
        lengths = [len(ids) for ids in captions]
        order = list(PADDING[padding](lengths, self.batch_size))
        parts = [compute(padded([captions[i] for i in indices])) for indices in order]
        back = np.argsort(np.concatenate(order))
        return {name: np.concatenate([part[name] for part in parts])[back] for name in parts[0]}

    def next_words(self, captions, padding):
        """The likeliest next id after each id of lists of word ids, a list for each."""
        compute = self.functions.of(self.params).next_words
        lengths = [len(ids) for ids in captions]
        found = {}
        for indices in PADDING[padding](lengths, self.batch_size):
            ids = compute(padded([captions[i] for i in indices])).T
            for i, row in zip(indices, ids, strict=True):
                found[i] = row[row.size - lengths[i] :].tolist()
        return [found[i] for i in range(len(captions))]


class Linear(Model):
    """LINREG with its parameters: images from counts of words, `linear.ridge`."""

    def __init__(self, settings, tokenizer, features, backend):
        self.n_words = len(tokenizer.words)
        shape = (self.n_words - len(SPECIAL), features)
        self.params = {"linear.w": shaped(shape), "linear.b": shaped(features)}

    @property
    def embeddings(self):
        """Vectors of the words, (words, features): the columns of A."""
        return self.params["linear.w"]

    def outputs(self, captions, padding):
        """Image vectors, (captions, features), as `output_vis`; there is nothing to pad."""
        X = bag_of_words.count_words(captions, self.n_words)
        predicted = X @ self.params["linear.w"] + self.params["linear.b"]
        return {"output_vis": predicted.astype("float32")}


KINDS = {"linear": Linear}


class Workflow:
    """A run at one epoch: vocabulary, scaler and model, as the original's class of this name.

    path: the run's folder; iteration: the epoch, by default the last; backend: a `Backend`, by
    default the one that `auto` takes.

    Raises:
        UserError: no run there, no such epoch, or files that do not fit each other.
    """

    def __init__(self, path, iteration=None, backend=None):
        folder = self.folder = RunFolder.open(path)
        described = folder.described()
        self.settings = Settings.of(described["settings"], folder / "run.json")
        self.data = described["data"]
        self.tokenizer = Tokenizer.load(folder / "vocabulary.json", self.settings.unit)
        scaler = SCALERS[self.settings.scaler]
        self.scaler = scaler.of(described["features"], folder / "scaler.npz")
        kind = KINDS.get(self.settings.model_type, Recurrent)
        self.model: Any = kind(self.settings, self.tokenizer, described["features"], backend)
        self._take(iteration)

    def _take(self, iteration):
        self.iteration = _existing(self.folder, iteration)
        weights = self.folder.weights(self.iteration)
        self.model = self.model.holding(read_arrays(weights), weights)

    def at(self, iteration):
        """The same run at another epoch; both use what either has compiled."""
        other = copy.copy(self)
        other._take(iteration)
        return other

    def outputs(self, sentences, padding="none"):
        """What the model makes of `sentences`, arrays (sentences, size) by the original's names.

        `output_vis`: image vectors, scaled as in training; `hidden_vis`, `hidden_text`: last states
        of the pathways in use.
        """
        return self.model.outputs(self.tokenizer.transform(sentences), padding)

    def project(self, sentences, padding="none"):
        """Image vectors of `sentences`, (sentences, features), on the scale of the features."""
        return self.scaler.inverse_transform(predicted(self, self.outputs(sentences, padding)))

    def project_words(self):
        """Image vectors of all words, (words, features), in the order of `words`.

        Each is read as the original's `project_words` does: PAD word END, though no sentence of
        the training has an END in its input.
        """
        ids = range(len(SPECIAL), len(self.tokenizer.words))
        sequences = [[PAD, i, END] for i in ids]
        outputs = self.model.outputs(sequences, "none")
        return self.scaler.inverse_transform(predicted(self, outputs))

    def next_words(self, sentences, padding="none"):
        """The likeliest next word after PAD and after each word of `sentences`: lists of words.

        Raises:
            UserError: the model does not predict words.
        """
        if "textual" not in getattr(self.model, "pathways", ()):
            raise UserError(
                f"{self.folder.path} does not predict words; train --model-type shared_embeddings"
            )
        begun = [[PAD, *ids] for ids in self.tokenizer.transform(sentences)]
        found = self.model.next_words(begun, padding)
        return [[self.tokenizer.words[i] for i in ids] for ids in found]

    def words(self):
        """The row of `embeddings` of each word."""
        return {word: i for i, word in enumerate(self.tokenizer.words[len(SPECIAL) :])}

    @property
    def embeddings(self):
        """Vectors of the words, (words, size): embeddings, or LINREG's columns of A."""
        return self.model.embeddings


def load_workflow(path, iteration=None):
    """The `Workflow` of the run at `path`, by the original's name for this."""
    return Workflow(path, iteration)


def predicted(workflow, outputs):
    """The image vectors among the outputs of a run's model, scaled as in training.

    Raises:
        UserError: the model does not predict images.
    """
    if "output_vis" not in outputs:
        raise UserError(
            f"{workflow.folder.path} does not predict images, it has {', '.join(outputs)}; "
            "train with images and --alpha below 1"
        )
    return outputs["output_vis"]


def _existing(folder, iteration):
    there = folder.iterations()
    if not there:
        raise UserError(f"{folder.path} holds no weights yet; let its training finish an epoch")
    if iteration is not None and iteration not in there:
        raise UserError(f"--iteration {iteration}: {folder.path} has {', '.join(map(str, there))}")
    return iteration or there[-1]
