"""What Table 3 and Figure 3 ask with: the paper's captions, the user's, or extremes."""

from typing import NamedTuple

import numpy as np

from ..data.preprocessing import tokenize
from ..errors import UserError
from ..evaluation import neighbors
from ..evaluation.ranking import image_ranks
from ..evaluation.retrieval import SCRAMBLE_SEED
from ..files import reading, validation
from .results import NotRun

SPLIT = "val"
# As printed: in lower case, and UNK for a word that is not in the paper's vocabulary.
TABLE3 = [
    "a couple of horses UNK their head over a rock pile",
    "a cute baby playing with a cell phone",
]
FIGURE3 = ["a variety of kitchen utensils hanging from a UNK board ."]
MOST = 1000  # captions of a user, each a part of the table
K = 2  # neighbours by which a change is measured, as many as Table 3 shows


class Query(NamedTuple):
    """A caption to ask with.

    caption: its place among the captions of the split, -1 if it is none of them;
    orders: {"original": its word ids, "scrambled": the same in random order}, `neighbors.asked`.
    """

    caption: int
    orders: dict


def add_captions(parser):
    """Add --captions."""
    parser.add_argument(
        "--captions",
        metavar="FILE",
        help="captions to ask with, one a line, where the data has not the paper's "
        "(default: those of the data whose neighbours scrambling changes most)",
    )


def read(args, dataset):
    """The lines of --captions, none without it, once it is sure that the data will do.

    Raises:
        NotRun: the data has no image features, so that MULTITASK cannot be trained.
        UserError: there are no captions to search, or the file has none or cannot be read.
    """
    if dataset.features is None:
        raise NotRun(f"nearest neighbours need image features; {dataset.name} is text alone")
    dataset.captions(SPLIT)
    if not args.captions:
        return []
    text = reading.read_text(args.captions, "give a text file, a caption a line")
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    if len(lines) > MOST or any(len(line) > validation.MAX_TEXT for line in lines):
        raise UserError(
            f"--captions {args.captions}: more than {MOST} captions, or one of more than "
            f"{validation.MAX_TEXT:,} characters; give fewer and shorter ones"
        )
    if not lines:
        raise UserError(f"--captions {args.captions}: no caption in it; give one a line")
    return lines


def choose(workflow, captions, paper, lines, n):
    """The captions to ask with: those of `paper` that the data has, else `lines`, else extremes.

    Args:
        captions: `Captions` of the split; paper: captions as the paper prints them;
        lines: the user's captions; n: how many are chosen if there are neither.

    Returns:
        (queries, told): a list of `Query`, and a sentence that says where they come from.
    """
    tokens = [_plain(text) for text in captions.texts]
    places = [place for words in paper if (place := find(words, tokens)) >= 0]
    if lines and not places:
        asked = zip(lines, neighbors.word_orders(workflow, lines), strict=True)
        queries = [Query(find(line, tokens), orders) for line, orders in asked]
        return queries, "The captions are those of --captions."
    orders = neighbors.word_orders(workflow, captions.texts)
    told = "The captions are the paper's own."
    if not places:
        places, told = _extremes(workflow, captions, orders, n)
    return [Query(place, orders[place]) for place in places], told


def find(text, tokens):
    """The first of the lists `tokens` with the text's tokens, where UNK is any; -1 if none."""
    wanted = _plain(text)
    for place, found in enumerate(tokens):
        if len(found) == len(wanted) and all(map(_same, wanted, found)):
            return place
    return -1


def cells(texts):
    """A column of captions for a Markdown table, each on one line."""
    return texts.str.split().str.join(" ")


def change(original, turned, k=K):
    """How far apart the neighbours of captions are in the two orders of their words: (n,).

    The `k` captions nearest to the one order are looked up among all captions, by nearness to the
    other order, and their mean rank is taken; the smaller of the two directions counts.

    Args:
        original, turned: states of the captions in order and scrambled, (n, d) float32.
    """

    def mean_rank(near, query):
        index = neighbors.nearest(near, original, k, np.arange(len(near))).index
        return np.mean([image_ranks(query, original, place).rank for place in index.T], axis=0)

    return np.minimum(mean_rank(original, turned), mean_rank(turned, original))


def largest(change, image, n):
    """Places of the `n` largest changes (n,), the largest first, no two of one image."""
    order = np.argsort(-change, kind="stable")
    _, first = np.unique(image[order], return_index=True)
    return order[np.sort(first)[:n]]


def _extremes(workflow, captions, orders, n):
    """Places of the captions whose neighbours change most, and what that means, in words."""
    states = neighbors.states(workflow, neighbors.flat(orders))
    changes = change(states[::2], states[1::2])
    places = largest(changes, captions.rows, n).tolist()
    told = (
        f"The choice is one of extremes, no sample: of the {len(changes):,} captions of split "
        f"{SPLIT}, those whose neighbours change most when their words are scrambled (seed "
        f"{SCRAMBLE_SEED}), no two of one image. The change is the mean rank that the {K} captions "
        "nearest to one order have for the other order, the smaller of both directions: "
        f"{' and '.join(f'{changes[i]:,.1f}' for i in places)}, where the median caption has "
        f"{np.median(changes):,.1f}."
    )
    return places, told


def _plain(text):
    """The text's tokens without line ends and a final period, which are there by chance."""
    tokens = tokenize(" ".join(text.lower().split()))
    return tokens[:-1] if tokens[-1:] == ["."] else tokens


def _same(wanted, token):
    return wanted in ("unk", token)
