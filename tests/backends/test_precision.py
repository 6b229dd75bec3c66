"""Expressions are built and compiled in float32, and the rest of the program is left alone."""

import numpy as np
import pytensor
import pytensor.tensor as pt
from equations import PLAIN

from imaginet_pt.backends.precision import single_precision


def test_float32_holds_for_the_block_alone():
    with pytensor.config.change_flags(floatX="float64"):
        with single_precision(), single_precision():
            assert pytensor.config.floatX == "float32"
        assert pytensor.config.floatX == "float64"


def test_compiling_leaves_the_precision_of_others_as_it_was():
    with pytensor.config.change_flags(floatX="float64", warn_float64="ignore"):
        halve = PLAIN.compile(lambda params, X: [0.5 * pt.cast(X, "floatX")], {}, "X")
        assert pytensor.config.floatX == "float64"
    (half,) = halve(np.ones((2, 3), "int32"))
    assert half.dtype == "float32"
