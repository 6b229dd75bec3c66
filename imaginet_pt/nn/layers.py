"""Layers: each lists its parameters and maps sequences of vectors to vectors, as expressions.

A layer is a frozen description. `parameters(rng)` draws its initial arrays by name, listed and
drawn in the order of the original (Passage `layers.py`, imaginet `layers.py`), for `inits.computed`
to finish; calling it with the symbolic parameters of those names gives its output. Nothing is
compiled here.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pytensor
import pytensor.tensor as pt

from ..ops.gather import Gather
from .activations import ACTIVATIONS, columns, steeper_sigmoid
from .inits import orthogonal, uniform, zeros


class Words(NamedTuple):
    """A minibatch of word sequences: distinct vectors, and which of them stands where.

    vectors: (distinct, size); positions: (time, batch), rows of `vectors`.
    """

    vectors: pt.TensorVariable
    positions: pt.TensorVariable

    def project(self, w, b):
        """`x_t w + b` at each place, (time, batch, columns): one product a distinct word."""
        return Gather()(pt.dot(self.vectors, w) + b, self.positions)

    def unrolled(self):
        """The vectors at each place, (time, batch, size)."""
        return Gather()(self.vectors, self.positions)


class States(NamedTuple):
    """A minibatch of sequences of states: `values`, (time, batch, size)."""

    values: pt.TensorVariable

    def project(self, w, b):
        """`h_t w + b` at each place, (time, batch, columns)."""
        return pt.dot(self.values, w) + b

    def unrolled(self):
        """The states themselves, (time, batch, size)."""
        return self.values


def scan_states(step, sequences, states, constants, kept=0):
    """`step(*sequences[t], *states[t-1], *constants)` over time: the only loop of the package.

    `step` returns the new states, then `kept` values that are stored so that the loop backward does
    not compute them again. Returns the first state, (time, batch, size).
    """
    outputs = pytensor.scan(
        step,
        sequences=sequences,
        outputs_info=list(states) + [None] * kept,
        non_sequences=constants,
        n_steps=sequences[0].shape[0],
        strict=True,
        return_updates=False,
        return_list=True,
    )
    return outputs[0]


def repeated(row, x):
    """`row` (1, size) for each sequence of `x` (time, batch, ...): (batch, size)."""
    return pt.alloc(row[0], x.shape[1], row.shape[1])


@dataclass(frozen=True)
class Embedding:
    """A vector of `size` for each of `n_features` words, uniform on [-0.05, 0.05)."""

    n_features: int
    size: int

    def parameters(self, rng):
        return {"embeddings": uniform(rng, (self.n_features, self.size))}

    def __call__(self, params, X):
        """X: (time, batch) word ids -> their vectors (equation 5), as `Words`."""
        words, positions = pt.unique(X.flatten(), return_inverse=True)
        return Words(Gather()(params["embeddings"], words), positions.reshape(X.shape))


@dataclass(frozen=True)
class GRU:
    """Gated recurrent units (Cho et al. 2014), equations 1 to 4 of the paper.

        z  = gate(x w_z + h u_z + b_z)
        r  = gate(x w_r + h u_r + b_r)
        h~ = activation(x w_h + (r * h) u_h + b_h)
        h' = z * h + (1 - z) * h~

    The paper has z and 1 - z the other way round; the program, and so this, has them as here. The
    gate is `steeper_sigmoid`; the initial state h0 is learned.
    """

    size_in: int
    size: int
    activation: str

    def parameters(self, rng):
        n_in, n, n_h = self.size_in, self.size, columns(self.activation, self.size)
        w_z, w_r = orthogonal(rng, (n_in, n)), orthogonal(rng, (n_in, n))
        u_z, u_r = orthogonal(rng, (n, n)), orthogonal(rng, (n, n))
        w_h, u_h = orthogonal(rng, (n_in, n_h)), orthogonal(rng, (n, n_h))
        return {
            "h0": zeros((1, n)),
            "w_z": w_z, "w_r": w_r, "w_h": w_h,
            "u_z": u_z, "u_r": u_r, "u_h": u_h,
            "b_z": zeros(n), "b_r": zeros(n), "b_h": zeros(n_h),
        }  # fmt: skip

    def step(self, x_zr, x_h, h, u_zr, u_h):
        """One step of (batch, size); also returns the pre-activation of h~, and the gates.

        In this order: the loop backward knows a kept value by its expression, in which the gates
        must not have been found before.
        """
        gates = steeper_sigmoid(x_zr + pt.dot(h, u_zr))
        z, r = gates[:, : self.size], gates[:, self.size :]
        a_h = x_h + pt.dot(r * h, u_h)
        h_tilde = ACTIVATIONS[self.activation](a_h)
        return z * h + (1 - z) * h_tilde, a_h, gates

    def __call__(self, params, sequence):
        """`Words` or `States` of `size_in` -> states (time, batch, size)."""
        p = params
        w_zr = pt.concatenate([p["w_z"], p["w_r"]], axis=1)
        u_zr = pt.concatenate([p["u_z"], p["u_r"]], axis=1)
        b_zr = pt.concatenate([p["b_z"], p["b_r"]])
        x_zr = sequence.project(w_zr, b_zr)
        x_h = sequence.project(p["w_h"], p["b_h"])
        h0 = repeated(p["h0"], x_zr)
        return scan_states(self.step, [x_zr, x_h], [h0], [u_zr, p["u_h"]], kept=2)


@dataclass(frozen=True)
class LSTM:
    """Long short-term memory (Hochreiter and Schmidhuber 1997), as Passage's `LstmRecurrent`.

        i, f, o = gate(x w + h u + b), each with its own w, u, b
        c' = f * c + i * activation(x w_c + h u_c + b_c)
        h' = o * activation(c')

    The first state and cell are zero and not learned.
    """

    size_in: int
    size: int
    activation: str

    def parameters(self, rng):
        names = "ifoc"
        w = {f"w_{g}": orthogonal(rng, (self.size_in, self.size)) for g in names}
        u = {f"u_{g}": orthogonal(rng, (self.size, self.size)) for g in names}
        return w | u | {f"b_{g}": zeros(self.size) for g in names}

    def step(self, x, h, c, u):
        """One step of (batch, size); also returns the gates and the candidate's pre-activation."""
        n, activation = self.size, ACTIVATIONS[self.activation]
        a = x + pt.dot(h, u)
        gates, a_c = steeper_sigmoid(a[:, : 3 * n]), a[:, 3 * n :]
        i, f, o = gates[:, :n], gates[:, n : 2 * n], gates[:, 2 * n :]
        c_new = f * c + i * activation(a_c)
        return o * activation(c_new), c_new, gates, a_c

    def __call__(self, params, sequence):
        """`Words` or `States` of `size_in` -> states (time, batch, size)."""
        packed = {
            part: pt.concatenate([params[f"{part}_{g}"] for g in "ifoc"], axis=-1) for part in "wub"
        }
        x = sequence.project(packed["w"], packed["b"])
        zero = repeated(pt.zeros((1, self.size), dtype=x.dtype), x)
        return scan_states(self.step, [x], [zero, zero], [packed["u"]], kept=2)


def _matrix_product(x, h):
    """Each row of x and of h is a square matrix, row by row; their products, (batch, size)."""
    side = int(x.type.shape[1] ** 0.5)
    square = (x.shape[0], side, side)
    return pt.matmul(x.reshape(square), h.reshape(square)).reshape(x.shape)


# operation -> (its identity as a function of the size, its step from word x and state h)
OPERATIONS: dict[str, tuple[Callable, Callable]] = {
    "add": (np.zeros, lambda x, h: h + x),
    "mult": (np.ones, lambda x, h: h * x),
    "matrix": (lambda size: np.eye(int(size**0.5)).ravel(), _matrix_product),
}


@dataclass(frozen=True)
class Composition:
    """Words composed directly by an associative operation, from its identity on; no parameters."""

    size: int
    operation: str

    def parameters(self, rng):
        return {}

    def __call__(self, params, sequence):
        """`Words` or `States` of `size` -> states (time, batch, size)."""
        identity, step = OPERATIONS[self.operation]
        x = pt.specify_shape(sequence.unrolled(), (None, None, self.size))
        row = pt.as_tensor(identity(self.size)[None].astype(x.dtype))
        return scan_states(step, [x], [repeated(row, x)], [])


@dataclass(frozen=True)
class Dense:
    """`activation(h w + b)`, equations 8 and 9 of the paper."""

    size_in: int
    size: int
    activation: str

    def parameters(self, rng):
        width = columns(self.activation, self.size)
        return {"w": orthogonal(rng, (self.size_in, width)), "b": zeros(width)}

    def logits(self, params, h):
        """Pre-activations of `h` (..., size_in): (..., columns)."""
        return pt.dot(h, params["w"]) + params["b"]

    def __call__(self, params, h):
        """Activations for `h` (..., size_in): (..., size)."""
        return ACTIVATIONS[self.activation](self.logits(params, h))


RECURRENT = {"gru": GRU, "lstm": LSTM}
