"""Captions and images nearest to a sentence, by the cosine of their vectors.

The search is exact: `evaluation.similarities` gives all cosines, a block of queries at a time.
"""

from typing import NamedTuple

import numpy as np
import pandas as pd

from ..runs.workflow import predicted_images
from .ranking import similarities
from .retrieval import STATES, image_vectors, orders


class Nearest(NamedTuple):
    """The candidates nearest to each query, nearest first: two arrays (queries, k).

    index: int64, the candidates' rows; equally near ones stand by their row.
    similarity: float32, their cosines.
    """

    index: np.ndarray  # type: ignore[assignment]  # a tuple has a method of that name
    similarity: np.ndarray


def nearest(queries, candidates, k, leave_out=None):
    """The `k` candidates nearest to each query, or all of them where there are fewer.

    Args:
        queries: (n, d) float32.
        candidates: (m, d) float32.
        leave_out: (n,) int, a row of `candidates` that is not to be found for each query, as
            the query itself; -1 for none.

    Returns:
        Nearest of shape (n, k).

    Raises:
        UserError: a vector holds NaN or infinity.
    """
    leave_out = np.full(len(queries), -1) if leave_out is None else np.asarray(leave_out)
    k = min(k, len(candidates) - bool((leave_out >= 0).any()))
    found = Nearest(*(np.empty((len(queries), k), kind) for kind in (np.int64, np.float32)))
    for rows, similarity in similarities(queries, candidates):
        out = leave_out[rows]
        similarity[np.flatnonzero(out >= 0), out[out >= 0]] = -np.inf
        found.index[rows] = _first(similarity, k)
        found.similarity[rows] = np.take_along_axis(similarity, found.index[rows], axis=1)
    return found


def states(workflow, captions):
    """The last state of the visual pathway for lists of word ids, (captions, size) float32.

    A model without that state gives the first of `assess.STATES` that it has: LINREG its image.
    Each caption is read by itself, so that its vector does not depend on others, and captions of
    equal words have equal vectors, bit for bit.
    """
    outputs = _outputs(workflow, captions)
    return next(outputs[name] for name in STATES if name in outputs)


def captions(workflow, queries, candidates, k, leave_out=None):
    """The `k` captions nearest to each query, by their `states`.

    Args:
        queries, candidates: lists of word ids.
        k, leave_out: as for `nearest`.

    Returns:
        Nearest of shape (queries, k).
    """
    vectors = states(workflow, [*queries, *candidates])
    return nearest(vectors[: len(queries)], vectors[len(queries) :], k, leave_out)


def images(workflow, queries, dataset, split, k):
    """The `k` images of a split nearest to the image predicted from each query.

    As in retrieval, the cosine is that of vectors scaled as in training.

    Args:
        queries: lists of word ids, each read by itself.

    Returns:
        Nearest of shape (queries, k); its index holds rows of `dataset.features`.

    Raises:
        UserError: no such split, images of another size, or the model does not predict images.
    """
    vectors = predicted_images(workflow, _outputs(workflow, queries))
    rows = np.array(sorted(image.imgid for image in dataset.split(split)))
    found = nearest(vectors, image_vectors(workflow, dataset, rows, vectors), k)
    return found._replace(index=rows[found.index])


def word_orders(workflow, texts):
    """{order: word ids} of each text, as `assess.orders` makes them of all together."""
    made = orders(workflow.tokenizer.transform(texts))
    return [dict(zip(made, both, strict=True)) for both in zip(*made.values(), strict=True)]


def flat(queries):
    """The lists of word ids of `asked`, query by query and in each order by order."""
    return [ids for query in queries for ids in query.values()]


def table(workflow, queries, found):
    """What was found for queries of `asked`, a row a query, order and rank.

    found: `Nearest` of shape (queries x orders, k), in the order of `flat`.

    Returns:
        DataFrame with `number` (of the query, from 1), `order`, `query` (the words in that order,
        as the model reads them), `rank`, `index` (as in `found`) and `similarity`.
    """
    turned = [(i, order) for i, query in enumerate(queries, 1) for order in query]
    said = workflow.tokenizer.inverse_transform(flat(queries))
    return pd.DataFrame(
        {
            "number": number, "order": order, "query": query, "rank": rank, "index": index,
            "similarity": similarity,
        }
        for (number, order), query, *near in zip(turned, said, *found, strict=True)
        for rank, (index, similarity) in enumerate(zip(*near, strict=True), start=1)
    )  # fmt: skip


def _first(similarity, k):
    """Columns (n, k) of the `k` largest values of each row, the largest first, ties in order."""
    marks = np.partition(similarity, -k, axis=1)[:, -k]
    kept = (np.flatnonzero(row >= mark) for row, mark in zip(similarity, marks, strict=True))
    return [
        columns[np.argsort(-row[columns], kind="stable")[:k]]
        for row, columns in zip(similarity, kept, strict=True)
    ]


def _outputs(workflow, captions):
    """Outputs by name of lists of word ids: those that are equal are read once."""
    place: dict[tuple[int, ...], int] = {}
    rows = [place.setdefault(tuple(ids), len(place)) for ids in captions]
    outputs = workflow.model.outputs([list(ids) for ids in place], "none")
    return {name: vectors[rows] for name, vectors in outputs.items()}
