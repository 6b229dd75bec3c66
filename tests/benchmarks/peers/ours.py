"""This project in a race: `make(path, backend)` gives a step over the workload's minibatches."""

from benchmarks import workload

from imaginet_pt.backends import functions, select
from imaginet_pt.nn import models


def make(path, backend):
    """`step(i)`: the cost of the i-th minibatch, after which the model has learned from it."""
    model, size, params, minibatches = workload.read(path)
    built = models.build(workload.settings(model, size), size.words, size.features)
    rule = workload.rule(model, size)
    state = functions.State(params, rule.state({n: params[n] for n in built.trained(params)}))
    step = functions.train_step(built, rule, state, select.get(backend))
    return lambda i: float(step(*minibatches[i % len(minibatches)]))
