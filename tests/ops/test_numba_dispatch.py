"""Our operations compiled by numba: what NumPy computes, in functions that are kept on disk."""

import numba
import numpy as np
import pytensor
import pytensor.tensor as pt
import pytest
from equations import PLAIN

from imaginet_pt.backends import select
from imaginet_pt.ops import adam, cross_entropy, prefixes
from imaginet_pt.ops import numba_kernels as kernels
from imaginet_pt.ops.gather import Gather

CONSTANTS = {"b1": 0.1, "b2": 0.001, "e": 1e-8}
PENALTIES = [{"l1": 0.0, "l2": 0.0}, {"l1": 0.3, "l2": 0.2}]
# Layout -> the gradient, from a function that makes a float32 array of a shape.
LAYOUTS = {
    "matrix": lambda make: make(5, 7),
    "columns of a matrix": lambda make: make(5, 21)[:, 7:14],
    "transposed": lambda make: make(7, 5).T,
    "no rows": lambda make: make(0, 7),
    "more than a thread's share": lambda make: make(500, 300),
    "vector": lambda make: make(7),
}


def normal(*shape, seed=1):
    return np.random.default_rng(seed).normal(size=shape).astype("float32")


@pytest.mark.parametrize("penalties", PENALTIES, ids=["plain", "penalized"])
@pytest.mark.parametrize("layout", LAYOUTS)
def test_adam_does_what_numpy_does(layout, penalties):
    g = LAYOUTS[layout](normal)
    p, m, v = (normal(*g.shape, seed=seed) for seed in range(3))
    p.flat[::3], v[...] = 0, v**2
    constants = CONSTANTS | penalties
    expected = adam.adam_step(p, g, m, v, np.float32(0.01), **constants, xp=np)
    step = kernels.adam_matrix if g.ndim == 2 else kernels.adam_vector
    step(p, g, m, v, np.float32(0.01), tuple(map(np.float32, constants.values())))
    for array, wanted in zip((p, m, v), expected, strict=True):
        np.testing.assert_allclose(array, wanted, rtol=2e-6, atol=1e-7)


@numba.njit
def each(function, x, out):
    for i in range(x.size):
        out[i] = function(x[i])


def test_exp_to_2e7_relative():
    x = np.linspace(-87, 88.37, 1_000_001, dtype="float32")
    out = np.empty_like(x)
    each(kernels.exp32, x, out)
    np.testing.assert_allclose(out, np.exp(x.astype("d")), rtol=2e-7)
    x = np.array([89, np.inf, -100, -np.inf, np.nan, 0], "float32")
    each(kernels.exp32, x, out)
    large, infinite, small, least, nan, one = out[:6]
    assert large == infinite == np.inf and 0 <= small == least < 2e-38
    assert np.isnan(nan) and one == 1


def scored(rng):
    """Scores of 40 rows and 9 words, with words that are certain and impossible, for 60 places."""
    scores, bias = rng.normal(size=(40, 9)).astype("f"), rng.normal(size=9).astype("f")
    rows = np.concatenate([np.arange(40), rng.randint(0, 40, 20)])
    targets = rng.randint(0, 9, 60).astype("int32")
    scores[3, targets[3]], scores[5, targets[5]] = -200, 200
    return scores, bias, rows, targets


@pytest.mark.parametrize("shift", [0, -300, 300])  # the largest score of a row is found below zero
def test_cross_entropy_does_what_numpy_does(shift, rng):
    inputs, expected = scored(rng), [[None], [None], [None]]
    inputs[0][...] += shift
    cross_entropy.CrossEntropy().perform(None, inputs, expected)
    got = kernels.cross_entropy(*inputs, cross_entropy.LOWEST, cross_entropy.HIGHEST)
    for array, (wanted,) in zip(got, expected, strict=True):
        np.testing.assert_allclose(array, wanted, rtol=2e-6, atol=1e-8)


def test_a_score_that_is_no_number_is_not_hidden(rng):
    scores, *others = scored(rng)
    scores[7, 2] = np.nan
    cost, _, _ = kernels.cross_entropy(scores, *others, cross_entropy.LOWEST, cross_entropy.HIGHEST)
    assert np.isnan(cost)


@pytest.mark.parametrize("index, beyond", [(2, 40), (2, -1), (3, 9), (3, -1)])
def test_rows_and_words_beyond_the_scores_are_refused(index, beyond, rng):
    inputs = scored(rng)
    inputs[index][11] = beyond
    with pytest.raises(IndexError, match="beyond"):
        kernels.cross_entropy(*inputs, cross_entropy.LOWEST, cross_entropy.HIGHEST)


def test_rows_and_the_sum_of_their_gradients(rng):
    rows, index = normal(5, 3), np.array([0, 4, 4, 1, 0, 4, 2, 0])
    np.testing.assert_array_equal(kernels.gather(rows, index), rows[index])
    parts, total = normal(8, 3), np.zeros((5, 3))
    np.add.at(total, index, parts)
    np.testing.assert_allclose(kernels.scatter(parts, index, 5), total, rtol=1e-5)
    for beyond in (5, -1):
        index[3] = beyond
        with pytest.raises(IndexError):
            kernels.gather(rows, index)
        with pytest.raises(IndexError):
            kernels.scatter(parts, index, 5)


@pytest.mark.parametrize("shape", [(6, 9), (1, 1), (4, 0), (0, 4)])
def test_prefixes_and_distinct_words_are_numpys(shape, rng):
    X = rng.randint(0, 3, shape).astype("int32")
    expected = prefixes.prefixes(X) if X.size else [np.zeros(0)] * 2
    for array, wanted in zip(kernels.prefixes(X), expected, strict=True):
        np.testing.assert_array_equal(array, wanted)
    expected = np.unique(X.ravel(), return_index=True, return_inverse=True)
    for array, wanted in zip(kernels.unique(X.ravel()), expected, strict=True):
        np.testing.assert_array_equal(array, wanted)


def one_graph():
    """(inputs, outputs) with each of our operations, and those of PyTensor that ours replace."""
    E, b, p, X, Y = pt.fmatrix("E"), pt.fvector("b"), pt.fmatrix("p"), pt.imatrix("X"), pt.ivector()
    words, inverse = pt.unique(X.flatten(), return_inverse=True)
    vectors = Gather()(Gather()(E, words), inverse.reshape(X.shape))
    positions, rows = prefixes.Prefixes()(X)
    states = pt.sigmoid(Gather()(vectors.reshape((-1, 7)), positions))
    cost, _, _ = cross_entropy.CrossEntropy()(states, b, rows, Y)
    step = adam.AdamStep(**CONSTANTS, l1=0.0, l2=0.0)
    updated = step(E, pytensor.grad(cost, E), p, p * p, pt.constant(np.float32(0.01)))
    return [E, b, p, X, Y], [cost, *updated]


def test_all_of_them_in_one_graph_which_another_process_reads_from_disk(rng):
    inputs, outputs = one_graph()
    arrays = (
        normal(11, 7),
        normal(7),
        normal(11, 7),
        *(rng.randint(0, 7, shape).astype("int32") for shape in [(4, 3), 12]),
    )
    given = [array.copy() for array in arrays]
    first, second = (select.get("numba").function(inputs, outputs) for _ in range(2))
    expected = PLAIN.function(inputs, outputs)(*arrays)
    for function in (first, second):
        for array, wanted in zip(function(*given), expected, strict=True):
            np.testing.assert_allclose(array, wanted, rtol=2e-6, atol=1e-7)
    for array, old in zip(given, arrays, strict=True):
        np.testing.assert_array_equal(array, old)
    hits = second.vm.jit_fn.stats.cache_hits
    assert sum(hits.values()) == 1
