"""The same model in PyTensor's own operations alone, compiled by one of its linkers.

Indexing, `log_softmax`, scan and an Adam of elementwise operations, as its users write them: what
our operations and our way of writing the loop are measured against. For JAX the shapes of
minibatches are said, which it has to know.
"""

import math

import numpy as np
import pytensor
import pytensor.tensor as pt
from benchmarks import workload
from pytensor.compile.sharedvalue import SharedVariable

GATE = 3.75  # slope of the steeper sigmoid


def gru(p, scope, x):
    """x: (time, batch, size) -> states (time, batch, size); each gate's product by itself."""
    w = {name: p[f"{scope}.gru.{name}"] for name in NAMES}
    projected = [x @ w[f"w_{gate}"] + w[f"b_{gate}"] for gate in "zrh"]

    def step(x_z, x_r, x_h, h):
        z = pt.sigmoid(GATE * (x_z + h @ w["u_z"]))
        r = pt.sigmoid(GATE * (x_r + h @ w["u_r"]))
        return z * h + (1 - z) * pt.clip(x_h + (r * h) @ w["u_h"], 0, 5)

    time, batch = (known or x.shape[i] for i, known in enumerate(x.type.shape[:2]))
    h0 = pt.alloc(w["h0"][0], batch, w["h0"].type.shape[1])
    return pytensor.scan(step, projected, h0, n_steps=time, return_updates=False)


NAMES = "h0 w_z w_r w_h b_z b_r b_h u_z u_r u_h".split()


def dense(p, scope, h):
    return h @ p[f"{scope}.dense.w"] + p[f"{scope}.dense.b"]


def cost_of(p, X, Y, Z, alpha):
    """Equation 10, with probabilities clipped to [1e-7, 1 - 1e-7] as in the original."""
    x, cost = p["embeddings"][X], 0
    if alpha > 0:
        scores = dense(p, "textual", gru(p, "textual", x)).reshape((-1, p["textual.dense.b"].size))
        log_p = pt.special.log_softmax(scores, axis=-1)[pt.arange(scores.shape[0]), Y.flatten()]
        cost -= alpha * pt.clip(log_p, math.log(1e-7), math.log1p(-1e-7)).mean()
    if alpha < 1:
        image = pt.clip(dense(p, "visual", gru(p, "visual", x)[-1]), 0, 5)
        cost += (1 - alpha) * pt.sqr(image - Z).mean()
    return cost


def adam(params: dict[str, SharedVariable], cost, rule):
    """The original's Adam as (variable, new value) pairs."""
    t = pytensor.shared(np.float32(0))
    rate = rule.lr * pt.sqrt(1 - rule.b2 ** (t + 1)) / (1 - rule.b1 ** (t + 1))
    updates = [(t, t + 1)]
    for p, g in zip(params.values(), pytensor.grad(cost, list(params.values())), strict=True):
        m, v = (pytensor.shared(np.zeros_like(p.get_value()), shape=p.type.shape) for _ in "mv")
        new_m, new_v = m + rule.b1 * (g - m), v + rule.b2 * (pt.sqr(g) - v)
        updates += [(m, new_m), (v, new_v), (p, p - rate * new_m / (pt.sqrt(new_v) + rule.e))]
    return updates


@pytensor.config.change_flags(floatX="float32")
def make(path, mode):
    """`step(i)`: the cost of the i-th minibatch, after which the model has learned from it."""
    model, size, params, minibatches = workload.read(path)
    alpha = workload.MODELS[model].get("alpha", 0.0)
    idle = {0.0: "textual.", 1.0: "visual."}.get(alpha, "none")
    shared = {
        name: pytensor.shared(array, name, shape=array.shape)
        for name, array in params.items()
        if not name.startswith(idle)
    }
    inputs = [
        pt.tensor(name, shape=array.shape if mode == "JAX" else (None, None), dtype=array.dtype)
        for name, array in zip("XYZ", minibatches[0], strict=True)
    ]
    cost = cost_of(shared, *inputs, alpha)
    updates = adam(shared, cost, workload.rule(model, size))
    train = pytensor.function(inputs, cost, updates=updates, mode=mode, on_unused_input="ignore")
    return lambda i: float(train(*minibatches[i % len(minibatches)]))
