"""With `mask`, padding neither moves a state nor counts: costs are those without padding."""

import numpy as np
import pytensor.tensor as pt
import pytest
from equations import PLAIN
from expressions import BATCH, FEATURES, TIME, WORDS, evaluate, shared, tiny

from imaginet_pt.backends import functions, select
from imaginet_pt.data.preprocessing import END, PAD
from imaginet_pt.nn import models
from imaginet_pt.nn.updates import SGD
from imaginet_pt.runs.trained_model import build_model

KINDS = {
    "MULTITASK": {"model_type": "shared_embeddings"},
    "two layers": {"model_type": "deep-simple"},
    "LSTM": {"model_type": "shared_all", "hidden_type": "lstm", "activation": "tanh"},
    "sum": {"model_type": "add"},
    "reconstruction": {"model_type": "reconstruction"},
}
PADDING = 3


def build(kind, **changes):
    settings = {"alpha": 0.4, "mask": True} | KINDS[kind] | changes
    return models.build(tiny(**settings), WORDS, FEATURES)


@pytest.fixture
def minibatch(rng):
    """PAD + caption, caption + END and images; all captions are of one length."""
    words = rng.randint(END + 1, WORDS, (TIME, BATCH))
    X = np.pad(words, [(1, 0), (0, 0)], constant_values=PAD)
    Y = np.pad(words, [(0, 1), (0, 0)], constant_values=END)
    Z = rng.uniform(0, 2, (BATCH, FEATURES)).astype("float32")
    return X.astype("int32"), Y.astype("int32"), Z


def padded(X, Y, Z, rows=PADDING):
    return *(np.pad(ids, [(rows, 0), (0, 0)], constant_values=PAD) for ids in (X, Y)), Z


def trained(model, params, minibatch, backend):
    """The cost of a minibatch, and the parameters after a step along their gradients."""
    state = functions.State({name: array.copy() for name, array in params.items()}, {})
    rule = SGD(lr=0.1)
    state.update |= shared(rule.state({name: params[name] for name in model.trained(params)}))
    compiler = PLAIN if backend == "plain" else select.get(backend)
    cost = functions.train_step(model, rule, state, compiler)(*minibatch)
    return float(cost), state.arrays()[0]


@pytest.mark.parametrize(
    "kind, backend",
    [
        *((kind, "plain") for kind in KINDS),
        ("MULTITASK", "c"),
        pytest.param("reconstruction", "c", marks=pytest.mark.slow),
        ("MULTITASK", "jax"),
        ("reconstruction", "jax"),
        pytest.param("MULTITASK", "numba", marks=pytest.mark.slow),
    ],
)
def test_costs_and_gradients_are_those_without_padding(kind, backend, rng, minibatch):
    if backend == "jax":
        pytest.importorskip("jax", reason="jax is not installed: pip install -e '.[jax]'")
    model = build(kind)
    params = model.parameters(rng)
    cost, arrays = trained(model, params, minibatch, backend)
    cost_padded, arrays_padded = trained(model, params, padded(*minibatch), backend)
    np.testing.assert_allclose(cost_padded, cost, rtol=2e-6)
    for name, array in arrays.items():
        np.testing.assert_allclose(arrays_padded[name], array, atol=2e-7, err_msg=name)
    unmasked, _ = trained(build(kind, mask=False), params, minibatch, backend)
    np.testing.assert_allclose(cost, unmasked, rtol=2e-6)  # where nothing is padded


def test_without_a_mask_padding_counts(rng, minibatch):
    model = build("MULTITASK", mask=False)
    params = model.parameters(rng)
    costs = [trained(model, params, m, "plain")[0] for m in (minibatch, padded(*minibatch))]
    assert abs(costs[0] - costs[1]) > 1e-3


def test_captions_of_two_lengths_cost_the_mean_over_their_words(rng, minibatch):
    """The short one stands first: its padding is not the PAD that begins the others."""
    model = build("MULTITASK")
    params = model.parameters(rng)
    X, Y, Z = minibatch
    short = np.stack([[PAD, 5, 6], [5, 6, END]]).astype("int32")
    together = padded(short[0][:, None], short[1][:, None], Z[:1], TIME - 2)
    X, Y, Z = (np.concatenate([b, a], axis=-1 if a.ndim == 2 and a.dtype == "int32" else 0)
               for a, b in zip(minibatch, together, strict=True))  # fmt: skip
    costs = model.costs(shared(params), pt.imatrix("X"), pt.imatrix("Y"), pt.fmatrix("Z"))
    words = costs["textual"]
    alone = evaluate(words, X=minibatch[0], Y=minibatch[1])
    one = evaluate(words, X=short[0][:, None], Y=short[1][:, None])
    expected = (alone * minibatch[0].size + one * 3) / (minibatch[0].size + 3)
    np.testing.assert_allclose(evaluate(words, X=X, Y=Y), expected, rtol=2e-6)


@pytest.mark.parametrize("mask", [True, False])
def test_with_a_mask_a_sentence_s_vector_does_not_depend_on_its_minibatch(mask, rng):
    settings = tiny(model_type="shared_embeddings", mask=mask)
    model = build_model(settings, WORDS, FEATURES, PLAIN)
    model = model.with_parameters(model.model.parameters(rng), "drawn")
    captions = [[5, 6], [7], [3, 4, 5, 6, 7], [8, 9]]
    together, alone = (model.outputs(captions, padding) for padding in ("batch", "none"))
    for name, vectors in alone.items():
        assert np.allclose(together[name], vectors, atol=1e-6) == mask, name


def test_the_targets_of_padding_are_pad():
    assert models.PAD == PAD
