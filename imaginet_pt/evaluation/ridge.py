"""Ridge regression on categories: which levels of words, positions or relations explain a score.

A row has one level of each variable, so the design is a sparse matrix of ones. All scores that
share a design are fitted together, by one factorization of the normal equations.
"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import sparse
from scipy.sparse.linalg import splu

Values = npt.NDArray[np.float64]


def one_hot(variables: pd.DataFrame) -> tuple[sparse.csr_array, list[str]]:
    """Return a column of zeros and ones for each level of each variable, and its name.

    Args:
        variables: (rows, variables) of categories.

    Returns:
        The matrix (rows, levels), and names VARIABLE=LEVEL (levels,).
    """
    names: list[str] = []
    columns = []
    for variable, values in variables.items():
        codes, levels = pd.factorize(values)
        columns.append(codes + len(names))
        names += [f"{variable}={level}" for level in levels]
    rows, width = len(variables), len(columns)
    start = np.arange(0, rows * width + 1, width)
    data, indices = np.ones(rows * width), np.stack(columns, axis=1).ravel()
    return sparse.csr_array((data, indices, start), shape=(rows, len(names))), names


def ridge(X: sparse.csr_array, Y: Values, alpha: float) -> tuple[Values, Values]:
    """Fit Y = X w + b by least squares with the penalty alpha |w|^2; b has none.

    Args:
        X: (rows, levels).
        Y: (rows, scores), each fitted by itself.
        alpha: above zero.

    Returns:
        w (levels, scores) and b (scores,). The w of a level that X does not have is zero.
    """
    sums = sparse.csr_array(X.sum(axis=0)[:, None])
    penalized = X.T @ X + alpha * sparse.eye_array(X.shape[1])
    normal = sparse.block_array([[penalized, sums], [sums.T, sparse.csr_array([[len(Y)]])]])
    right = np.vstack([X.T @ Y, Y.sum(axis=0)])
    factors = splu(normal.tocsc(), permc_spec="MMD_AT_PLUS_A", options={"SymmetricMode": True})
    solution: Values = factors.solve(right)
    return solution[:-1], solution[-1]


def tuned(
    X: sparse.csr_array, Y: Values, fold: npt.NDArray[np.bool_], alphas: Sequence[float]
) -> tuple[Values, Values, Values]:
    """Fit each score with the penalty that predicts the rows of `fold` best from the others.

    Args:
        X: (rows, levels).
        Y: (rows, scores).
        fold: (rows,), which rows choose the penalty; all rows are fitted with it.
        alphas: penalties to choose from.

    Returns:
        w (levels, scores), b (scores,), and the penalty of each score (scores,).
    """
    losses = []
    for alpha in alphas:
        w, b = ridge(X[~fold], Y[~fold], alpha)
        losses.append(((Y[fold] - X[fold] @ w - b) ** 2).sum(axis=0))
    chosen = np.asarray(alphas)[np.argmin(losses, axis=0)]
    w, b = np.empty((X.shape[1], Y.shape[1])), np.empty(Y.shape[1])
    for alpha in np.unique(chosen):
        of = chosen == alpha
        w[:, of], b[of] = ridge(X, Y[:, of], float(alpha))
    return w, b, chosen
