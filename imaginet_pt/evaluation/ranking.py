"""Retrieval of images and of paraphrases by cosine: ranks, accuracy, recall (paper, section 4.2).

Any arrays can be ranked. A rank needs a count of nearer candidates, not a sort, so similarities are
computed one block of queries at a time and never kept. Three rules decide every rank:

- Cosines are float32. A vector of zeros, which a rectified prediction can be, has cosine 0 to all.
- Candidates that are equal bit for bit share one column of the matrix product, and the right
  candidate's similarity comes from the same product. So equal vectors are tied whatever the
  rounding, and vectors that differ are tied only if their float32 similarities are the same number.
- Tied candidates count as in random order, and the expected value is reported: with b better and
  t tied, rank b + 1 + t/2, and in the first k with probability clip((k - b) / (t + 1), 0, 1).
  A predictor that cannot tell the candidates apart therefore scores chance.
"""

import hashlib
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from ..errors import UserError

Vectors = npt.NDArray[np.float32]
Indices = npt.NDArray[np.int64]
Values = npt.NDArray[np.float64]

BLOCK = 2**24  # similarities in memory at a time: 64 MB


class Ranks(NamedTuple):
    """The counts that decide the rank of each right candidate: arrays of one shape.

    Attributes:
        better: candidates strictly nearer to the query than the right one.
        tied: other candidates exactly as near.
    """

    better: Indices
    tied: Indices

    @property
    def rank(self) -> Values:
        """The expected rank, 1 = first."""
        return self.better + 1 + self.tied / 2

    def within(self, k: int) -> Values:
        """Return the probability of being among the first k: 0 or 1 without ties."""
        return np.clip((k - self.better) / (self.tied + 1), 0, 1)


class ParaphraseRanks(NamedTuple):
    """The ranks of captions' paraphrases: arrays (n,), NaN for an image with a single caption.

    Attributes:
        recall: the expected share of the k nearest captions that describe the query's image.
        rank: the expected rank of the nearest other caption of the query's image, 1 = first.
    """

    recall: Values
    rank: Values


class Retrieval(NamedTuple):
    """The result of one search task.

    Attributes:
        metrics: figures and counts, in JSON's types.
        items: one row per query, over which the figures are averaged.
    """

    metrics: dict[str, Any]
    items: pd.DataFrame


def similarities(queries: Vectors, candidates: Vectors) -> Iterator[tuple[slice, Vectors]]:
    """Compute the cosines of all queries and candidates, one block of queries at a time.

    Args:
        queries: (n, d) float32.
        candidates: (m, d) float32. Equal rows get equal similarities, bit for bit.

    Yields:
        (rows, similarity): a slice of the queries, and their cosines (rows, m) float32.

    Raises:
        UserError: a vector holds NaN or infinity, which would rank as if nothing were nearer.
    """
    first, column = _distinct(candidates)
    distinct = unit(candidates[first]).T
    size = max(1, BLOCK // len(candidates))
    for start in range(0, len(queries), size):
        rows = slice(start, start + size)
        yield rows, np.take(unit(queries[rows]) @ distinct, column, axis=1)


def image_ranks(predicted: Vectors, images: Vectors, right: Indices) -> Ranks:
    """Find the rank of the right image among all images, for each caption.

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


def paraphrase_ranks(
    queries: Vectors, candidates: Vectors, image: Indices, k: int = 4
) -> ParaphraseRanks:
    """Find the ranks of the other captions of each caption's image, among all but itself.

    Args:
        queries: (n, d) float32, states of the captions, in their order or scrambled.
        candidates: (n, d) float32, states of the same captions in their original order.
        image: (n,) int, the image that each caption describes.
        k: how many of the nearest count for the recall, which is divided by k.

    Returns:
        ParaphraseRanks. Unlike in the original, the query itself does not count in the rank.
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
    first = _first_rank(ranks, exists)
    return ParaphraseRanks(np.where(some, recall, np.nan), np.where(some, first, np.nan))


def image_retrieval(predicted: Vectors, images: Vectors, right: Indices) -> Retrieval:
    """Measure accuracy at 1, 5 and 10 and the median rank; the arguments are `image_ranks`'s."""
    ranks = image_ranks(predicted, images, right)
    items = {f"accuracy@{k}": ranks.within(k) for k in (1, 5, 10)}
    return _retrieval(items, ranks.rank, images=len(images))


def paraphrase_retrieval(queries: Vectors, candidates: Vectors, image: Indices) -> Retrieval:
    """Measure recall at 4 and the median rank; the arguments are those of `paraphrase_ranks`.

    Only captions that have a paraphrase are averaged: `captions` in the metrics is their number,
    and without any the figures are None.
    """
    recall, rank = paraphrase_ranks(queries, candidates, image, k=4)
    return _retrieval({"recall@4": recall}, rank, candidates=len(candidates))


def _retrieval(scores: dict[str, Values], rank: Values, **counts: int) -> Retrieval:
    """Return mean scores, the median rank and counts, with the items behind them."""
    items = pd.DataFrame(scores | {"rank": rank})
    figures = items[list(scores)].mean().to_dict() | {"median_rank": float(items["rank"].median())}
    figures = {name: None if np.isnan(value) else value for name, value in figures.items()}
    return Retrieval(figures | {"captions": int(items["rank"].count())} | counts, items)


def unit(vectors: Vectors) -> Vectors:
    """Scale rows (n, d) to length one, as float32; rows of zeros stay zero."""
    vectors = np.asarray(vectors, np.float32)
    norm = np.linalg.norm(vectors, axis=1, keepdims=True)
    if not np.isfinite(norm).all():
        raise UserError(
            "vectors to rank hold NaN or infinite values: the training diverged; "
            "lower `rate` or set `clipnorm`"
        )
    return np.asarray(vectors / np.where(norm > 0, norm, 1), np.float32)


def first_equal(vectors: Iterable[npt.NDArray[np.float32]]) -> list[int]:
    """Return for each vector the index of the first vector that equals it bit for bit.

    -0.0 counts as 0.0.
    """
    seen: dict[bytes, int] = {}
    # Adding 0.0 turns -0.0 into 0.0. A digest, since vectors read from a file may fill the memory.
    digests = (hashlib.sha256((row + 0.0).tobytes()).digest() for row in vectors)
    return [seen.setdefault(digest, i) for i, digest in enumerate(digests)]


def _distinct(vectors: Vectors) -> tuple[Indices, Indices]:
    """Find the distinct rows of (m, d): the first index of each, and for every row which it is."""
    return np.unique(first_equal(vectors), return_inverse=True)


def _counts(similarity: Vectors, right: Indices) -> tuple[Indices, Indices]:
    """Count in each row i of (n, m) the values above that at right[i], and others equal to it."""
    mark = np.take_along_axis(similarity, right[:, None], axis=1)
    better = np.count_nonzero(similarity > mark, axis=1)
    return better, np.count_nonzero(similarity == mark, axis=1) - 1


def _paraphrases(image: Indices) -> Indices:
    """Return indices (n, most) of the other captions of each caption's image, padded with -1."""
    group, _ = pd.factorize(image)
    place = pd.Series(group).groupby(group).cumcount()
    members = np.full((group.max() + 1, place.max() + 1), -1)
    members[group, place] = np.arange(len(image))
    others: Indices = members[group]
    others[np.arange(len(image)), place] = -1
    filled_last: Indices = -np.sort(-others, axis=1)
    return filled_last[:, :-1]


def _first_rank(ranks: Ranks, exists: npt.NDArray[np.bool_]) -> Values:
    """Return the expected rank (n,) of the first of several right candidates (n, most).

    The first of r right candidates in random order among t tied ones is at (t + 1) / (r + 1).
    """
    nearest = np.min(ranks.better, axis=1, where=exists, initial=len(exists))
    level = exists & (ranks.better == nearest[:, None])
    tied = np.max(ranks.tied, axis=1, where=level, initial=0) + 1
    return np.asarray(nearest + (tied + 1) / (level.sum(axis=1) + 1))
