"""What single hidden units respond to: the mutual information of their states with contexts."""

from collections.abc import Hashable, Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from ..data.preprocessing import PAD
from ..runs.workflow import Workflow
from .ranking import Vectors

BINS = 20
START = "*"  # before the first word of a caption

Codes = npt.NDArray[np.int64]
Values = npt.NDArray[np.float64]


def states(workflow: Workflow, captions: Sequence[Sequence[int]], state: str) -> Vectors:
    """Compute the state of a pathway after each word of captions, (words, units).

    The state after a word is the last one of the beginning that ends there, and captions that
    begin alike share it.

    Args:
        workflow: the run that reads.
        captions: lists of word ids; PAD is read before each, as in the training.
        state: "hidden_vis" or "hidden_text".
    """
    place: dict[tuple[int, ...], int] = {}
    beginnings = (tuple(ids[: i + 1]) for ids in captions for i in range(len(ids)))
    rows = [place.setdefault(beginning, len(place)) for beginning in beginnings]
    outputs = workflow.model.raw_outputs([[PAD, *ids] for ids in place], "none")
    return np.asarray(outputs[state])[rows]


def ngrams(sequence: Sequence[str], order: int) -> list[tuple[str, ...]]:
    """Return each element with the order - 1 before it.

    >>> ngrams(["a", "dog"], 2)
    [('*', 'a'), ('a', 'dog')]
    """
    padded = [START] * (order - 1) + list(sequence)
    return list(zip(*(padded[i:] for i in range(order)), strict=False))


def binned(values: Vectors) -> Codes:
    """Return the bin of each value (rows, units), from 0: `BINS` of equal size in each unit.

    Values that are equal fall into one bin.
    """
    edges = np.quantile(values, np.linspace(0, 1, BINS + 1)[1:-1], axis=0)
    columns = [
        np.searchsorted(edge, column, side="right")
        for edge, column in zip(edges.T, values.T, strict=True)
    ]
    return np.stack(columns, axis=1)


def mutual_information(bins: Codes, contexts: Sequence[Hashable]) -> Values:
    """Return I(A; C) in nats of each unit's bin A and the context C, (units,).

    I(A; C) = H(A) + H(C) - H(A, C), with the entropies of the counts.

    Args:
        bins: (rows, units), from 0 to `BINS` - 1.
        contexts: of each row.
    """
    codes, levels = pd.factorize(pd.Series(list(contexts), dtype=object))
    alone = _entropy(np.bincount(codes))
    return np.array(
        [
            _entropy(np.bincount(unit))
            + alone
            - _entropy(np.bincount(codes * BINS + unit, minlength=len(levels) * BINS))
            for unit in bins.T
        ]
    )


def _entropy(counts: Codes) -> float:
    shares = counts[counts > 0] / counts.sum()
    return float(-(shares * np.log(shares)).sum())
