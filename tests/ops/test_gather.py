"""Rows by index, and the sum of their gradients, with C code and with NumPy."""

import numpy as np
import pytensor
import pytensor.tensor as pt
import pytest
from equations import PLAIN

from imaginet_pt.backends import select
from imaginet_pt.ops.gather import Gather

C = select.get("c")


@pytest.mark.parametrize("backend", [C, PLAIN], ids=["c", "numpy"])
def test_gather_and_the_sum_of_its_gradients(backend, rng):
    rows, weight = rng.normal(size=(5, 3)).astype("float32"), rng.normal(size=(2, 4, 3))
    index = np.array([[0, 4, 4, 1], [0, 4, 2, 0]])
    inputs = pt.fmatrix("rows"), pt.lmatrix("index"), pt.ftensor3("weight")
    out = Gather()(inputs[0], inputs[1])
    f = backend.function(inputs, [out, pytensor.grad((out * inputs[2]).sum(), inputs[0])])
    got, gradient = f(rows, index, weight.astype("float32"))
    expected = np.zeros((5, 3))
    np.add.at(expected, index, weight)
    np.testing.assert_array_equal(got, rows[index])
    np.testing.assert_allclose(gradient, expected, rtol=1e-5)
    with pytest.raises(IndexError):
        f(rows, index + 1, weight.astype("float32"))
