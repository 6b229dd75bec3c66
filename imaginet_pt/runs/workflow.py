"""A trained run at work: its vectors of words and sentences, and its predictions."""

import copy
from collections.abc import Sequence
from os import PathLike
from typing import TYPE_CHECKING, Any, Self

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import log_softmax

from ..backends.protocol import Backend
from ..data.preprocessing import END, PAD, SPECIAL, Tokenizer
from ..errors import UserError
from .arguments import check_count, sentence_list
from .exported_run import open_run
from .run_folder import Iteration
from .trained_model import PADDING, Arrays, RecurrentModel, build_model
from .word_vectors import WordVectors

if TYPE_CHECKING:
    from gensim.models import KeyedVectors

WordScores = list[tuple[str, float]]  # words with their probabilities or cosines, best first


class Workflow:
    """A trained run at one epoch: vocabulary, scaler and model.

    The name is that of the original's class. Where a method takes `sentences`, a string is one
    sentence and gives one result; a list of strings gives one result for each.

    >>> w = Workflow("runs/mine")  # doctest: +SKIP
    >>> w.project("a dog chases a cat").shape  # doctest: +SKIP
    (4096,)
    >>> w.project(["a dog chases a cat", "a bird"]).shape  # doctest: +SKIP
    (2, 4096)
    """

    def __init__(
        self,
        path: str | PathLike[str],
        iteration: Iteration = None,
        backend: Backend | None = None,
    ) -> None:
        """Load the run in the folder `path`.

        Args:
            path: the run's folder, or that of an exported run.
            iteration: the epoch, by default the last; "best" is the one of the lowest validation
                cost among those whose weights are kept.
            backend: the backend to compute with, by default `backends.select.get("auto")`.

        Raises:
            UserError: there is no run or no such epoch, or its files do not fit together.
        """
        self.folder = open_run(path)
        description = self.folder.described()
        self.settings = description.settings
        self.data = description.data
        self.tokenizer = Tokenizer.load(self.folder / "vocabulary.json", self.settings.unit)
        self.scaler = self.folder.scaler(description)
        self.model = build_model(
            self.settings, len(self.tokenizer.words), description.features, backend
        )
        self.model.closing = [END] if description.reads_end else []
        self._load_weights(iteration)

    def __repr__(self) -> str:
        return (
            f"Workflow({str(self.folder.path)!r}, epoch {self.iteration}: "
            f"{self.settings.model_type}, {len(self.tokenizer.words) - len(SPECIAL):,} words, "
            f"trained on {self.data['name']})"
        )

    def _load_weights(self, iteration: Iteration) -> None:
        self.iteration = self.folder.epoch(iteration)
        path = self.folder.weights(self.iteration)
        arrays = self.folder.read_arrays(path, self.model.params)
        self.model = self.model.with_parameters(arrays, path)

    def at(self, iteration: Iteration) -> Self:
        """Return the same run at another epoch; the two share their compiled functions."""
        other = copy.copy(self)
        if iteration != self.iteration:
            other._load_weights(iteration)
        return other

    def with_random_weights(self) -> Self:
        """Return the run before its training, epoch 0: the same words, weights drawn from its seed.

        They are those that the training began with, unless that shuffled the captions first or was
        given weights.
        """
        other, generator = copy.copy(self), np.random.RandomState(self.settings.random_seed)
        model: Any = self.model
        other.model = model.with_parameters(model.model.parameters(generator), "random weights")
        other.iteration = 0
        return other

    def share_compiled(self, other: "Workflow") -> None:
        """Use what `other` has compiled, a run that differs in its parameters alone."""
        self.model = other.model.with_parameters(self.model.params, self.folder.path)

    # Vectors of sentences.

    def outputs(self, sentences: str | Sequence[str], padding: str = "none") -> Arrays:
        """Compute all vectors of sentences, under the original's names.

        Args:
            sentences: one sentence, or several.
            padding: how they share minibatches, one of `PADDING`.

        Returns:
            `output_vis`: image vectors, scaled as in training; `hidden_vis` and `hidden_text`:
            last states of the pathways in use. Each is (sentences, size), or (size,) for one.
        """
        texts = sentence_list(sentences)
        _check_padding(padding)
        captions = self.tokenizer.transform(texts)
        for text, ids in zip(texts, captions, strict=True):
            if not ids:
                raise UserError(f"`sentences` has {text!r}, in which the run finds no word")
        arrays = self.model.outputs(captions, padding)
        if isinstance(sentences, str):
            return {name: array[0] for name, array in arrays.items()}
        return arrays

    def project(
        self, sentences: str | Sequence[str], padding: str = "none"
    ) -> npt.NDArray[np.float32]:
        """Predict the image features of sentences, on the scale of the data's features.

        Args:
            sentences: one sentence, or several.
            padding: how they share minibatches, one of `PADDING`.

        Returns:
            (sentences, features), or (features,) for one sentence.

        Raises:
            UserError: the model does not predict images.
        """
        outputs = self.outputs(sentences, padding)
        return self.scaler.inverse_transform(predicted_images(self, outputs))

    def project_words(self) -> npt.NDArray[np.float32]:
        """Predict the image features of all words, (words, features), in the order of `words`.

        As in the original's `project_words` the input is PAD word END, although in training no
        input has an END.
        """
        ids = range(len(SPECIAL), len(self.tokenizer.words))
        outputs = self.model.raw_outputs([[PAD, i, END] for i in ids], "none")
        return self.scaler.inverse_transform(predicted_images(self, outputs))

    # Words and their embeddings.

    def words(self) -> dict[str, int]:
        """Map each word to its row of `embeddings`."""
        return self._word_vectors().rows

    @property
    def embeddings(self) -> npt.NDArray[np.float32]:
        """The words' vectors, (words, size): embeddings, or LINREG's columns of A."""
        return self.model.embeddings

    def _word_vectors(self) -> WordVectors:
        words = self.tokenizer.words[len(SPECIAL) :]
        return WordVectors(words, self.embeddings, self.folder.path)

    def similarity(self, a: str, b: str) -> float:
        """Compute the cosine of two words' embeddings.

        Raises:
            UserError: a word is not in the vocabulary; the message names similar ones that are.
        """
        return self._word_vectors().similarity(a, b)

    def most_similar(self, word: str, k: int = 10) -> WordScores:
        """Find the `k` words whose embeddings are nearest to that of `word`.

        Returns:
            (word, cosine) of each, the nearest first.

        Raises:
            UserError: the word is not in the vocabulary; the message names similar ones that are.
        """
        return self._word_vectors().most_similar(word, k)

    def to_keyed_vectors(self) -> "KeyedVectors":
        """Return the words' embeddings as gensim's `KeyedVectors`."""
        return self._word_vectors().to_keyed_vectors()

    # Next words and their probabilities.

    def next_words(
        self, sentences: str | Sequence[str], k: int = 1, padding: str = "none"
    ) -> list[Any]:
        """Find the `k` most likely next words at each place of sentences.

        The places are the start and after each word; END stands for the end of the sentence.

        Args:
            sentences: one sentence, or several.
            k: how many words to find at each place.
            padding: how sentences share minibatches, one of `PADDING`.

        Returns:
            For one sentence a list of places, each a list of (word, probability), the most likely
            first; for several sentences a list of such lists.

        Raises:
            UserError: the model does not predict words.
        """
        check_count("k", k)
        _check_padding(padding)
        captions = self.tokenizer.transform(sentence_list(sentences))
        words: list[list[WordScores]] = [[] for _ in captions]
        for i, scores in self._predicting_model().word_scores(_after_pad(captions), padding):
            words[i] = [self._likeliest(place, k) for place in scores]
        return words[0] if isinstance(sentences, str) else words

    def _likeliest(self, scores: npt.NDArray[np.float32], k: int) -> WordScores:
        """Return the `k` words with the highest scores (words,), and their probabilities."""
        probabilities = np.exp(_log_probabilities(scores))
        first = [scores.argmax()] if k == 1 else np.argsort(-scores, kind="stable")[:k]
        return [(self.tokenizer.words[i], float(probabilities[i])) for i in first]

    def surprisal(self, sentences: str | Sequence[str]) -> pd.DataFrame:
        """Compute how surprising each word of sentences is, given the words before it.

        A word outside the vocabulary counts as UNK. The end of each sentence, END, comes last.

        Args:
            sentences: one sentence, or several.

        Returns:
            One row per word: `position` (from 1), `word` (as the model reads it) and `bits`,
            -log2 p(word | words before). For several sentences a column `sentence`, the index of
            the sentence from 0, comes first.

        Raises:
            UserError: the model does not predict words.
        """
        captions = self.tokenizer.transform(sentence_list(sentences))
        bits: list[Any] = [None] * len(captions)
        for i, scores in self._predicting_model().word_scores(_after_pad(captions), "none"):
            targets = [*captions[i], END]
            bits[i] = -_log_probabilities(scores)[np.arange(len(targets)), targets] / np.log(2)
        rows = [
            (i, position, self.tokenizer.words[target], bits[i][position - 1])
            for i, ids in enumerate(captions)
            for position, target in enumerate([*ids, END], start=1)
        ]
        table = pd.DataFrame(rows, columns=["sentence", "position", "word", "bits"])
        return table.drop(columns="sentence") if isinstance(sentences, str) else table

    def _predicting_model(self) -> RecurrentModel:
        """Return the model if it predicts words."""
        if "textual" in self.model.pathways and isinstance(self.model, RecurrentModel):
            return self.model
        raise UserError(
            f"{self.folder.path} does not predict words; train with `model_type` shared_embeddings"
        )


def load_workflow(path: str | PathLike[str], iteration: Iteration = None) -> Workflow:
    """Load the run in the folder `path` at an epoch, by default the last; see `Workflow`."""
    return Workflow(path, iteration)


def predicted_images(workflow: Workflow, outputs: Arrays) -> npt.NDArray[np.float32]:
    """Return the image vectors among the outputs of a run's model, scaled as in training.

    Raises:
        UserError: the model does not predict images.
    """
    if "output_vis" not in outputs:
        raise UserError(
            f"{workflow.folder.path} does not predict images, it has {', '.join(outputs)}; "
            "train with images and `alpha` below 1"
        )
    return outputs["output_vis"]


def _check_padding(padding: str) -> None:
    if padding not in PADDING:
        raise UserError(f"`padding` is {padding!r}; choose one of {', '.join(PADDING)}")


def _after_pad(captions: Sequence[Sequence[int]]) -> list[list[int]]:
    """Put PAD, with which every sentence begins in training, before each list of ids."""
    return [[PAD, *ids] for ids in captions]


def _log_probabilities(scores: npt.NDArray[np.float32]) -> npt.NDArray[np.float64]:
    """Return the natural logarithm of the softmax of scores (..., words)."""
    return np.asarray(log_softmax(scores.astype(np.float64), axis=-1))
