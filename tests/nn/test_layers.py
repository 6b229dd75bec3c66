"""Layers against the equations in plain NumPy."""

import equations
import numpy as np
import pytensor.tensor as pt
import pytest
from expressions import BATCH, FEATURES, TIME, WORDS, evaluate, shared

from imaginet_pt.nn.inits import materialize
from imaginet_pt.nn.layers import GRU, LSTM, Composition, Dense, Embedding
from imaginet_pt.nn.sequences import States


@pytest.mark.parametrize("layer, states", [(GRU, equations.gru), (LSTM, equations.lstm)])
def test_recurrent_layers_follow_their_equations(layer, states, rng):
    described = layer(5, 6, "tanh")
    params = materialize(described.parameters(rng))
    params = {name: a + rng.normal(0, 0.3, a.shape).astype("float32") for name, a in params.items()}
    x = rng.normal(size=(TIME, BATCH, 5)).astype("float32")
    got = evaluate(described(shared(params), States(pt.ftensor3("x"))), x=x)
    expected = states(params, x, activation=np.tanh)
    np.testing.assert_allclose(got, expected, rtol=2e-5, atol=2e-6)


def test_embedding_gives_the_vector_of_each_word(rng):
    embedding = Embedding(WORDS, 5)
    params = embedding.parameters(rng)
    X = np.array([[3, 3, 0], [10, 3, 0]], dtype="int32")
    got = evaluate(embedding(shared(params), pt.imatrix("X")).unrolled(), X=X)
    np.testing.assert_array_equal(got, params["embeddings"][X])


@pytest.mark.parametrize(
    "operation, composed",
    [
        ("add", lambda x: x.sum(axis=0)),
        ("mult", lambda x: x.prod(axis=0)),
        ("matrix", lambda x: x[2] @ x[1] @ x[0]),
    ],
)
def test_direct_composition(operation, composed, rng):
    x = rng.normal(size=(3, 1, 4)).astype("float32")
    got = evaluate(Composition(4, operation)({}, States(pt.ftensor3("x"))), x=x)[-1]
    expected = composed(x.reshape(3, 2, 2) if operation == "matrix" else x[:, 0]).reshape(1, 4)
    np.testing.assert_allclose(got, expected, rtol=1e-5)


def test_dense_halves_the_columns_of_maxout(rng):
    layer = Dense(6, FEATURES, "maxout")
    params = materialize(layer.parameters(rng))
    assert params["w"].shape == (6, 2 * FEATURES)
    h = rng.normal(size=(BATCH, 6)).astype("float32")
    assert evaluate(layer(shared(params), pt.fmatrix("h")), h=h).shape == (BATCH, FEATURES)
