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
    imagined = workflow.project_words()[[row[word] for word in words]]
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


def ages(curves: Values, start: float | None = None) -> Values:
    """Return the epoch at which each curve has come half of its way, (words,).

    Half of the way from the start to the best, by linear interpolation between epochs, as Chang
    and Bergen (2022) cut the curves of surprisal between chance and the least. A curve that never
    rises above its start comes after the last epoch.

    Args:
        curves: (epochs, words), the first before training; higher is better.
        start: of all curves, as chance; by default the first value of each.
    """
    begin = curves[0] if start is None else np.full(curves.shape[1], start)
    half = (begin + curves.max(axis=0)) / 2
    passed = curves >= half
    last = passed.argmax(axis=0)
    before = np.maximum(last - 1, 0)
    columns = np.arange(curves.shape[1])
    low, high = curves[before, columns], curves[last, columns]
    with np.errstate(divide="ignore", invalid="ignore"):
        between = np.where(last > 0, (half - low) / (high - low), 0)
    return np.asarray(np.where(curves.max(axis=0) > begin, before + between, len(curves)))
