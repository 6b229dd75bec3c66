"""LINREG against a dense solution of the same problem."""

import re

import numpy as np
import pytest
import scipy.sparse

from imaginet_pt.data import bag_of_words
from imaginet_pt.data.scalers import NoScaler, StandardScaler
from imaginet_pt.errors import UserError
from imaginet_pt.nn import linreg


def test_counts_leave_out_the_special_ids():
    X = bag_of_words.count_words([[3, 4, 3, 2], [], [5]], 6).toarray()
    np.testing.assert_array_equal(X, [[2, 1, 0], [0, 0, 0], [0, 0, 1]])


def solve(X, Z, alpha):
    """Ridge with a free intercept as an ordinary least squares problem with added rows."""
    n, words = X.shape
    A = np.block([[X, np.ones((n, 1))], [np.sqrt(alpha) * np.eye(words), np.zeros((words, 1))]])
    solution = np.linalg.lstsq(A, np.vstack([Z, np.zeros((words, Z.shape[1]))]), rcond=None)[0]
    return solution[:-1], solution[-1]


def test_ridge_is_the_exact_solution(monkeypatch):
    monkeypatch.setattr(linreg, "BLOCK", 3)  # several blocks of images
    rng = np.random.RandomState(0)
    captions = [list(rng.randint(3, 9, rng.randint(1, 6))) for _ in range(40)]
    images, rows = rng.uniform(0, 3, (8, 5)).astype("float32"), rng.randint(0, 8, 40)
    X = bag_of_words.count_words(captions, 9)
    for scaler in (NoScaler(), StandardScaler.fit(images, rows)):
        w, b = linreg.ridge(X, rows, images, scaler, 0.7)
        expected_w, expected_b = solve(X.toarray(), scaler.transform(images)[rows], 0.7)
        np.testing.assert_allclose(w, expected_w, rtol=1e-4, atol=1e-5)
        np.testing.assert_allclose(b, expected_b, rtol=1e-4, atol=1e-5)


# Of the first the factorization succeeds, and the weights would be noise; of the second it fails.
@pytest.mark.parametrize("captions, words", [(50, 10), (500, 40)])
def test_weights_that_captions_do_not_determine_are_refused(captions, words):
    rng = np.random.RandomState(0)
    X = rng.poisson(0.3, (captions, words)).astype(float)
    X[:, 3] = X[:, 2]  # two words that always come together
    rows, images = np.arange(captions), rng.rand(captions, 5).astype("float32")
    task = scipy.sparse.csr_array(X), rows, images, NoScaler()
    with pytest.raises(UserError, match=re.escape("`ridge_alpha` is 0, too small")):
        linreg.ridge(*task, 0)
    w, _ = linreg.ridge(*task, 1e-3)
    np.testing.assert_allclose(w[2], w[3], rtol=1e-3, atol=1e-4)
