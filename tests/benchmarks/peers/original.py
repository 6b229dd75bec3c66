"""The 2015 program in a race, for Python 2.7 with Theano, its `imaginet` and `passage`.

    python2.7 original.py WORKLOAD      (speaks as `worker.py` does)

Only its training call is timed: its minibatches, with a one-hot vector a token, are made before.
"""

import json
import resource
import sys
import time

import numpy as np
import passage.updates
from imaginet import RNN, CategoricalCrossEntropySwapped, Combined, Dense, ForkedRNN, Stacked
from passage.costs import MeanSquaredError
from passage.layers import Embedding, GatedRecurrent

RATE = 2e-5  # as in workload.py


def read(path):
    """The model's name, sizes, parameters in the original's order, and minibatches."""
    arrays = np.load(path)
    size = dict((n[5:], arrays[n].item()) for n in arrays.files if n.startswith("size."))
    params = [arrays[n] for n in arrays.files if n.startswith("param.")]
    count = sum(n.startswith("X.") for n in arrays.files)
    minibatches = [[arrays["%s.%d" % (n, i)] for n in "XYZ"] for i in range(count)]
    return arrays["model"].tostring(), size, params, minibatches


def recurrent(size, whole):
    return GatedRecurrent(seq_output=whole, size=size["hidden"], activation="clipped_rectify")


def visual(size):
    return [
        recurrent(size, False),
        Dense(size=size["features"], activation="clipped_rectify", reshape=False),
    ]


def textual(size):
    return [
        recurrent(size, True),
        Dense(size=size["words"], activation="softmax", reshape=True),
    ]


def built(model, size, updater):
    """The model as `main.py` makes it."""
    words = Embedding(size=size["hidden"], n_features=size["words"])
    if model == "VISUAL":
        return RNN(layers=[words] + visual(size), updater=updater, cost=MeanSquaredError, verbose=0)
    pathways = Combined(
        left=Stacked(textual(size)), left_type="id", right=Stacked(visual(size)), right_type="id"
    )
    return ForkedRNN(
        layers=[words, pathways],
        updater=updater,
        verbose=0,
        size_y=size["words"],
        cost_y=CategoricalCrossEntropySwapped,
        cost_z=MeanSquaredError,
        alpha={"MULTITASK": 0.1, "TEXTUAL": 1.0}[model],
    )


def arguments(model, size, X, Y, Z):
    if model == "VISUAL":
        return X, Z
    return X, np.eye(size["words"], dtype="float32")[Y], Z


def main(path):
    model, size, params, minibatches = read(path)
    original = built(model, size, passage.updates.Adam(lr=RATE, clipnorm=0.0))
    for shared, array in zip(original.params, params):
        shared.set_value(array)
    given = [arguments(model, size, *minibatch) for minibatch in minibatches]
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    for line in iter(sys.stdin.readline, ""):
        first, count = map(int, line.split())
        done = []
        for i in range(first, first + count):
            start = time.time()
            cost = float(original._train(*given[i % len(given)]))
            done.append([time.time() - start, cost])
        sys.stdout.write(json.dumps(done) + "\n")
        sys.stdout.flush()
    sys.stdout.write("%d\n" % (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024))


if __name__ == "__main__":
    main(sys.argv[1])
