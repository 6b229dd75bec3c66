"""Layers, costs, updates and models against the equations in plain NumPy."""

import numpy as np
import pytensor
import pytensor.tensor as pt
import pytest
import reference
from reference import PLAIN

from imaginet_pt.backends import functions, select
from imaginet_pt.nn import models
from imaginet_pt.nn.activations import ACTIVATIONS, columns
from imaginet_pt.nn.costs import IMAGE_COSTS, cross_entropy
from imaginet_pt.nn.inits import materialize
from imaginet_pt.nn.layers import GRU, LSTM, Composition, Dense, Embedding
from imaginet_pt.nn.sequences import States, Words
from imaginet_pt.nn.updates import Adam, clip_norms
from imaginet_pt.ops.gather import Gather
from imaginet_pt.ops.prefixes import prefixes
from imaginet_pt.settings import Settings

TIME, BATCH, WORDS, FEATURES = 4, 3, 11, 7
C = select.get("c")


def evaluate(expression, **values):
    """Value of an expression whose inputs have these names."""
    inputs = {v.name: v for v in pytensor.graph.traversal.explicit_graph_inputs([expression])}
    return PLAIN.function([inputs[name] for name in values], expression)(*values.values())


def shared(params):
    """Arrays by name as symbolic parameters."""
    return functions.State(params, {}).params


def tiny(**changes):
    return Settings(**{"hidden_size": 6, "embedding_size": 5} | changes)


@pytest.fixture
def rng():
    return np.random.RandomState(7)


@pytest.fixture
def minibatch(rng):
    X, Y = rng.randint(0, WORDS, (2, TIME, BATCH)).astype("int32")
    return X, Y, rng.uniform(0, 2, (BATCH, FEATURES)).astype("float32")


@pytest.mark.parametrize("layer, states", [(GRU, reference.gru), (LSTM, reference.lstm)])
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


def test_distinct_words_are_projected_as_all_words_are(rng):
    vectors, w, b = (rng.normal(size=s).astype("float32") for s in ((4, 5), (5, 6), 6))
    positions = rng.randint(0, 4, (TIME, BATCH))
    words = Words(pt.fmatrix("vectors"), pt.lmatrix("positions"))
    got = evaluate(words.project(w, b), vectors=vectors, positions=positions)
    np.testing.assert_allclose(got, vectors[positions] @ w + b, rtol=1e-5, atol=1e-6)


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


NUMPY_ACTIVATIONS = {
    "softmax": reference.softmax,
    "rectify": lambda x: np.maximum(x, 0),
    "tanh": np.tanh,
    "sigmoid": lambda x: 1 / (1 + np.exp(-x)),
    "linear": lambda x: x,
    "t_rectify": lambda x: np.where(x > 1, x, 0),
    "t_linear": lambda x: np.where(np.abs(x) > 1, x, 0),
    "maxout": lambda x: x.reshape(*x.shape[:-1], -1, 2).max(axis=-1),
    "conv_maxout": lambda x: x.reshape(*x.shape[:-1], -1, 2).max(axis=-1),
    "clipped_maxout": lambda x: np.clip(x.reshape(*x.shape[:-1], -1, 2).max(axis=-1), -5, 5),
    "clipped_rectify": reference.clipped_rectify,
    "hard_tanh": lambda x: np.clip(x, -1, 1),
    "steeper_sigmoid": reference.gate,
    "hard_sigmoid": lambda x: np.clip(x + 0.5, 0, 1),
}


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_activations(name, rng):
    x = rng.normal(0, 3, (BATCH, columns(name, 6))).astype("float32")
    got = evaluate(ACTIVATIONS[name](pt.fmatrix("x")), x=x)
    assert got.shape == (BATCH, 6)
    np.testing.assert_allclose(got, NUMPY_ACTIVATIONS[name](x), rtol=2e-5, atol=1e-6)


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
    n, places = 20, 50
    values = {
        "scores": rng.normal(0, 2, (n, WORDS)).astype("float32"),
        "bias": rng.normal(size=WORDS).astype("float32"),
        "rows": np.concatenate([np.arange(n), rng.randint(0, n, places - n)]),
        "Y": rng.randint(0, WORDS, places).astype("int32"),
    }
    values["scores"][0] = -90  # one word is sure, others impossible: all are clipped
    values["scores"][0, 4] = values["scores"][1, 4] = 90
    rows, Y = values["rows"], values["Y"]
    Y[rows < 2], Y[:2] = 6, (4, 5)
    inputs = [pt.fmatrix("scores"), pt.fvector("bias"), pt.lvector("rows"), pt.ivector("Y")]
    cost = cross_entropy(*inputs)
    p = reference.softmax((values["scores"] + values["bias"]).astype("float64"))[rows]
    by_place = p.copy()
    by_place[np.arange(places), Y] -= 1
    by_place[rows < 2] = 0
    by_scores = np.array([by_place[rows == row].sum(axis=0) for row in range(n)]) / places
    wanted = [reference.cross_entropy(p, Y), by_scores, by_scores.sum(axis=0)]
    got = backend.function(inputs, [cost, *pytensor.grad(cost, inputs[:2])])(*values.values())
    for a, b in zip(got, wanted, strict=True):
        np.testing.assert_allclose(a, b, rtol=2e-5, atol=1e-6)


def test_prefixes_are_found_by_all_their_words():
    X = np.array([[0, 0, 0, 0], [5, 5, 3, 5], [4, 6, 4, 4], [1, 1, 1, 1]], dtype="int32")
    places, rows = prefixes(X)
    assert places.tolist() == [0, 6, 4, 10, 8, 9, 14, 12, 13]
    assert rows.reshape(X.shape).tolist() == [[0] * 4, [2, 2, 1, 2], [4, 5, 3, 4], [7, 8, 6, 7]]
    ends = [tuple(X[: place // 4 + 1, place % 4]) for place in places]
    assert [ends[row] for row in rows] == [tuple(X[: t + 1, b]) for t in range(4) for b in range(4)]


def test_captions_that_begin_alike_cost_what_they_cost_one_by_one(rng, minibatch):
    model = models.build(tiny(model_type="shared_embeddings", alpha=0.6), WORDS, FEATURES)
    params = model.parameters(rng)
    X, Y, Z = minibatch
    X[:2] = X[:2, :1]
    assert len(prefixes(X)[0]) <= X.size - 2 * (BATCH - 1)
    inputs = pt.imatrix("X"), pt.imatrix("Y"), pt.fmatrix("Z")
    made = shared(params)
    trained = [made[name] for name in model.trained(params)]
    cost = model.cost(made, *inputs)
    together = C.function(inputs, [cost, *pytensor.grad(cost, trained)])
    alone = zip(*(together(X[:, [i]], Y[:, [i]], Z[[i]]) for i in range(BATCH)), strict=True)
    for a, b in zip(together(X, Y, Z), alone, strict=True):
        np.testing.assert_allclose(a, np.mean(b, axis=0), rtol=2e-5, atol=1e-7)


def test_adam_and_the_limit_of_the_norm(rng):
    rule = Adam(lr=0.01, clipnorm=0.5)
    p = {"a": rng.normal(size=(2, 3)).astype("float32"), "b": rng.normal(size=3).astype("float32")}
    state = functions.State(p, rule.state(p))
    g = {name: pt.tensor(f"g_{name}", dtype="float32", shape=a.shape) for name, a in p.items()}
    new, own = rule(state.params, g, state.update)
    updates = [(state.params[n], v) for n, v in new.items()]
    step = PLAIN.function(
        list(g.values()), [], updates + [(state.update[n], v) for n, v in own.items()]
    )
    moments = dict.fromkeys(p, (0, 0))
    for t in range(1, 6):
        drawn = {
            n: rng.normal(0, 0.02 if t % 2 else 2, a.shape).astype("float32") for n, a in p.items()
        }
        step(*drawn.values())
        norm = np.sqrt(sum((a**2).sum() for a in drawn.values()))
        scale = min(1, 0.5 / norm)
        for n in p:
            p[n], *moments[n] = reference.adam(p[n], *moments[n], drawn[n] * scale, t, lr=0.01)
            np.testing.assert_allclose(state.params[n].get_value(), p[n], rtol=3e-5, atol=1e-6)


def test_no_limit_leaves_gradients_as_they_are():
    g = {"a": pt.fmatrix("a")}
    assert clip_norms(g, 0) is g


def test_cost_of_multitask(rng, minibatch):
    model = models.build(tiny(model_type="shared_embeddings", alpha=0.3), WORDS, FEATURES)
    params = model.parameters(rng)
    X, Y, Z = minibatch
    cost = model.cost(shared(params), pt.imatrix("X"), pt.imatrix("Y"), pt.fmatrix("Z"))
    expected = reference.multitask(params, X, Y, Z, 0.3)
    np.testing.assert_allclose(evaluate(cost, X=X, Y=Y, Z=Z), expected, rtol=1e-5)


@pytest.mark.parametrize("model_type", models.PLANS)
def test_gradients_agree_with_finite_differences(model_type, rng, minibatch):
    """In float64, on models with smooth activations, parameter by parameter."""
    settings = tiny(
        model_type=model_type, alpha=0.4, embedding_size=4, activation="tanh", out_activation="tanh"
    )
    with pytensor.config.change_flags(floatX="float64", warn_float64="ignore"):
        model = models.build(settings, WORDS, FEATURES)
        start = {name: a.astype("float64") for name, a in model.parameters(rng).items()}
        start = {name: a + rng.normal(0, 0.2, a.shape) for name, a in start.items()}
        params = {name: pytensor.shared(a, name) for name, a in start.items()}
        inputs = pt.imatrix("X"), pt.imatrix("Y"), pt.dmatrix("Z")
        cost = model.cost(params, *inputs)
        wanted = [params[name] for name in model.trained(params)]
        values = (*minibatch[:2], minibatch[2].astype("float64"))
        f = pytensor.function(inputs, cost, mode=PLAIN.mode, on_unused_input="ignore")
        gradients = pytensor.function(
            inputs, pytensor.grad(cost, wanted), mode=PLAIN.mode, on_unused_input="ignore"
        )(*values)
        for shared, gradient in zip(wanted, gradients, strict=True):
            direction = rng.normal(size=gradient.shape)
            step, at = 1e-5 * direction, start[shared.name]
            ends = []
            for sign in (1, -1):
                shared.set_value(at + sign * step)
                ends.append(f(*values))
            shared.set_value(at)
            slope = (ends[0] - ends[1]) / 2e-5
            np.testing.assert_allclose((gradient * direction).sum(), slope, rtol=1e-5, atol=1e-9)


@pytest.mark.parametrize("alpha, still", [(0.0, "textual"), (1.0, "visual")])
def test_a_pathway_of_weight_zero_stays_as_it_was_drawn(alpha, still, rng, minibatch):
    model = models.build(tiny(model_type="shared_embeddings", alpha=alpha), WORDS, FEATURES)
    params, rule = model.parameters(rng), Adam(lr=0.01)
    moments = rule.state({n: params[n] for n in model.trained(params)})
    state = functions.State({name: array.copy() for name, array in params.items()}, moments)
    step = functions.train_step(model, rule, state, PLAIN)
    step(*minibatch)
    for name, shared in state.params.items():
        changed = not np.array_equal(shared.get_value(), params[name])
        assert changed != name.startswith(still), name


def test_parameters_are_listed_in_the_order_of_the_original(rng):
    names = list(models.build(tiny(model_type="shared_embeddings"), WORDS, 7).parameters(rng))
    gru = "h0 w_z w_r w_h u_z u_r u_h b_z b_r b_h".split()
    pathway = [f"gru.{p}" for p in gru] + ["dense.w", "dense.b"]
    assert names == ["embeddings"] + [f"{s}.{p}" for s in ("textual", "visual") for p in pathway]


def test_dense_halves_the_columns_of_maxout(rng):
    layer = Dense(6, FEATURES, "maxout")
    params = materialize(layer.parameters(rng))
    assert params["w"].shape == (6, 2 * FEATURES)
    h = rng.normal(size=(BATCH, 6)).astype("float32")
    assert evaluate(layer(shared(params), pt.fmatrix("h")), h=h).shape == (BATCH, FEATURES)


def test_zero_shot_has_no_cost_for_images_of_zeros(rng, minibatch):
    settings = tiny(model_type="shared_embeddings", alpha=0.5, zero_shot=("dog",))
    model = models.build(settings, WORDS, FEATURES)
    params = model.parameters(rng)
    X, Y, Z = minibatch
    inputs = pt.imatrix("X"), pt.imatrix("Y"), pt.fmatrix("Z")
    cost = PLAIN.function(inputs, model.cost(shared(params), *inputs))
    words = PLAIN.function(inputs[:2], model.costs(shared(params), *inputs)["textual"])(X, Y)
    np.testing.assert_allclose(cost(X, Y, 0 * Z), 0.5 * words, rtol=1e-6)
    np.testing.assert_allclose(cost(X, Y, Z), reference.multitask(params, X, Y, Z, 0.5), rtol=1e-5)
