"""Layers: each has named parameters and maps sequences of vectors to vectors, as expressions.

A layer is a frozen description. `parameters(rng)` draws its initial values by name, in the order
of the original (Passage `layers.py`, imaginet `layers.py`); calling the layer with symbolic
parameters of those names gives its output. Nothing is compiled here.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol, TypeAlias

import numpy as np
import pytensor.tensor as pt

from ..ops.gather import Gather
from ..ops.types import Array, Tensor, Tensors
from .activations import ACTIVATIONS, columns, steeper_sigmoid
from .inits import InitialValue, orthogonal, uniform, zeros
from .sequences import Mask, VectorSequence, Words, repeat_row, scan_states

Generator: TypeAlias = np.random.RandomState | None  # None for placeholders: see `inits`


class Layer(Protocol):
    """The interface that `models.Imaginet` expects of a layer above the embeddings."""

    @property
    def size(self) -> int:
        """The size of the vectors that it returns."""

    def parameters(self, rng: Generator) -> dict[str, InitialValue]:
        """Draw the initial values of its parameters, by name."""

    def __call__(self, params: Tensors, x: Any, /) -> Tensor:
        """Return its output for symbolic parameters and an input."""


@dataclass(frozen=True)
class Embedding:
    """A vector for each word, equation 5; initially uniform on [-0.05, 0.05).

    Attributes:
        n_features: number of words.
        size: size of a vector.
    """

    n_features: int
    size: int

    def parameters(self, rng: Generator) -> dict[str, InitialValue]:
        """Draw the initial vectors, (words, size)."""
        return {"embeddings": uniform(rng, (self.n_features, self.size))}

    def __call__(self, params: Tensors, X: Tensor, mask: Mask = None) -> Words:
        """Return the vectors of the word ids X, (time, batch); `mask` as of `Words`."""
        words, positions = pt.unique(X.flatten(), return_inverse=True)
        return Words(Gather()(params["embeddings"], words), positions.reshape(X.shape), mask)


@dataclass(frozen=True)
class GRU:
    """Gated recurrent units (Cho et al. 2014), equations 1 to 4 of the paper.

        z  = gate(x w_z + h u_z + b_z)
        r  = gate(x w_r + h u_r + b_r)
        h~ = activation(x w_h + (r * h) u_h + b_h)
        h' = z * h + (1 - z) * h~

    The paper has z and 1 - z the other way round; the original program has them as here. The
    gate is `steeper_sigmoid`; the initial state h0 is learned.

    Attributes:
        size_in: size of the vectors of the input.
        size: size of a state.
        activation: name of the activation of h~.
    """

    size_in: int
    size: int
    activation: str

    def parameters(self, rng: Generator) -> dict[str, InitialValue]:
        """Draw the initial values in the original's order: w_z, w_r, u_z, u_r, w_h, u_h."""
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

    def step(
        self, x_zr: Tensor, x_h: Tensor, h: Tensor, u_zr: Tensor, u_h: Tensor
    ) -> tuple[Tensor, Tensor, Tensor]:
        """Return the new state (batch, size), then what to store: h~ before activation, the gates.

        Keep this order: scan's gradient recognises stored outputs by their graph, and has to meet
        the pre-activation before the gates, which are part of its graph.
        """
        gates = steeper_sigmoid(x_zr + pt.dot(h, u_zr))
        z, r = gates[:, : self.size], gates[:, self.size :]
        a_h = x_h + pt.dot(r * h, u_h)
        h_tilde = ACTIVATIONS[self.activation](a_h)
        return z * h + (1 - z) * h_tilde, a_h, gates

    def __call__(self, params: Tensors, sequence: VectorSequence) -> Tensor:
        """Return the states (time, batch, size) over a sequence of vectors of `size_in`."""
        p = params
        w_zr = pt.concatenate([p["w_z"], p["w_r"]], axis=1)
        u_zr = pt.concatenate([p["u_z"], p["u_r"]], axis=1)
        b_zr = pt.concatenate([p["b_z"], p["b_r"]])
        x_zr = sequence.project(w_zr, b_zr)
        x_h = sequence.project(p["w_h"], p["b_h"])
        h0 = repeat_row(p["h0"], x_zr)
        constants = [u_zr, p["u_h"]]
        return scan_states(self.step, [x_zr, x_h], [h0], constants, 2, sequence.mask)


@dataclass(frozen=True)
class LSTM:
    """Long short-term memory (Hochreiter and Schmidhuber 1997), as Passage's `LstmRecurrent`.

        i, f, o = gate(x w + h u + b), each with its own w, u, b
        c' = f * c + i * activation(x w_c + h u_c + b_c)
        h' = o * activation(c')

    The gate is `steeper_sigmoid`. The first state and cell are zero and not learned.

    Attributes:
        size_in: size of the vectors of the input.
        size: size of a state.
        activation: name of the activation of the candidate and of the cell.
    """

    size_in: int
    size: int
    activation: str

    def parameters(self, rng: Generator) -> dict[str, InitialValue]:
        """Draw the initial values: w, then u, of i, f, o and c; the biases are zero."""
        names = "ifoc"
        w = {f"w_{g}": orthogonal(rng, (self.size_in, self.size)) for g in names}
        u = {f"u_{g}": orthogonal(rng, (self.size, self.size)) for g in names}
        return w | u | {f"b_{g}": zeros(self.size) for g in names}

    def step(
        self, x: Tensor, h: Tensor, c: Tensor, u: Tensor
    ) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """Return new state and cell, (batch, size), then what to store: gates, pre-activation."""
        n, activation = self.size, ACTIVATIONS[self.activation]
        a = x + pt.dot(h, u)
        gates, a_c = steeper_sigmoid(a[:, : 3 * n]), a[:, 3 * n :]
        i, f, o = gates[:, :n], gates[:, n : 2 * n], gates[:, 2 * n :]
        c_new = f * c + i * activation(a_c)
        return o * activation(c_new), c_new, gates, a_c

    def __call__(self, params: Tensors, sequence: VectorSequence) -> Tensor:
        """Return the states (time, batch, size) over a sequence of vectors of `size_in`."""
        packed = {
            part: pt.concatenate([params[f"{part}_{g}"] for g in "ifoc"], axis=-1) for part in "wub"
        }
        x = sequence.project(packed["w"], packed["b"])
        zero = repeat_row(pt.zeros((1, self.size), dtype=x.dtype), x)
        return scan_states(self.step, [x], [zero, zero], [packed["u"]], 2, sequence.mask)


class Operation(NamedTuple):
    """An associative operation that composes words.

    Attributes:
        identity: returns the state that leaves a word of this size unchanged, (size,).
        step: returns the new state for a word x and the state h, each (batch, size).
    """

    identity: Callable[[int], Array]
    step: Callable[[Tensor, Tensor], Tensor]


def _add(x: Tensor, h: Tensor) -> Tensor:
    return h + x


def _multiply(x: Tensor, h: Tensor) -> Tensor:
    return h * x


def _matrix_product(x: Tensor, h: Tensor) -> Tensor:
    """Multiply rows of x and h as square matrices, each written row by row in one vector."""
    side = int(x.type.shape[1] ** 0.5)
    square = (x.shape[0], side, side)
    return pt.matmul(x.reshape(square), h.reshape(square)).reshape(x.shape)


def _unit_matrix(size: int) -> Array:
    return np.eye(int(size**0.5)).ravel()


OPERATIONS = {
    "add": Operation(np.zeros, _add),
    "mult": Operation(np.ones, _multiply),
    "matrix": Operation(_unit_matrix, _matrix_product),
}


@dataclass(frozen=True)
class Composition:
    """Compose words by one of `OPERATIONS`, without any parameters.

    Attributes:
        size: size of a word's vector and of a state.
        operation: its name.
    """

    size: int
    operation: str

    def parameters(self, rng: Generator) -> dict[str, InitialValue]:
        """Return no parameters."""
        return {}

    def __call__(self, params: Tensors, sequence: VectorSequence) -> Tensor:
        """Return the states (time, batch, size) over a sequence of vectors of `size`."""
        identity, step = OPERATIONS[self.operation]
        x = pt.specify_shape(sequence.unrolled(), (None, None, self.size))
        row = pt.as_tensor(identity(self.size)[None].astype(x.dtype))
        return scan_states(step, [x], [repeat_row(row, x)], [], 0, sequence.mask)


@dataclass(frozen=True)
class Dense:
    """A fully connected layer, `activation(h w + b)`: equations 8 and 9 of the paper.

    Attributes:
        size_in: size of the input.
        size: size of the output.
        activation: name of the activation.
    """

    size_in: int
    size: int
    activation: str

    def parameters(self, rng: Generator) -> dict[str, InitialValue]:
        """Draw the initial values of w and b."""
        width = columns(self.activation, self.size)
        return {"w": orthogonal(rng, (self.size_in, width)), "b": zeros(width)}

    def logits(self, params: Tensors, h: Tensor) -> Tensor:
        """Return the pre-activations for `h` (..., size_in): (..., columns)."""
        return pt.dot(h, params["w"]) + params["b"]

    def __call__(self, params: Tensors, h: Tensor) -> Tensor:
        """Return the activations for `h` (..., size_in): (..., size)."""
        return ACTIVATIONS[self.activation](self.logits(params, h))


RECURRENT: dict[str, type[GRU | LSTM]] = {"gru": GRU, "lstm": LSTM}
