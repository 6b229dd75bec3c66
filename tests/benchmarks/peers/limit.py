"""No program, but what none can be faster than: the products of a step and Adam's memory traffic.

`make(path, _)` gives a step that multiplies matrices of the shapes that are left when each distinct
word and each distinct beginning of a caption is done once, and the gates side by side; and that
copies as many bytes as Adam reads and writes: parameter, gradient and both moments in, all but the
gradient out. Nothing else of training is done, so that there is no cost.
"""

import math
import os
from concurrent.futures import ThreadPoolExecutor

import numpy as np
from benchmarks import workload

from imaginet_pt.ops.prefixes import prefixes

ADAM = 7 * 4  # bytes that it moves for a parameter


def pathway(time, batch, distinct, size):
    """Products (m, k, n) of a GRU, forward and backward."""
    h, steps = size.hidden, time * batch
    inputs = [(distinct, h, 3 * h), (h, distinct, 3 * h), (distinct, 3 * h, h)]
    step = [(batch, h, 2 * h), (batch, h, h), (batch, 2 * h, h), (batch, h, h)]
    return [*inputs, *step * time, (h, steps, 2 * h), (h, steps, h)]


def dense(rows, h, columns):
    """Products of a layer over so many rows."""
    return [(rows, h, columns), (h, rows, columns), (rows, columns, h)]


def products(model, size, X):
    """All products of one step over the word ids X, (time, batch)."""
    (time, batch), distinct = X.shape, len(np.unique(X))
    alpha, h = workload.MODELS[model].get("alpha", 0.0), size.hidden
    shapes = []
    if alpha > 0:
        beginnings = len(prefixes(X)[0])
        shapes += pathway(time, batch, distinct, size) + dense(beginnings, h, size.words)
    if alpha < 1:
        shapes += pathway(time, batch, distinct, size) + dense(batch, h, size.features)
    return shapes


def multiplier(minibatches):
    """A function that makes the products of one of `minibatches`, on three arrays for all."""
    sides = [[(m, k), (k, n), (m, n)] for shapes in minibatches for m, k, n in shapes]
    flat = [np.full(max(map(math.prod, side)), 0.5, "float32") for side in zip(*sides, strict=True)]

    def multiply(shapes):
        for m, k, n in shapes:
            a, b, out = (
                array[: math.prod(shape)].reshape(shape)
                for array, shape in zip(flat, [(m, k), (k, n), (m, n)], strict=True)
            )
            np.matmul(a, b, out=out)

    return multiply


def copier(count, threads):
    """A function that moves as many bytes as Adam does for `count` parameters, in `threads`."""
    source, target = (np.ones(ADAM * count // 8, "float32") for _ in range(2))
    shares = np.array_split(np.arange(0, len(source) + 1), threads)
    slices = [slice(share[0], share[-1] + 1) for share in shares]
    pool = ThreadPoolExecutor(threads)
    return lambda: list(pool.map(lambda s: np.copyto(target[s], source[s]), slices))


def make(path, _):
    """`step(i)`: the products and the traffic of the i-th minibatch; there is no cost."""
    model, size, params, minibatches = workload.read(path)
    idle = {"VISUAL": "textual.", "TEXTUAL": "visual."}.get(model, "none")
    count = sum(array.size for name, array in params.items() if not name.startswith(idle))
    copy = copier(count, int(os.environ.get("OMP_NUM_THREADS", os.cpu_count())))
    shapes = [products(model, size, X) for X, _, _ in minibatches]
    multiply = multiplier(shapes)

    def step(i):
        multiply(shapes[i % len(shapes)])
        copy()
        return float("nan")

    return step
