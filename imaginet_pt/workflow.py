"""What a trained run makes of words and sentences."""

import functools
from typing import Any

import numpy as np

from . import backends, functions, linear, models
from .errors import UserError
from .inits import shaped
from .iterators import batches, equal_lengths, padded
from .preprocessing import END, PAD, SPECIAL, Tokenizer
from .run_folder import RunFolder, adopt, read_arrays
from .scalers import SCALERS
from .settings import Settings

# How sentences come into minibatches: padded to the longest as in the original, so that a vector
# depends on its batch; or with sentences of one length only, so that it does not.
PADDING = {"batch": batches, "none": equal_lengths}


class Recurrent:
    """A recurrent model with its parameters. `embeddings`: (words, size), the special ones out."""

    def __init__(self, settings, tokenizer, features, arrays, source, backend):
        self.model = models.build(settings, len(tokenizer.words), features)
        self.params = adopt(self.model.parameters(None), arrays, source)
        self.batch_size, self.backend = settings.batch_size, backend
        self.embeddings = self.params["embeddings"][len(SPECIAL) :]
        self.pathways = self.model.weights()

    @functools.cached_property
    def _shared(self):
        return functions.State(self.params, {}).params

    @functools.cached_property
    def _compiled(self):
        return functions.outputs(self.model, self._shared, self.backend or backends.get())

    def outputs(self, captions, padding):
        """`Imaginet.outputs` of lists of word ids: arrays (captions, size) by name."""
        lengths = [len(ids) for ids in captions]
        order = list(PADDING[padding](lengths, self.batch_size))
        parts = [self._compiled(padded([captions[i] for i in indices])) for indices in order]
        back = np.argsort(np.concatenate(order))
        return {name: np.concatenate([part[name] for part in parts])[back] for name in parts[0]}

    @functools.cached_property
    def _next_words(self):
        return functions.next_words(self.model, self._shared, self.backend or backends.get())

    def next_words(self, captions, padding):
        """The likeliest next id after each id of lists of word ids, a list for each."""
        lengths = [len(ids) for ids in captions]
        found = {}
        for indices in PADDING[padding](lengths, self.batch_size):
            ids = self._next_words(padded([captions[i] for i in indices])).T
            for i, row in zip(indices, ids, strict=True):
                found[i] = row[row.size - lengths[i] :].tolist()
        return [found[i] for i in range(len(captions))]


class Linear:
    """LINREG with its parameters. `embeddings`: (words, features), the columns of A."""

    def __init__(self, settings, tokenizer, features, arrays, source, backend):
        shape = (len(tokenizer.words) - len(SPECIAL), features)
        expected = {"linear.w": shaped(shape), "linear.b": shaped(features)}
        self.params = adopt(expected, arrays, source)
        self.embeddings = self.params["linear.w"]
        self.n_words = len(tokenizer.words)

    def outputs(self, captions, padding):
        """Image vectors, (captions, features), as `output_vis`; there is nothing to pad."""
        X = linear.counts(captions, self.n_words)
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
        self.iteration = _existing(folder, iteration)
        self.tokenizer = Tokenizer.load(folder / "vocabulary.json", self.settings.unit)
        scaler = SCALERS[self.settings.scaler]
        self.scaler = scaler.of(described["features"], folder / "scaler.npz")
        self.backend = backend
        weights = folder.weights(self.iteration)
        kind = KINDS.get(self.settings.model_type, Recurrent)
        self.model: Any = kind(
            self.settings,
            self.tokenizer,
            described["features"],
            read_arrays(weights),
            weights,
            backend,
        )

    def at(self, iteration):
        """The same run at another epoch."""
        return Workflow(self.folder.path, iteration, self.backend)

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
