"""LINREG: image vectors by ridge regression on word counts, equation 13."""

import warnings
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt
import scipy.linalg
import scipy.sparse
from scipy.linalg import LinAlgWarning

from ..errors import explained
from ..ops.types import Array

BLOCK = 4096  # images read at once


class Scaler(Protocol):
    """The interface of the scalers of image features, `data.scalers`."""

    def transform(self, images: Array) -> Array:
        """Return scaled image features."""


def ridge(
    X: Any, rows: npt.NDArray[np.integer[Any]], images: Array, scaler: Scaler, alpha: float
) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]:
    """Solve  min |X w + b - Z|^2 + alpha |w|^2  exactly, with b free of the penalty.

    The targets Z are the scaled image vectors of the captions. Images are read in blocks, each
    image once, however many captions it has.

    Args:
        X: word counts, a sparse array (captions, words).
        rows: the row of `images` for each caption, (captions,).
        images: image features, (images, features).
        scaler: scales the features.
        alpha: weight of the penalty.

    Returns:
        w (words, features) and b (features,).

    Raises:
        UserError: `alpha` is 0, or so small that there is no unique solution.
    """
    n = X.shape[0]
    moments = _moments(X, rows, images, scaler)
    x_mean, z_mean = X.mean(axis=0), moments[-1] / n
    gram = (X.T @ X).toarray() - n * np.outer(x_mean, x_mean)
    gram[np.diag_indices_from(gram)] += alpha
    moments = moments[:-1] - n * np.outer(x_mean, z_mean)
    small = f"`ridge_alpha` is {alpha}, too small: the captions do not determine all weights"
    with explained(lambda error: f"{small}; raise it", np.linalg.LinAlgError, LinAlgWarning):
        w = _solve(gram, moments)
    return w.astype("float32"), (z_mean - x_mean @ w).astype("float32")


def _solve(
    gram: npt.NDArray[np.float64], moments: npt.NDArray[np.float64]
) -> npt.NDArray[np.float64]:
    """Return gram^-1 moments, overwriting both; SciPy's warning that it may be noise is raised."""
    with warnings.catch_warnings():
        warnings.simplefilter("error", LinAlgWarning)
        solution: npt.NDArray[np.float64] = scipy.linalg.solve(
            gram, moments, assume_a="pos", overwrite_a=True, overwrite_b=True
        )
    return solution


def _moments(
    X: Any, rows: npt.NDArray[np.integer[Any]], images: Array, scaler: Scaler
) -> npt.NDArray[np.float64]:
    """Return X'Z with the sum of Z over captions as its last row: (words + 1, features)."""
    n = X.shape[0]
    used, position = np.unique(rows, return_inverse=True)
    caption_of = scipy.sparse.csr_array((np.ones(n), (position, np.arange(n))), (len(used), n))
    sums = scipy.sparse.hstack([caption_of @ X, caption_of.sum(axis=1)[:, None]], format="csr")
    moments = np.zeros((sums.shape[1], images.shape[1]))
    for i in range(0, len(used), BLOCK):
        Z = scaler.transform(np.asarray(images[used[i : i + BLOCK]]))
        moments += sums[i : i + BLOCK].T @ Z.astype("float64")
    return moments
