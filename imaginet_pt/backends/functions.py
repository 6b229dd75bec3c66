"""Compiled functions of a model: the step of training, the costs of validation, the outputs."""

import numpy as np
import pytensor


class State:
    """All that training changes: parameters and the update rule's own arrays, shared, by name."""

    def __init__(self, params, update):
        """Arrays by name of the parameters, and of the update rule, which change in place."""
        self.params, self.update = _shared(params), _shared(update)

    def arrays(self):
        """All arrays as they are until the next step, `params` and `update`, by name."""
        return tuple(
            {name: np.asarray(shared.get_value(borrow=True)) for name, shared in group.items()}
            for group in (self.params, self.update)
        )


def _shared(arrays):
    """Shared variables by name, in C's order, as our operations want them."""
    return {
        name: pytensor.shared(np.require(a, requirements=["C", "W"]), name, borrow=True)
        for name, a in arrays.items()
    }


def train_step(model, rule, state, backend):
    """`step(X, Y, Z)`: the cost of a minibatch, after which `state` has made one update."""
    return backend.compile_train_step(model.cost, rule, state, model.trained(state.params))


def validation_costs(model, params, backend):
    """`costs(X, Y, Z)`: the cost of each pathway in use, in the order of `model.weights()`."""

    def costs(params, X, Y, Z):
        costs = model.costs(params, X, Y, Z)
        return [costs[pathway] for pathway in model.weights()]

    return backend.compile(costs, params, "XYZ")


def outputs(model, params, backend):
    """`outputs(X)`: what `Imaginet.outputs` makes of ids (time, batch), arrays by name."""
    names = []

    def named(params, X):
        made = model.outputs(params, X)
        names[:] = made
        return list(made.values())

    compute = backend.compile(named, params, "X")
    return lambda X: dict(zip(names, compute(X), strict=True))


def word_scores(model, params, backend):
    """Compile `word_scores(X)`: scores of all words at each place, (time, batch, words)."""
    compute = backend.compile(lambda params, X: [model.word_scores(params, X)], params, "X")
    return lambda X: compute(X)[0]
