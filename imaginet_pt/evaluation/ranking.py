"""Retrieval of images and of paraphrases by cosine: ranks, accuracy, recall (paper, section 4.2).

Arrays may come from anywhere. A rank needs a count of what is nearer, not a sort, so similarities
are made a block of queries at a time and never kept. Three rules decide every rank:

- Cosines are float32. A vector of zeros (a rectified prediction can be one) has cosine 0 to all.
- Candidates that are equal bit for bit share one column of the matrix product, and the right
  candidate's similarity comes from the same product. So equal vectors are tied whatever the
  rounding, and vectors that differ are tied only if their float32 similarities are the same number.
- Tied candidates stand in random order, and the expected value is reported: with b better and
  t tied, rank b + 1 + t/2, and in the first k with probability clip((k - b) / (t + 1), 0, 1).
  A predictor that cannot tell the candidates apart therefore scores chance.
"""

import hashlib
from collections.abc import Iterable
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from ..errors import UserError

BLOCK = 2**24  # similarities in memory at a time: 64 MB


class Ranks(NamedTuple):
    """Counts that place the right candidates: int64 arrays of one shape.

    better: candidates strictly nearer to the query than the right one.
    tied: other candidates exactly as near.
    """

    better: np.ndarray
    tied: np.ndarray

    @property
    def rank(self):
        """Expected rank, 1 = first."""
        return self.better + 1 + self.tied / 2

    def within(self, k):
        """Probability of being among the first k: 0 or 1 where nothing is tied."""
        return np.clip((k - self.better) / (self.tied + 1), 0, 1)


class ParaphraseRanks(NamedTuple):
    """Float arrays (n,), NaN for a caption whose image has no other caption.

    recall: expected share of the k nearest captions that describe the query's image.
    rank: expected rank of the nearest other caption of the query's image, 1 = first.
    """

    recall: np.ndarray
    rank: np.ndarray


class Retrieval(NamedTuple):
    """metrics: figures and counts, ready for JSON. items: a row a query, whose means they are."""

    metrics: dict
    items: pd.DataFrame


def similarities(queries, candidates):
    """Cosines of all queries and candidates, a block of queries at a time.

    Args:
        queries: (n, d) float32.
        candidates: (m, d) float32. Equal rows get equal similarities, bit for bit.

    Yields:
        (rows, similarity): a slice of the queries, and their cosines (rows, m) float32.

    Raises:
        UserError: a vector holds NaN or infinity, which would rank as if nothing were nearer.
    """
    first, column = _distinct(candidates)
    distinct = _unit(candidates[first]).T
    size = max(1, BLOCK // len(candidates))
    for start in range(0, len(queries), size):
        rows = slice(start, start + size)
        yield rows, np.take(_unit(queries[rows]) @ distinct, column, axis=1)


def image_ranks(predicted, images, right):
    """Place of the right image among all images, nearest first, for each caption.

    Args:
        predicted: (n, d) float32, the image vectors predicted from the captions.
        images: (m, d) float32.
        right: (n,) int, the row of `images` that each caption describes.

    Returns:
        Ranks of shape (n,).
    """
    ranks = Ranks(*np.empty((2, len(predicted)), np.int64))
    for rows, similarity in similarities(predicted, images):
        ranks.better[rows], ranks.tied[rows] = _counts(similarity, right[rows])
    return ranks


def paraphrase_ranks(queries, candidates, image, k=4):
    """How near the other captions of the same image are, among all captions but the query's own.

    Args:
        queries: (n, d) float32, states of the captions, of their scrambled order if that is asked.
        candidates: (n, d) float32, states of the same captions in their original order.
        image: (n,) int, the image that each caption describes.
        k: how many of the nearest count; the recall divides by it.

    Returns:
        ParaphraseRanks. The original counted the query itself in the rank; here it has no place.
    """
    others = _paraphrases(image)
    ranks = Ranks(*np.empty((2, *others.shape), np.int64))
    own = np.arange(len(queries))
    for rows, similarity in similarities(queries, candidates):
        np.put_along_axis(similarity, own[rows, None], -np.inf, axis=1)
        for j, other in enumerate(others[rows].T):
            ranks.better[rows, j], ranks.tied[rows, j] = _counts(similarity, other)
    exists = others >= 0
    some = exists.any(axis=1)
    recall = np.sum(ranks.within(k), axis=1, where=exists) / k
    return ParaphraseRanks(*(np.where(some, x, np.nan) for x in (recall, _first(ranks, exists))))


def image_retrieval(predicted, images, right):
    """Accuracy at 1, 5 and 10 and median rank; arguments as for `image_ranks`."""
    ranks = image_ranks(predicted, images, right)
    items = {f"accuracy@{k}": ranks.within(k) for k in (1, 5, 10)}
    return _retrieval(items, ranks.rank, images=len(images))


def paraphrase_retrieval(queries, candidates, image):
    """Recall at 4 and median rank; arguments as for `paraphrase_ranks`.

    `captions` in the metrics counts the captions that have a paraphrase, and only these are
    averaged; a figure over none of them is None.
    """
    recall, rank = paraphrase_ranks(queries, candidates, image, k=4)
    return _retrieval({"recall@4": recall}, rank, candidates=len(candidates))


def _retrieval(scores, rank, **counts):
    """Means of the scores, median of the ranks and counts, with the items they come from."""
    items = pd.DataFrame(scores | {"rank": rank})
    figures = items[list(scores)].mean().to_dict() | {"median_rank": float(items["rank"].median())}
    figures = {name: None if np.isnan(value) else value for name, value in figures.items()}
    return Retrieval(figures | {"captions": int(items["rank"].count())} | counts, items)


def _unit(vectors):
    """Rows (n, d) at length one, as float32; rows of zeros stay zero."""
    vectors = np.asarray(vectors, np.float32)
    norm = np.linalg.norm(vectors, axis=1, keepdims=True)
    if not np.isfinite(norm).all():
        raise UserError(
            "vectors to rank hold NaN or infinite values: the training diverged; "
            "lower --rate or set --clipnorm"
        )
    return vectors / np.where(norm > 0, norm, 1)


def first_equal(vectors: Iterable[npt.NDArray[np.float32]]) -> list[int]:
    """Return for each vector the index of the first vector that equals it, bit for bit.

    -0.0 counts as 0.0.
    """
    seen: dict[bytes, int] = {}
    # Adding 0.0 turns -0.0 into 0.0. A digest, since vectors read from a file may fill the memory.
    digests = (hashlib.sha256((row + 0.0).tobytes()).digest() for row in vectors)
    return [seen.setdefault(digest, i) for i, digest in enumerate(digests)]


def _distinct(vectors):
    """Rows (m, d) that differ: where each first stands, and for every row which of them it is."""
    return np.unique(first_equal(vectors), return_inverse=True)


def _counts(similarity, right):
    """Columns of (n, m) above, and others equal to, column right[i] of each row i: two (n,)."""
    mark = np.take_along_axis(similarity, right[:, None], axis=1)
    better = np.count_nonzero(similarity > mark, axis=1)
    return better, np.count_nonzero(similarity == mark, axis=1) - 1


def _paraphrases(image):
    """Indices (n, most) of the other captions of each caption's image, filled up with -1."""
    group, _ = pd.factorize(image)
    place = pd.Series(group).groupby(group).cumcount()
    members = np.full((group.max() + 1, place.max() + 1), -1)
    members[group, place] = np.arange(len(image))
    others = members[group]
    others[np.arange(len(image)), place] = -1
    return -np.sort(-others, axis=1)[:, :-1]


def _first(ranks, exists):
    """Expected rank (n,) of the first of several right candidates (n, most), where they exist.

    The first of r right candidates in random order among t tied ones is at (t + 1) / (r + 1).
    """
    nearest = np.min(ranks.better, axis=1, where=exists, initial=len(exists))
    level = exists & (ranks.better == nearest[:, None])
    tied = np.max(ranks.tied, axis=1, where=level, initial=0) + 1
    return nearest + (tied + 1) / (level.sum(axis=1) + 1)
