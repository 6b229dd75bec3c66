"""Captions that Table 3 and Figure 3 search with, and what scrambling changes in what they find."""

import functools
from collections.abc import Sequence
from typing import NamedTuple, Self

import numpy as np
import numpy.typing as npt
import pandas as pd

from ..data.dataset import Dataset
from ..data.preprocessing import split_words
from ..errors import UserError
from ..evaluation import neighbors
from ..evaluation.ranking import image_ranks
from ..evaluation.retrieval import SCRAMBLE_SEED, image_vectors
from ..files import reading, validation
from ..runs.workflow import Workflow, predicted_images
from .grid import RANDOM
from .options import Options
from .results import NotRun

SPLIT = "val"
# As printed: in lower case, and UNK for a word that is not in the paper's vocabulary.
TABLE3 = [
    "a couple of horses UNK their head over a rock pile",
    "a cute baby playing with a cell phone",
]
FIGURE3 = ["a variety of kitchen utensils hanging from a UNK board ."]
MOST = 1000  # captions of a user, each of which becomes a part of the table
K = 2  # neighbours by which a change is measured, as many as Table 3 shows

CAPTIONS, IMAGES = "captions", "images"  # what is nearest to a caption

Orders = dict[str, list[int]]
Vectors = npt.NDArray[np.float32]
Values = npt.NDArray[np.float64]


class Query(NamedTuple):
    """A caption to search with.

    Attributes:
        caption: its index among the captions of the split, -1 if it is not among them.
        orders: its word ids as "original", and in random order as "scrambled".
    """

    caption: int
    orders: Orders


class Search(NamedTuple):
    """Captions in both orders of their words, and what to search with them.

    Attributes:
        original: vectors of the captions in order, (n, d).
        scrambled: vectors of the captions with their words in random order, (n, d).
        candidates: the vectors to search, (m, d).
        leave_out: (n,) int, for each caption a row of `candidates` to leave out; None for none.
    """

    original: Vectors
    scrambled: Vectors
    candidates: Vectors
    leave_out: npt.NDArray[np.int64] | None = None

    def with_other_words(self) -> Self:
        """Return the search in which the words in random order are another caption's."""
        return self._replace(scrambled=np.roll(self.scrambled, len(self.scrambled) // 2, axis=0))


class Changes(NamedTuple):
    """The `change` of each caption, (n,) each.

    Attributes:
        trained: by the run.
        untrained: by the run with random weights.
        chance: by the run, if the words are another caption's.
    """

    trained: Values
    untrained: Values
    chance: Values


def read_captions(options: Options, dataset: Dataset) -> list[str]:
    """Check the data, and read the lines of --captions; without that option there are none.

    Raises:
        NotRun: the data has no image features, so that MULTITASK cannot be trained, or a single
            caption to search.
        UserError: there are no captions to search, or the file has none or cannot be read.
    """
    if dataset.features is None:
        raise NotRun(f"nearest neighbours need image features; {dataset.name} is text alone")
    if len(dataset.captions(SPLIT).texts) < 2:
        raise NotRun(f"nearest neighbours need two captions; {dataset.name} has one in {SPLIT}")
    if not options.captions:
        return []
    text = reading.read_text(options.captions, "give a text file with one caption per line")
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    if len(lines) > MOST or any(len(line) > validation.MAX_TEXT for line in lines):
        raise UserError(
            f"--captions {options.captions}: more than {MOST} captions, or one of more than "
            f"{validation.MAX_TEXT:,} characters; give fewer and shorter ones"
        )
    if not lines:
        raise UserError(f"--captions {options.captions}: no caption in it; give one per line")
    return lines


def choose(
    workflow: Workflow, dataset: Dataset, paper: Sequence[str], lines: Sequence[str], n: int
) -> tuple[list[Query], str]:
    """Choose the captions to search with: those of the paper, else the user's, else extremes.

    Args:
        workflow: the run that reads the captions.
        dataset: the captions and images to search.
        paper: the paper's captions.
        lines: the user's captions.
        n: how many captions to choose if there are neither.

    Returns:
        The queries and a sentence about their origin.
    """
    captions = dataset.captions(SPLIT)
    tokens = [_plain_tokens(text) for text in captions.texts]
    indices = [index for caption in paper if (index := find(caption, tokens)) >= 0]
    if lines and not indices:
        orders = neighbors.word_orders(workflow, lines)
        queries = [Query(find(line, tokens), o) for line, o in zip(lines, orders, strict=True)]
        return queries, "The captions are those of --captions."
    source = "The captions are the paper's own."
    if not indices:
        change = changes(workflow, dataset)[CAPTIONS].trained
        indices = largest(change, captions.rows, n).tolist()
        source = _extremes(change, indices)
    orders = neighbors.word_orders(workflow, captions.texts)
    return [Query(index, orders[index]) for index in indices], source


def find(text: str, captions: Sequence[Sequence[str]]) -> int:
    """Return the index of the first of `captions`, as tokens, that equals `text`, or -1.

    UNK in the text stands for any one word.
    """
    wanted = _plain_tokens(text)
    for index, tokens in enumerate(captions):
        if len(tokens) == len(wanted) and all(map(_matches, wanted, tokens)):
            return index
    return -1


def one_line(texts: "pd.Series[str]") -> "pd.Series[str]":
    """Return a column of captions with each on one line, for a Markdown table."""
    return texts.str.split().str.join(" ")


def change(search: Search, k: int = K) -> Values:
    """Measure how much what is nearest to captions changes when their words are scrambled.

    The `k` candidates nearest to one order are ranked by their similarity to the other order; the
    change is the mean of these ranks, in the direction where it is smaller.

    Returns:
        Array (n,).
    """

    def mean_rank(nearest: Vectors, query: Vectors) -> Values:
        indices = neighbors.nearest(nearest, search.candidates, k, search.leave_out).index
        ranks = [image_ranks(query, search.candidates, column).rank for column in indices.T]
        return np.asarray(np.mean(ranks, axis=0))

    original, scrambled = search.original, search.scrambled
    return np.minimum(mean_rank(original, scrambled), mean_rank(scrambled, original))


def largest(change: Values, image: npt.NDArray[np.int64], n: int) -> npt.NDArray[np.int64]:
    """Return the indices of the `n` largest changes, the largest first, no two of one image."""
    order = np.argsort(-change, kind="stable")
    _, first = np.unique(image[order], return_index=True)
    return order[np.sort(first)[:n]]


def controls(workflow: Workflow, dataset: Dataset, kind: str) -> str:
    """Say how much scrambling changes for the median caption, before training, and by chance.

    Args:
        workflow: the run that reads the captions.
        dataset: the captions and images to search.
        kind: what is nearest to a caption, `CAPTIONS` or `IMAGES`.
    """
    of_kind = changes(workflow, dataset)[kind]
    trained, untrained, chance = (f"{np.median(values):,.1f}" for values in of_kind)
    return (
        f"For the median of all {len(of_kind.trained):,} captions of split {SPLIT}, in order and "
        f"scrambled (seed {SCRAMBLE_SEED}), the {K} {kind} nearest to one order have a mean rank "
        f"of {trained} for the other, the smaller of both directions; {untrained} with {RANDOM}, "
        f"and {chance} if the words are another caption's, which is chance."
    )


@functools.lru_cache(maxsize=1)  # Table 3 and Figure 3 ask for the same run
def changes(workflow: Workflow, dataset: Dataset) -> dict[str, Changes]:
    """Measure what scrambling changes, by what is nearest: `CAPTIONS` and `IMAGES`.

    Captions are searched among captions by the states of the visual pathway, and images among
    images by the predicted image. All captions are read by the run, trained and with random
    weights.
    """
    untrained = workflow.with_random_weights()
    before = {kind: change(search) for kind, search in _searches(untrained, dataset).items()}
    return {
        kind: Changes(change(search), before[kind], change(search.with_other_words()))
        for kind, search in _searches(workflow, dataset).items()
    }


def _extremes(change: Values, indices: Sequence[int]) -> str:
    """Say how the captions `indices` were chosen, and what their changes are."""
    return (
        f"The captions are extremes, not a sample: of the {len(change):,} captions of split "
        f"{SPLIT}, those whose nearest captions change most when their words are scrambled (seed "
        f"{SCRAMBLE_SEED}), no two of one image. The change is the mean rank that the {K} captions "
        "nearest to one order have for the other order, the smaller of both directions: "
        f"{' and '.join(f'{change[i]:,.1f}' for i in indices)}."
    )


def _searches(workflow: Workflow, dataset: Dataset) -> dict[str, Search]:
    """Return the searches of captions and of images, from one reading of all captions."""
    captions = dataset.captions(SPLIT)
    orders = neighbors.word_orders(workflow, captions.texts)
    outputs = neighbors.outputs_of(workflow, neighbors.flat(orders))
    states, predicted = outputs["hidden_vis"], predicted_images(workflow, outputs)
    images = image_vectors(workflow, dataset, np.unique(captions.rows), predicted)
    own = np.arange(len(captions.texts))
    return {
        CAPTIONS: Search(states[::2], states[1::2], states[::2], own),
        IMAGES: Search(predicted[::2], predicted[1::2], images),
    }


def _plain_tokens(text: str) -> list[str]:
    """Return a text's tokens without line ends and a final period, which vary by chance."""
    tokens: list[str] = split_words(" ".join(text.split()))
    return tokens[:-1] if tokens[-1:] == ["."] else tokens


def _matches(wanted: str, token: str) -> bool:
    return wanted in ("unk", token)
