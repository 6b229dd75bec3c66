"""Activation functions against NumPy's."""

import equations
import numpy as np
import pytensor.tensor as pt
import pytest
from expressions import BATCH, evaluate

from imaginet_pt.nn.activations import ACTIVATIONS, columns

NUMPY_ACTIVATIONS = {
    "softmax": equations.softmax,
    "rectify": lambda x: np.maximum(x, 0),
    "tanh": np.tanh,
    "sigmoid": lambda x: 1 / (1 + np.exp(-x)),
    "linear": lambda x: x,
    "t_rectify": lambda x: np.where(x > 1, x, 0),
    "t_linear": lambda x: np.where(np.abs(x) > 1, x, 0),
    "maxout": lambda x: x.reshape(*x.shape[:-1], -1, 2).max(axis=-1),
    "conv_maxout": lambda x: x.reshape(*x.shape[:-1], -1, 2).max(axis=-1),
    "clipped_maxout": lambda x: np.clip(x.reshape(*x.shape[:-1], -1, 2).max(axis=-1), -5, 5),
    "clipped_rectify": equations.clipped_rectify,
    "hard_tanh": lambda x: np.clip(x, -1, 1),
    "steeper_sigmoid": equations.gate,
    "hard_sigmoid": lambda x: np.clip(x + 0.5, 0, 1),
}


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_activations(name, rng):
    x = rng.normal(0, 3, (BATCH, columns(name, 6))).astype("float32")
    got = evaluate(ACTIVATIONS[name](pt.fmatrix("x")), x=x)
    assert got.shape == (BATCH, 6)
    np.testing.assert_allclose(got, NUMPY_ACTIVATIONS[name](x), rtol=2e-5, atol=1e-6)
