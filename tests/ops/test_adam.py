"""Adam's operation: its C code against NumPy's, in place and not, for gradients of any layout."""

import numpy as np
import pytensor
import pytensor.tensor as pt
import pytest

from imaginet_pt.backends import select
from imaginet_pt.ops.adam import AdamStep, adam_step

CONSTANTS = {"b1": 0.1, "b2": 0.001, "e": 1e-8, "l1": 0.0, "l2": 0.0}
PENALIZED = CONSTANTS | {"l1": 0.3, "l2": 0.2}
# Layout -> the gradient, from a function that makes a float32 array of a shape.
LAYOUTS = {
    "vector": lambda make: make(7),
    "vector, every second": lambda make: make(14)[::2],
    "matrix": lambda make: make(5, 7),
    "columns of a matrix": lambda make: make(5, 21)[:, 7:14],
    "rows backwards": lambda make: make(5, 7)[::-1],
    "transposed": lambda make: make(7, 5).T,
    "no rows": lambda make: make(0, 7),
    "more than a thread's share": lambda make: make(500, 300),
}


def normal(*shape):
    return np.random.default_rng(1).normal(size=shape).astype("float32")


def state(shape):
    rng = np.random.default_rng(2)
    p, m, v = (rng.normal(size=shape).astype("float32") for _ in range(3))
    p.flat[::3] = 0  # where the sign is 0 too
    return p, m, v**2


@pytest.fixture(scope="module", params=[CONSTANTS, PENALIZED], ids=["plain", "penalized"])
def step(request):
    """({constants}, {dimensions: (function of the gradient, p, m, v)}), compiled in place."""
    functions = {n: compiled(n, request.param) for n in (1, 2)}
    return request.param, functions


def compiled(ndim, constants):
    g = pt.tensor("g", dtype="float32", shape=(None,) * ndim)
    p, m, v = (pytensor.shared(np.zeros((0,) * ndim, "float32"), name) for name in "pmv")
    outputs = AdamStep(**constants)(p, g, m, v, pt.constant(np.float32(0.01)))
    updates = list(zip((p, m, v), outputs, strict=True))
    return select.get("c").function([g], [], updates), p, m, v


@pytest.mark.parametrize("layout", LAYOUTS)
def test_c_does_what_numpy_does(layout, step):
    constants, functions = step
    g = LAYOUTS[layout](normal)
    before = state(g.shape)
    function, *shared = functions[g.ndim]
    for variable, array in zip(shared, before, strict=True):
        variable.set_value(array)
    function(g)
    p, m, v = before
    expected = adam_step(p, g, m, v, np.float32(0.01), **constants, xp=np)
    for variable, array in zip(shared, expected, strict=True):
        np.testing.assert_allclose(variable.get_value(), array, rtol=2e-6, atol=1e-7)


def test_training_is_in_place(step):
    _, functions = step
    (node,) = [n for n in functions[2][0].maker.fgraph.apply_nodes if isinstance(n.op, AdamStep)]
    assert node.op.inplace


def test_what_the_user_gives_is_not_changed():
    p, g, m, v = (pt.fmatrix(name) for name in "pgmv")
    outputs = AdamStep(**CONSTANTS)(p, g, m, v, pt.constant(np.float32(0.01)))
    function = select.get("c").function([p, g, m, v], outputs)
    before = state((3, 4))
    given = [array.copy() for array in before]
    new = function(given[0], np.ones((3, 4), "float32"), *given[1:])
    for array, old, updated in zip(given, before, new, strict=True):
        np.testing.assert_array_equal(array, old)
        assert not np.array_equal(updated, old)


def test_another_shape_is_refused(step):
    function, *shared = step[1][2]
    for variable in shared:
        variable.set_value(np.zeros((3, 4), "float32"))
    with pytest.raises(ValueError, match="one shape"):
        function(np.zeros((4, 3), "float32"))
