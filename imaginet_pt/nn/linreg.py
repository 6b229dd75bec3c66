"""LINREG: image vectors by ridge regression on word counts, equation 13."""

import numpy as np
import scipy.linalg
import scipy.sparse

from ..errors import UserError

BLOCK = 4096  # images read at once


def ridge(X, rows, images, scaler, alpha):
    """The exact solution (w, b) of  min |X w + b - Z|^2 + alpha |w|^2,  b free of the penalty.

    X: sparse (captions, words); rows: (captions,), the row of `images` (images, features) that,
    scaled, is the target of each caption. The targets are read a block of images at a time, never
    one row a caption. Returns w (words, features) and b (features,), float32.

    Raises:
        UserError: `alpha` is 0 or so small that there is no one solution.
    """
    n = X.shape[0]
    used, position = np.unique(rows, return_inverse=True)
    of_image = scipy.sparse.csr_array((np.ones(n), (position, np.arange(n))), (len(used), n))
    sums = scipy.sparse.hstack([of_image @ X, of_image.sum(axis=1)[:, None]], format="csr")
    moments = np.zeros((sums.shape[1], images.shape[1]))
    for i in range(0, len(used), BLOCK):
        Z = scaler.transform(np.asarray(images[used[i : i + BLOCK]]))
        moments += sums[i : i + BLOCK].T @ Z.astype("float64")
    x_mean, z_mean = X.mean(axis=0), moments[-1] / n
    gram = (X.T @ X).toarray() - n * np.outer(x_mean, x_mean)
    gram[np.diag_indices_from(gram)] += alpha
    moments = moments[:-1] - n * np.outer(x_mean, z_mean)
    try:
        w = scipy.linalg.solve(gram, moments, assume_a="pos", overwrite_a=True, overwrite_b=True)
    except np.linalg.LinAlgError:
        raise UserError(
            f"--ridge-alpha {alpha}: too small, the captions do not decide all weights; raise it"
        ) from None
    return w.astype("float32"), (z_mean - x_mean @ w).astype("float32")
