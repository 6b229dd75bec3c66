"""Rank correlations, with other variables held fixed."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from scipy import stats

Values = npt.NDArray[np.float64]
NOTHING = 1e-20  # of a sum of squares: a share that is nothing but rounding


def partial_spearman(x: Values, y: Values, fixed: Sequence[Values] = ()) -> Values:
    """Return Spearman's partial correlation of x and y, given other variables.

    It is Pearson's correlation of what is left of the ranks of x and y when their linear
    regressions on the ranks of `fixed` are taken away; without `fixed`, it is Spearman's rho.

    Args:
        x: (n,), or (seeds, n).
        y: (n,), or (seeds, n).
        fixed: arrays (n,).

    Returns:
        The correlation, (), or (seeds,); NaN where there is no spread.
    """
    n = np.shape(y)[-1]
    design = np.stack([np.ones(n), *(stats.rankdata(values) for values in fixed)], axis=1)
    x, y = (_residuals(stats.rankdata(values, axis=-1), design) for values in (x, y))
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(np.sum(x * y, -1) / np.sqrt(np.sum(x * x, -1) * np.sum(y * y, -1)))


def _residuals(values: Values, design: Values) -> Values:
    """Return what a regression of values (..., n) on design (n, variables) leaves.

    Zeros where that is rounding alone, so that a correlation with it is undefined, and not noise.
    """
    basis, _ = np.linalg.qr(design)
    left = values - (values @ basis) @ basis.T
    squares, whole = (np.sum(of * of, axis=-1, keepdims=True) for of in (left, values))
    return np.where(squares <= NOTHING * whole, 0.0, left)
