"""Compiled functions of a model: the step of training, the costs of validation, the outputs."""

import pytensor
import pytensor.tensor as pt


class State:
    """All that training changes: parameters and the update rule's own arrays, shared, by name."""

    def __init__(self, params, update):
        """params: arrays by name; update: the rule, whose first arrays are made here."""
        self.params = {name: pytensor.shared(array, name) for name, array in params.items()}
        self.update = {name: pytensor.shared(a, name) for name, a in update.items()}

    def arrays(self):
        """Copies of all arrays, `params` and `update`, by name."""
        return tuple(
            {name: shared.get_value() for name, shared in group.items()}
            for group in (self.params, self.update)
        )


def _inputs():
    return pt.imatrix("X"), pt.imatrix("Y"), pt.fmatrix("Z")


def training(model, rule, state, backend):
    """`step(X, Y, Z)`: the cost of a minibatch, after which `state` has made one update."""
    inputs = _inputs()
    trained = {name: state.params[name] for name in model.trained(state.params)}
    cost = model.cost(state.params, *inputs)
    gradients = dict(zip(trained, pytensor.grad(cost, list(trained.values())), strict=True))
    params, own = rule(trained, gradients, state.update)
    updates = [(trained[name], new) for name, new in params.items()]
    updates += [(state.update[name], new) for name, new in own.items()]
    return backend.function(inputs, cost, updates)


def validation(model, params, backend):
    """`costs(X, Y, Z)`: the cost of each pathway in use, in the order of `model.weights()`."""
    inputs = _inputs()
    costs = model.costs(params, *inputs)
    return backend.function(inputs, [costs[pathway] for pathway in model.weights()])


def outputs(model, params, backend):
    """`outputs(X)`: what `Imaginet.outputs` names, and the list of these names."""
    X = pt.imatrix("X")
    named = model.outputs(params, X)
    return backend.function([X], list(named.values())), list(named)


def next_words(model, params, backend):
    """`next_words(X)`: the likeliest next id at each place, (time, batch)."""
    X = pt.imatrix("X")
    return backend.function([X], model.next_words(params, X))
