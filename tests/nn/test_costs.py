"""Costs and their gradients against the equations in plain NumPy."""

import equations
import numpy as np
import pytensor
import pytensor.tensor as pt
import pytest
from equations import PLAIN
from expressions import BATCH, FEATURES, WORDS, evaluate

from imaginet_pt.backends import select
from imaginet_pt.nn.costs import IMAGE_COSTS, cross_entropy

C = select.get("c")


def test_costs_of_images(rng):
    Z, predicted = rng.uniform(0.1, 1, (2, BATCH, FEATURES)).astype("float32")
    cosines = [
        z @ p / np.linalg.norm(z) / np.linalg.norm(p) for z, p in zip(Z, predicted, strict=True)
    ]
    expected = {
        "MeanSquaredError": np.mean((Z - predicted) ** 2),
        "CosineDistance": 1 - np.mean(cosines),
    }
    for name, cost in IMAGE_COSTS.items():
        got = evaluate(cost(pt.fmatrix("Z"), pt.fmatrix("p")), Z=Z, p=predicted)
        np.testing.assert_allclose(got, expected[name], rtol=1e-5)


@pytest.mark.parametrize("backend", [C, PLAIN], ids=["c", "numpy"])
def test_cost_of_words_and_its_gradients(backend, rng):
    n, positions = 20, 50
    values = {
        "scores": rng.normal(0, 2, (n, WORDS)).astype("float32"),
        "bias": rng.normal(size=WORDS).astype("float32"),
        "rows": np.concatenate([np.arange(n), rng.randint(0, n, positions - n)]),
        "Y": rng.randint(0, WORDS, positions).astype("int32"),
    }
    values["scores"][0] = -90  # one word is sure, others impossible: all are clipped
    values["scores"][0, 4] = values["scores"][1, 4] = 90
    rows, Y = values["rows"], values["Y"]
    Y[rows < 2], Y[:2] = 6, (4, 5)
    inputs = [pt.fmatrix("scores"), pt.fvector("bias"), pt.lvector("rows"), pt.ivector("Y")]
    cost = cross_entropy(*inputs)
    p = equations.softmax((values["scores"] + values["bias"]).astype("float64"))[rows]
    by_position = p.copy()
    by_position[np.arange(positions), Y] -= 1
    by_position[rows < 2] = 0
    by_scores = np.array([by_position[rows == row].sum(axis=0) for row in range(n)]) / positions
    wanted = [equations.cross_entropy(p, Y), by_scores, by_scores.sum(axis=0)]
    got = backend.function(inputs, [cost, *pytensor.grad(cost, inputs[:2])])(*values.values())
    for a, b in zip(got, wanted, strict=True):
        np.testing.assert_allclose(a, b, rtol=2e-5, atol=1e-6)
