"""Words on a plane: the first two principal components of their vectors, by SciPy's `eigh`."""

from typing import Any

import numpy as np
import numpy.typing as npt
import scipy.linalg


def plane(vectors: npt.NDArray[np.floating[Any]]) -> npt.NDArray[np.float64]:
    """Project vectors (n, d) onto two dimensions, (n, 2), in [-1, 1], with 0 midway.

    The vectors are brought to length one first, since the words' neighbours are by cosine. The
    direction of each axis is such that its largest coordinate is positive.
    """
    rows = np.asarray(vectors, dtype=np.float64)
    norms = np.linalg.norm(rows, axis=1, keepdims=True)
    rows = rows / np.where(norms > 0, norms, 1)
    rows -= rows.mean(axis=0)
    size = rows.shape[1]
    first = max(0, size - 2)
    _, axes = scipy.linalg.eigh(rows.T @ rows, subset_by_index=[first, size - 1])
    points = np.zeros((len(rows), 2))
    points[:, : size - first] = (rows @ axes)[:, ::-1]
    extremes = points[np.abs(points).argmax(axis=0), [0, 1]]
    points *= np.where(extremes < 0, -1, 1)
    points -= (points.max(axis=0) + points.min(axis=0)) / 2
    return np.asarray(points / (np.abs(points).max() or 1))
