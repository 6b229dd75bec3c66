"""The same model built of pytensor-ml's layers, with its optimizer, compiled as it compiles.

Its GRU has the reset gate after the recurrent product, so that this cell of it, with the gate
before the product as in the paper, is a subclass: the model is the same, two products a step.
"""

import math

import numpy as np
import pytensor
import pytensor.tensor as pt
from benchmarks import workload
from pytensor_ml.layers import Embedding, Linear
from pytensor_ml.layers.recurrent import GRUCell, Recurrent
from pytensor_ml.optim import adam, compile_train
from pytensor_ml.params import trainable

GATE = 3.75  # slope of the steeper sigmoid


class Cell(GRUCell):
    """The original's GRU: steeper gates, clipped and rectified candidate, reset before product."""

    def step(self, x_t, *state):
        (h,) = state
        n, x = self.n_hidden, x_t @ self.W_ih + self.b
        zr = pt.sigmoid(GATE * (x[..., : 2 * n] + h @ self.W_hh[:, : 2 * n]))
        z, r = zr[..., :n], zr[..., n:]
        candidate = pt.clip(x[..., 2 * n :] + (r * h) @ self.W_hh[:, 2 * n :], 0, 5)
        return (z * h + (1 - z) * candidate,)


class Pathway:
    """A GRU and the layer that reads it, with the parameters of the workload."""

    def __init__(self, params, scope):
        p = {n.removeprefix(f"{scope}."): a for n, a in params.items() if n.startswith(scope)}
        size_in, size = p["gru.w_z"].shape
        self.cell = Cell(scope, n_in=size_in, n_hidden=size)
        self.h0 = trainable(p["gru.h0"], f"{scope}_h0")
        self.dense = Linear(f"{scope}_dense", n_in=size, n_out=p["dense.b"].size)
        gates = {"W_ih": "w", "W_hh": "u", "b": "b"}
        for ours, name in gates.items():
            parts = [p[f"gru.{name}_{gate}"] for gate in "zrh"]
            getattr(self.cell, ours).set_value(np.concatenate(parts, axis=-1))
        self.dense.W.set_value(p["dense.w"])
        self.dense.b.set_value(p["dense.b"])

    def states(self, x):
        """x: (batch, time, size) -> states (batch, time, size)."""
        h0 = pt.alloc(self.h0[0], x.shape[0], self.h0.shape[1])
        return Recurrent(self.cell)(x, h0)


def cost_of(params, X, Y, Z, alpha):
    """Equation 10, with probabilities clipped to [1e-7, 1 - 1e-7] as in the original."""
    words, size = params["embeddings"].shape
    embedding, cost = Embedding("words", n_embeddings=words, n_features=size), 0
    embedding.W.set_value(params["embeddings"])
    x = embedding(X.T)
    if alpha > 0:
        textual = Pathway(params, "textual")
        log_p = pt.special.log_softmax(textual.dense(textual.states(x)), axis=-1)
        log_p = pt.take_along_axis(log_p, Y.T[..., None], axis=-1)
        cost -= alpha * pt.clip(log_p, math.log(1e-7), math.log1p(-1e-7)).mean()
    if alpha < 1:
        visual = Pathway(params, "visual")
        image = pt.clip(visual.dense(visual.states(x)[:, -1]), 0, 5)
        cost += (1 - alpha) * pt.sqr(image - Z).mean()
    return cost


def rate_at(rule, t):
    """The learning rate at which its Adam makes the original's step t, its epsilon aside."""
    root = (1 - (1 - rule.b2) ** t) ** 0.5
    return rule.lr * (1 - rule.b2**t) ** 0.5 / (1 - rule.b1**t) * (1 - (1 - rule.b1) ** t) / root


@pytensor.config.change_flags(floatX="float32")
def make(path, mode):
    """`step(i)`: the cost of the i-th minibatch, after which the model has learned from it."""
    model, size, params, minibatches = workload.read(path)
    rule, inputs = workload.rule(model, size), [pt.imatrix("X"), pt.imatrix("Y"), pt.fmatrix("Z")]
    cost = cost_of(params, *inputs, workload.MODELS[model].get("alpha", 0.0))
    rate = pytensor.shared(np.float32(0), "rate")
    train = compile_train(
        cost, adam(rate, 1 - rule.b1, 1 - rule.b2, rule.e), inputs=inputs,
        compile_kwargs={"mode": mode, "on_unused_input": "ignore"},
    )  # fmt: skip

    def step(i):
        rate.set_value(np.float32(rate_at(rule, i + 1)))
        return float(train(*minibatches[i % len(minibatches)]))

    return step
