"""Choose the captions that Table 3 and Figure 3 search with."""

import functools
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from ..data.dataset import Captions, Dataset
from ..data.preprocessing import split_words
from ..errors import UserError
from ..evaluation import neighbors
from ..evaluation.ranking import image_ranks
from ..evaluation.retrieval import SCRAMBLE_SEED
from ..files import reading, validation
from ..runs.workflow import Workflow
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

Orders = dict[str, list[int]]


class Query(NamedTuple):
    """A caption to search with.

    Attributes:
        caption: its index among the captions of the split, -1 if it is not among them.
        orders: its word ids as "original", and in random order as "scrambled".
    """

    caption: int
    orders: Orders


def read_captions(options: Options, dataset: Dataset) -> list[str]:
    """Check the data, and read the lines of --captions; without that option there are none.

    Raises:
        NotRun: the data has no image features, so that MULTITASK cannot be trained.
        UserError: there are no captions to search, or the file has none or cannot be read.
    """
    if dataset.features is None:
        raise NotRun(f"nearest neighbours need image features; {dataset.name} is text alone")
    dataset.captions(SPLIT)
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
    workflow: Workflow, captions: Captions, paper: Sequence[str], lines: Sequence[str], n: int
) -> tuple[list[Query], str]:
    """Choose the captions to search with: those of the paper, else the user's, else extremes.

    Args:
        captions: the captions of the split to be searched.
        paper: captions as the paper prints them; those that the data contains are chosen.
        lines: the user's captions.
        n: the number of extremes to choose if there are neither.

    Returns:
        The queries, and a sentence about their origin.
    """
    tokens = [_plain_tokens(text) for text in captions.texts]
    indices = [index for caption in paper if (index := find(caption, tokens)) >= 0]
    if lines and not indices:
        orders = neighbors.word_orders(workflow, lines)
        queries = [Query(find(line, tokens), o) for line, o in zip(lines, orders, strict=True)]
        return queries, "The captions are those of --captions."
    orders = neighbors.word_orders(workflow, captions.texts)
    source = "The captions are the paper's own."
    if not indices:
        indices, source = _extremes(workflow, captions, n)
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


def change(
    original: npt.NDArray[np.float32], scrambled: npt.NDArray[np.float32], k: int = K
) -> npt.NDArray[np.float64]:
    """Measure how much the neighbours of captions change when their words are scrambled.

    The `k` captions nearest to one order are ranked by their similarity to the other order; the
    change is the mean of these ranks, in the direction where it is smaller.

    Args:
        original: states of the captions in order, (n, d).
        scrambled: states of the captions with their words in random order, (n, d).

    Returns:
        Array (n,).
    """

    def mean_rank(
        nearest: npt.NDArray[np.float32], query: npt.NDArray[np.float32]
    ) -> npt.NDArray[np.float64]:
        indices = neighbors.nearest(nearest, original, k, np.arange(len(nearest))).index
        ranks = [image_ranks(query, original, column).rank for column in indices.T]
        return np.asarray(np.mean(ranks, axis=0))

    return np.minimum(mean_rank(original, scrambled), mean_rank(scrambled, original))


def largest(
    change: npt.NDArray[np.float64], image: npt.NDArray[np.int64], n: int
) -> npt.NDArray[np.int64]:
    """Return the indices of the `n` largest changes, the largest first, no two of one image."""
    order = np.argsort(-change, kind="stable")
    _, first = np.unique(image[order], return_index=True)
    return order[np.sort(first)[:n]]


def _extremes(workflow: Workflow, captions: Captions, n: int) -> tuple[list[int], str]:
    """Return the indices of captions whose neighbours change most, and how they were chosen."""
    changes, controls = _changes(workflow, tuple(captions.texts))
    indices = largest(changes, captions.rows, n).tolist()
    source = (
        f"The captions are extremes, not a sample: of the {len(changes):,} captions of split "
        f"{SPLIT}, those whose neighbours change most when their words are scrambled (seed "
        f"{SCRAMBLE_SEED}), no two of one image. The change is the mean rank that the {K} captions "
        "nearest to one order have for the other order, the smaller of both directions: "
        f"{' and '.join(f'{changes[i]:,.1f}' for i in indices)}; the median caption has "
        f"{np.median(changes):,.1f}, {controls}."
    )
    return indices, source


@functools.lru_cache(maxsize=1)  # Table 3 and Figure 3 ask for the same run
def _changes(workflow: Workflow, texts: tuple[str, ...]) -> tuple[npt.NDArray[np.float64], str]:
    """Return the change of each caption, (n,), and what the median is beside it."""
    orders = neighbors.word_orders(workflow, texts)
    states = _states(workflow, orders)
    return change(*states), _controls(workflow, orders, *states)


def _states(
    workflow: Workflow, orders: Sequence[Orders]
) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]:
    """Return the states (n, d) of captions in order, and of their words in random order."""
    states = neighbors.states(workflow, neighbors.flat(orders))
    return states[::2], states[1::2]


def _controls(
    workflow: Workflow,
    orders: Sequence[Orders],
    original: npt.NDArray[np.float32],
    scrambled: npt.NDArray[np.float32],
) -> str:
    """Say what the median change is before training, and for unrelated captions."""
    untrained = np.median(change(*_states(workflow.with_random_weights(), orders)))
    chance = np.median(change(original, np.roll(scrambled, len(scrambled) // 2, axis=0)))
    return (
        f"{untrained:,.1f} with {RANDOM}, and {chance:,.1f} if the words are another caption's, "
        "which is chance"
    )


def _plain_tokens(text: str) -> list[str]:
    """Return a text's tokens without line ends and a final period, which vary by chance."""
    tokens: list[str] = split_words(" ".join(text.split()))
    return tokens[:-1] if tokens[-1:] == ["."] else tokens


def _matches(wanted: str, token: str) -> bool:
    return wanted in ("unk", token)
