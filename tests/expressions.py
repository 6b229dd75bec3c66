"""What the tests of models share: small sizes, and the value of an expression."""

import pytensor
from equations import PLAIN

from imaginet_pt.backends import functions
from imaginet_pt.settings import Settings

TIME, BATCH, WORDS, FEATURES = 4, 3, 11, 7


def evaluate(expression, **values):
    """Value of an expression whose inputs have these names."""
    inputs = {v.name: v for v in pytensor.graph.traversal.explicit_graph_inputs([expression])}
    return PLAIN.function([inputs[name] for name in values], expression)(*values.values())


def shared(params):
    """Arrays by name as symbolic parameters."""
    return functions.State(params, {}).params


def tiny(**changes):
    return Settings(**{"hidden_size": 6, "embedding_size": 5} | changes)
