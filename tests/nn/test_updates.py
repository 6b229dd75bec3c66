"""Update rules against the original's, step by step."""

import json
from pathlib import Path

import numpy as np
import pytensor.tensor as pt
import pytest
from reference import PLAIN

from imaginet_pt.backends import functions
from imaginet_pt.nn.updates import UPDATES

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
