"""Models against the equations in plain NumPy, and their gradients against differences."""

import functools

import equations
import numpy as np
import pytensor
import pytensor.tensor as pt
import pytest
from equations import PLAIN
from expressions import BATCH, FEATURES, TIME, WORDS, evaluate, shared, tiny

from imaginet_pt.backends import functions, select
from imaginet_pt.nn import models
from imaginet_pt.nn.updates import Adam
from imaginet_pt.ops.prefixes import prefixes

C = select.get("c")


@pytest.fixture
def minibatch(rng):
    X, Y = rng.randint(0, WORDS, (2, TIME, BATCH)).astype("int32")
    return X, Y, rng.uniform(0, 2, (BATCH, FEATURES)).astype("float32")


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


def test_cost_of_multitask(rng, minibatch):
    model = models.build(tiny(model_type="shared_embeddings", alpha=0.3), WORDS, FEATURES)
    params = model.parameters(rng)
    X, Y, Z = minibatch
    cost = model.cost(shared(params), pt.imatrix("X"), pt.imatrix("Y"), pt.fmatrix("Z"))
    expected = equations.multitask(params, X, Y, Z, 0.3)
    np.testing.assert_allclose(evaluate(cost, X=X, Y=Y, Z=Z), expected, rtol=1e-5)


def test_cost_of_reconstruction(rng, minibatch):
    """Each word is read with the last state of the visual pathway beside it."""
    model = models.build(tiny(model_type="reconstruction", alpha=0.3), WORDS, FEATURES)
    params = model.parameters(rng)
    X, Y, Z = minibatch
    cost = model.cost(shared(params), pt.imatrix("X"), pt.imatrix("Y"), pt.fmatrix("Z"))
    x, scope = params["embeddings"][X], functools.partial(models.in_scope, params)
    image = equations.gru(scope("visual.gru"), x)[-1]
    both = np.concatenate([x, np.repeat(image[None], TIME, axis=0)], axis=2)
    dense = scope("reconstruction.dense")
    words = equations.softmax(
        equations.gru(scope("reconstruction.gru"), both) @ dense["w"] + dense["b"]
    )
    words_cost = equations.cross_entropy(words.reshape(-1, WORDS), Y.ravel())
    dense = scope("visual.dense")
    picture = equations.clipped_rectify(image @ dense["w"] + dense["b"])
    expected = 0.3 * words_cost + 0.7 * np.mean((picture - Z) ** 2)
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
        for param, gradient in zip(wanted, gradients, strict=True):
            direction = rng.normal(size=gradient.shape)
            step, at = 1e-5 * direction, start[param.name]
            ends = []
            for sign in (1, -1):
                param.set_value(at + sign * step)
                ends.append(f(*values))
            param.set_value(at)
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
    for name, variable in state.params.items():
        changed = not np.array_equal(variable.get_value(), params[name])
        assert changed != name.startswith(still), name


def test_parameters_are_listed_in_the_order_of_the_original(rng):
    names = list(models.build(tiny(model_type="shared_embeddings"), WORDS, 7).parameters(rng))
    gru = "h0 w_z w_r w_h u_z u_r u_h b_z b_r b_h".split()
    pathway = [f"gru.{p}" for p in gru] + ["dense.w", "dense.b"]
    assert names == ["embeddings"] + [f"{s}.{p}" for s in ("textual", "visual") for p in pathway]


def test_zero_shot_has_no_cost_for_images_of_zeros(rng, minibatch):
    settings = tiny(model_type="shared_embeddings", alpha=0.5, zero_shot=("dog",))
    model = models.build(settings, WORDS, FEATURES)
    params = model.parameters(rng)
    X, Y, Z = minibatch
    inputs = pt.imatrix("X"), pt.imatrix("Y"), pt.fmatrix("Z")
    cost = PLAIN.function(inputs, model.cost(shared(params), *inputs))
    words = PLAIN.function(inputs[:2], model.costs(shared(params), *inputs)["textual"])(X, Y)
    np.testing.assert_allclose(cost(X, Y, 0 * Z), 0.5 * words, rtol=1e-6)
    np.testing.assert_allclose(cost(X, Y, Z), equations.multitask(params, X, Y, Z, 0.5), rtol=1e-5)
