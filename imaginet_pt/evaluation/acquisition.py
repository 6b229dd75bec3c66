"""How well a model knows each word at an epoch, and when it came to know it."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import stats

from ..data.dataset import Dataset
from ..runs.workflow import Workflow
from .ranking import similarities
from .retrieval import image_vectors

Values = npt.NDArray[np.float64]


def areas(scores: Values, right: npt.NDArray[np.bool_]) -> Values:
    """Return the area under the ROC curve of each row: how often a right one scores higher.

    Args:
        scores: (words, images).
        right: (words, images), with right and wrong ones in each row.

    Returns:
        Array (words,), 0.5 by chance; equal scores count one half.
    """
    ranks = stats.rankdata(scores, axis=1)
    n = right.sum(axis=1)
    above = np.sum(ranks * right, axis=1) - n * (n + 1) / 2
    return np.asarray(above / (n * (right.shape[1] - n)))


def image_areas(
    workflow: Workflow,
    words: Sequence[str],
    dataset: Dataset,
    right: npt.NDArray[np.bool_],
    split: str,
) -> Values:
    """Return how well each word alone finds the images whose captions have it, (words,).

    Args:
        workflow: the run, at an epoch.
        words: known to it.
        dataset: the images.
        right: (words, images of the split in the order of their rows).
        split: the part of the data.
    """
    row = workflow.words()
    projected = workflow.project_words()[[row[word] for word in words]]
    imagined = workflow.scaler.transform(projected)
    rows = np.unique(dataset.captions(split).rows)
    images = image_vectors(workflow, dataset, rows, imagined)
    cosines = np.empty((len(words), len(rows)), np.float32)
    for block, similarity in similarities(imagined, images):
        cosines[block] = similarity
    return areas(cosines.astype(np.float64), right)


def mean_surprisal(workflow: Workflow, words: Sequence[str], texts: Sequence[str]) -> Values:
    """Return the mean bits of each word over its occurrences in captions, (words,)."""
    table: pd.DataFrame = workflow.surprisal(list(texts))
    by_word = table.groupby("word")["bits"].mean().reindex(list(words))
    return np.asarray(by_word, np.float64)


def halfway(curves: Values) -> Values:
    """Return the value half of the way from each curve's start to its best, (words,).

    So Chang and Bergen (2022) cut curves of surprisal. For a curve that never rises above its
    start there is none: infinity.

    Args:
        curves: (epochs, words), the first before training; higher is better.
    """
    start, best = curves[0], curves.max(axis=0)
    return np.asarray(np.where(best > start, (start + best) / 2, np.inf))


def ages(curves: Values, threshold: npt.ArrayLike) -> Values:
    """Return the epoch at which each curve first passes its threshold, (words,).

    Between epochs the curve is a straight line. One that never passes comes after the last epoch.

    Args:
        curves: (epochs, words), the first before training; higher is better.
        threshold: one for all, or (words,).
    """
    threshold = np.broadcast_to(threshold, curves.shape[1])
    passed = curves >= threshold
    first = passed.argmax(axis=0)
    before, columns = np.maximum(first - 1, 0), np.arange(curves.shape[1])
    low, high = curves[before, columns], curves[first, columns]
    with np.errstate(divide="ignore", invalid="ignore"):
        between = np.where(first > 0, (threshold - low) / (high - low), 0)
    return np.asarray(np.where(passed.any(axis=0), before + between, len(curves)))
