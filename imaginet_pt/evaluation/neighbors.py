"""Captions and images nearest to a sentence, by the cosine of their vectors.

The search is exact: `ranking.similarities` computes all cosines, one block of queries at a time.
"""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from ..data.dataset import Dataset
from ..runs.workflow import Workflow, predicted_images
from .ranking import Indices, Vectors, similarities
from .retrieval import STATES, image_vectors, orders

Query = dict[str, list[int]]  # word ids of a sentence in each order of its words


class Nearest(NamedTuple):
    """The candidates nearest to each query, nearest first: two arrays (queries, k).

    Attributes:
        index: the candidates' rows; equally near ones are in the order of their rows.
        similarity: their cosines.
    """

    index: Indices  # type: ignore[assignment]  # a tuple has a method of that name
    similarity: Vectors


def nearest(
    queries: Vectors, candidates: Vectors, k: int, leave_out: npt.ArrayLike | None = None
) -> Nearest:
    """Find the `k` candidates nearest to each query, or all of them where there are fewer.

    Args:
        queries: (n, d) float32.
        candidates: (m, d) float32.
        k: how many to find.
        leave_out: (n,) int, for each query a row of `candidates` to leave out, such as the query
            itself; -1 for none.

    Returns:
        Nearest of shape (n, k).

    Raises:
        UserError: a vector holds NaN or infinity.
    """
    excluded = np.full(len(queries), -1) if leave_out is None else np.asarray(leave_out)
    k = min(k, len(candidates) - bool((excluded >= 0).any()))
    shape = (len(queries), k)
    result = Nearest(np.empty(shape, np.int64), np.empty(shape, np.float32))
    for rows, similarity in similarities(queries, candidates):
        out = excluded[rows]
        similarity[np.flatnonzero(out >= 0), out[out >= 0]] = -np.inf
        result.index[rows] = _largest(similarity, k)
        result.similarity[rows] = np.take_along_axis(similarity, result.index[rows], axis=1)
    return result


def states(workflow: Workflow, captions: Iterable[Sequence[int]]) -> Vectors:
    """Compute the last state of the visual pathway for lists of word ids, (captions, size).

    For a model without it, compute the first of `retrieval.STATES` that it has: LINREG's image.
    Each caption is read by itself, so that its vector does not depend on the others, and equal
    captions have vectors that are equal bit for bit.
    """
    outputs = outputs_of(workflow, captions)
    return next(outputs[name] for name in STATES if name in outputs)


def captions(
    workflow: Workflow,
    queries: Sequence[Sequence[int]],
    candidates: Sequence[Sequence[int]],
    k: int,
    leave_out: npt.ArrayLike | None = None,
) -> Nearest:
    """Find the `k` captions nearest to each query, by their `states`.

    Args:
        workflow: the run that reads the captions.
        queries: lists of word ids.
        candidates: lists of word ids.
        k: as for `nearest`.
        leave_out: as for `nearest`.

    Returns:
        Nearest of shape (queries, k).
    """
    vectors = states(workflow, [*queries, *candidates])
    return nearest(vectors[: len(queries)], vectors[len(queries) :], k, leave_out)


def images(
    workflow: Workflow, queries: Sequence[Sequence[int]], dataset: Dataset, split: str, k: int
) -> Nearest:
    """Find the `k` images of a split nearest to the image predicted from each query.

    As in retrieval, the cosine is that of vectors scaled as in training.

    Args:
        workflow: the run that predicts.
        queries: lists of word ids, each read by itself.
        dataset: the images.
        split: the part of the data to search.
        k: how many to find.

    Returns:
        Nearest of shape (queries, k); its index holds rows of `dataset.features`.

    Raises:
        UserError: no such split, images of another size, or the model does not predict images.
    """
    vectors = predicted_images(workflow, outputs_of(workflow, queries))
    rows = np.array(sorted(image.imgid for image in dataset.split(split)))
    near = nearest(vectors, image_vectors(workflow, dataset, rows, vectors), k)
    return near._replace(index=rows[near.index])


def word_orders(workflow: Workflow, texts: Sequence[str]) -> list[Query]:
    """Return the word ids of each text in each order of `retrieval.orders`."""
    by_order = orders(workflow.tokenizer.transform(texts))
    return [dict(zip(by_order, ids, strict=True)) for ids in zip(*by_order.values(), strict=True)]


def flat(queries: Iterable[Query]) -> list[list[int]]:
    """Flatten the queries of `word_orders`: all orders of the first one, then of the next."""
    return [ids for query in queries for ids in query.values()]


def table(workflow: Workflow, queries: Sequence[Query], near: Nearest) -> pd.DataFrame:
    """Return the neighbours of queries as a table, a row for each query, order and rank.

    Args:
        workflow: the run whose vocabulary the queries are in.
        queries: the queries, from `word_orders`.
        near: their neighbours, of shape (queries x orders, k), in the order of `flat`.

    Returns:
        DataFrame with `number` (of the query, from 1), `order`, `query` (the words in that order,
        as the model reads them), `rank`, `index` (as in `near`) and `similarity`.
    """
    numbered = [(i, order) for i, query in enumerate(queries, 1) for order in query]
    texts = workflow.tokenizer.inverse_transform(flat(queries))
    return pd.DataFrame(
        {
            "number": number, "order": order, "query": query, "rank": rank, "index": index,
            "similarity": similarity,
        }
        for (number, order), query, *row in zip(numbered, texts, *near, strict=True)
        for rank, (index, similarity) in enumerate(zip(*row, strict=True), start=1)
    )  # fmt: skip


def _largest(similarity: Vectors, k: int) -> list[Indices]:
    """Return the columns of the `k` largest values of each row, largest first, ties in order."""
    marks = np.partition(similarity, -k, axis=1)[:, -k]
    kept = (np.flatnonzero(row >= mark) for row, mark in zip(similarity, marks, strict=True))
    return [
        columns[np.argsort(-row[columns], kind="stable")[:k]]
        for row, columns in zip(similarity, kept, strict=True)
    ]


def outputs_of(workflow: Workflow, captions: Iterable[Sequence[int]]) -> dict[str, Vectors]:
    """Compute the outputs of lists of word ids by name, (captions, size) each.

    Each list is read by itself, and equal lists once.
    """
    place: dict[tuple[int, ...], int] = {}
    rows = [place.setdefault(tuple(ids), len(place)) for ids in captions]
    outputs = workflow.model.outputs([list(ids) for ids in place], "none")
    return {name: vectors[rows] for name, vectors in outputs.items()}
