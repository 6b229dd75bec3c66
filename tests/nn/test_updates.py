"""Update rules against the original's, step by step."""

import json
from pathlib import Path

import equations
import numpy as np
import pytensor.tensor as pt
import pytest
from equations import PLAIN

from imaginet_pt.backends import functions
from imaginet_pt.nn.updates import UPDATES, Adam, clip_norms

GOLDENS = Path(__file__).parents[1] / "goldens"
SETTINGS = json.loads((GOLDENS / "updates.json").read_text())


@pytest.mark.parametrize("variant", SETTINGS["variants"])
@pytest.mark.parametrize("name", UPDATES)
def test_five_steps_are_those_of_the_original(name, variant):
    golden = np.load(GOLDENS / "updates.npz")
    options = SETTINGS["variants"][variant]
    if variant == "clipnorm":
        options = {"clipnorm": SETTINGS["clipnorm"]}
    rule = UPDATES[name](**options)
    assert {k: getattr(rule, k) for k in SETTINGS["rules"][name]} == SETTINGS["rules"][name]
    start = {f"p{i}": golden[f"p{i}_init"].astype("float32") for i in (0, 1)}
    state = functions.State(start, rule.state(start))
    g = {k: pt.tensor(k, dtype="float32", shape=p.shape) for k, p in start.items()}
    params, own = rule(state.params, g, state.update)
    updates = [(state.params[k], v) for k, v in params.items()]
    updates += [(state.update[k], v) for k, v in own.items()]
    step = PLAIN.function(list(g.values()), [], updates)
    for t in range(5):
        step(*(golden[f"grads{i}"][t].astype("float32") for i in (0, 1)))
        for i in (0, 1):
            expected = golden[f"{name}.{variant}.p{i}"][t]
            np.testing.assert_allclose(
                state.params[f"p{i}"].get_value(), expected, rtol=2e-5, atol=2e-6
            )


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
            p[n], *moments[n] = equations.adam(p[n], *moments[n], drawn[n] * scale, t, lr=0.01)
            np.testing.assert_allclose(state.params[n].get_value(), p[n], rtol=3e-5, atol=1e-6)


def test_no_limit_leaves_gradients_as_they_are():
    g = {"a": pt.fmatrix("a")}
    assert clip_norms(g, 0) is g
