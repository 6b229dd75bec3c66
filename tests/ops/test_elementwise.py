"""Elementwise operations in C, line by line, against NumPy in double precision."""

import numpy as np
import pytensor
import pytensor.tensor as pt
import pytest
from scipy.special import expit

from imaginet_pt.backends import select
from imaginet_pt.ops.elementwise import Linewise

ROWS, COLUMNS = 5, 7
# Layout -> a matrix of ROWS and COLUMNS from a function that makes an array of a shape.
LAYOUTS = {
    "by rows": lambda make: make(ROWS, COLUMNS),
    "by columns": lambda make: make(COLUMNS, ROWS).T,
    "part of wider rows": lambda make: make(ROWS, 3 * COLUMNS)[:, COLUMNS : 2 * COLUMNS],
    "rows backwards": lambda make: make(ROWS, COLUMNS)[::-1],
    "every second column": lambda make: make(ROWS, 2 * COLUMNS)[:, ::2],
    "columns backwards": lambda make: make(ROWS, COLUMNS)[:, ::-1],
}


def normal(*shape, seed=1):
    return np.random.default_rng(seed).normal(size=shape).astype("float32")


def compiled(inputs, outputs):
    """Their function, all of whose elementwise operations are `Linewise`."""
    function = select.get("c").function(inputs, outputs)
    elementwise = [n.op for n in function.maker.fgraph.toposort() if hasattr(n.op, "scalar_op")]
    assert elementwise and all(type(op) is Linewise for op in elementwise)
    return function


@pytest.fixture(scope="module")
def gated():
    z, h, a = pt.fmatrices("zha")
    return compiled([z, h, a], [z * h + (1 - z) * pt.sigmoid(3.75 * a), pt.gt(a, 0)])


@pytest.mark.parametrize("second", LAYOUTS)
@pytest.mark.parametrize("first", LAYOUTS)
def test_any_layouts_give_what_numpy_gives(first, second, gated):
    z, a = LAYOUTS[first](normal), LAYOUTS[second](normal)
    h = LAYOUTS[first](lambda *shape: normal(*shape, seed=2))
    mixed, positive = gated(z, h, a)
    np.testing.assert_allclose(mixed, z * h + (1 - z) * expit(3.75 * a.astype("d")), atol=2e-6)
    np.testing.assert_array_equal(positive, a > 0)


def test_arrays_of_one_call_are_not_taken_for_those_of_another(gated):
    for rows, columns in [(5, 7), (7, 5), (35, 1), (1, 35), (0, 7), (5, 0), (5, 7)]:
        z, h, a = (normal(rows, columns, seed=seed) for seed in range(3))
        expected = z * h + (1 - z) * expit(3.75 * a.astype("d"))
        np.testing.assert_allclose(gated(z, h, a)[0], expected, atol=2e-6)


@pytest.mark.parametrize("shape", [(1, 7), (5, 1)])
def test_what_does_not_fit_is_refused_whichever_comes_first(shape, gated):
    """Sizes of 1 that only the call knows: such a row is not read beyond its end."""
    for shapes in [(shape, (5, 7)), ((5, 7), shape)]:
        z, h = (normal(*each) for each in shapes)
        with pytest.raises(ValueError, match="[Bb]roadcasting"):
            gated(z, h, h)


def test_rows_columns_and_numbers_that_stand_for_all():
    x, row, column, one = pt.fmatrix("x"), pt.frow("row"), pt.fcol("column"), pt.fscalar("one")
    function = compiled([x, row, column, one], [one * (x + row) - column])
    arrays = normal(5, 7), normal(1, 7), normal(5, 1), np.array(3, "float32")
    for x in (arrays[0], np.asfortranarray(arrays[0])):
        _, row, column, one = arrays
        expected = one * (x + row) - column
        np.testing.assert_allclose(function(x, *arrays[1:])[0], expected, atol=1e-6)


def test_sequences_of_matrices():
    x, b = pt.ftensor3("x"), pt.fvector("b")
    function = compiled([x, b], [1 - x * b])
    for sequence in (normal(4, 5, 7), normal(4, 5, 7)[::-1], normal(5, 4, 7).swapaxes(0, 1)):
        expected = 1 - sequence * normal(7)
        np.testing.assert_allclose(function(sequence, normal(7))[0], expected, atol=1e-6)


def test_an_array_is_changed_where_it_lies():
    x = pytensor.shared(normal(5, 7), "x")
    function = select.get("c").function([], [], [(x, pt.tanh(x) * 2)])
    (node,) = function.maker.fgraph.toposort()
    assert type(node.op) is Linewise and node.op.inplace_pattern == {0: 0}
    function()
    np.testing.assert_allclose(x.get_value(), 2 * np.tanh(normal(5, 7)), rtol=1e-6)


@pytest.fixture(scope="module")
def exponential():
    x = pt.fmatrix("x")
    return compiled([x], [pt.exp(x)])


def test_exp_to_2e7_relative(exponential):
    x = np.linspace(-87, 88.37, 1_000_001, dtype="float32")[None]
    np.testing.assert_allclose(exponential(x)[0], np.exp(x.astype("d")), rtol=2e-7)


def test_exp_of_what_is_too_large_too_small_or_not_a_number(exponential):
    x = np.array([[89, np.inf, -100, -np.inf, np.nan, 0]], "float32")
    large, infinite, small, least, nan, one = exponential(x)[0][0]
    assert large == infinite == np.inf and 0 <= small == least < 2e-38
    assert np.isnan(nan) and one == 1


def test_shapes_that_differ_are_refused(gated):
    with pytest.raises(ValueError, match="dimension"):
        gated(normal(5, 7), normal(5, 7), normal(5, 6))
