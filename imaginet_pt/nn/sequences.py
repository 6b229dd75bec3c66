"""Sequences of vectors as layers read them, and the loop over time."""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple, TypeAlias

import pytensor
import pytensor.tensor as pt

from ..ops.gather import Gather
from ..ops.types import Tensor

# Where there is no padding, (time, batch); None where padding is read as a word too.
Mask: TypeAlias = "Tensor | None"


class Words(NamedTuple):
    """A minibatch of word sequences: the vectors of its distinct words, and their positions.

    Attributes:
        vectors: (distinct, size).
        positions: the row of `vectors` at each position, (time, batch).
        mask: where there is no padding.
    """

    vectors: Tensor
    positions: Tensor
    mask: Mask = None

    def project(self, w: Tensor, b: Tensor) -> Tensor:
        """Return `x_t w + b` at each position, (time, batch, columns), computed once per word."""
        return Gather()(pt.dot(self.vectors, w) + b, self.positions)

    def unrolled(self) -> Tensor:
        """Return the vector at each position, (time, batch, size)."""
        return Gather()(self.vectors, self.positions)


class States(NamedTuple):
    """A minibatch of sequences of states: `values`, (time, batch, size); `mask` as of `Words`."""

    values: Tensor
    mask: Mask = None

    def project(self, w: Tensor, b: Tensor) -> Tensor:
        """Return `h_t w + b` at each position, (time, batch, columns)."""
        return pt.dot(self.values, w) + b

    def unrolled(self) -> Tensor:
        """Return the states themselves, (time, batch, size)."""
        return self.values


class Beside(NamedTuple):
    """A minibatch of sequences with one vector more for each: [x_t, v] at each position.

    Attributes:
        sequence: of the vectors x_t.
        vectors: v of each sequence, (batch, size).
        size_in: size of x_t.
    """

    sequence: "VectorSequence"
    vectors: Tensor
    size_in: int

    @property
    def mask(self) -> Mask:
        """Where there is no padding."""
        return self.sequence.mask

    def project(self, w: Tensor, b: Tensor) -> Tensor:
        """Return `[x_t, v] w + b` at each position, (time, batch, columns); v is done once."""
        x, v = w[: self.size_in], w[self.size_in :]
        return self.sequence.project(x, b) + pt.dot(self.vectors, v)

    def unrolled(self) -> Tensor:
        """Return [x_t, v] at each position, (time, batch, both sizes)."""
        x = self.sequence.unrolled()
        v = pt.alloc(self.vectors, x.shape[0], *self.vectors.shape)
        return pt.concatenate([x, v], axis=2)


VectorSequence: TypeAlias = Words | States | Beside


def scan_states(
    step: Callable[..., Any],
    sequences: Sequence[Tensor],
    states: Sequence[Tensor],
    constants: Sequence[Tensor],
    stored: int = 0,
    mask: Mask = None,
) -> Tensor:
    """Loop over time with `step(*sequences[t], *states[t-1], *constants)`.

    This is the only loop of the package.

    Args:
        step: returns the new states, and after them the values to store.
        sequences: the inputs to loop over, each (time, batch, ...).
        states: the states before the first step, each (batch, size).
        constants: the inputs that are the same at each step.
        stored: how many values of each step are stored, so that the loop of the gradient need not
            compute them again.
        mask: where the states move, (time, batch); None for everywhere.

    Returns:
        The first of the states at each step, (time, batch, size).
    """
    if mask is not None:
        step, sequences = _masked(step, len(sequences), len(states)), [mask, *sequences]
    outputs: Any = pytensor.scan(
        step,
        sequences=sequences,
        outputs_info=list(states) + [None] * stored,
        non_sequences=constants,
        n_steps=sequences[0].shape[0],
        strict=True,
        return_updates=False,
        return_list=True,
    )
    return outputs[0]


def _masked(step: Callable[..., Any], sequences: int, states: int) -> Callable[..., Any]:
    """Return `step` with a mask (batch,) before its arguments, that keeps the states where it is 0.

    Args:
        step: of `scan_states`.
        sequences: how many of its arguments are of sequences.
        states: how many arguments after those, and outputs, are states.
    """

    def masked_step(mask: Tensor, *args: Tensor) -> list[Tensor]:
        result, old = step(*args), args[sequences : sequences + states]
        outputs = list(result) if isinstance(result, tuple | list) else [result]
        moves = mask[:, None]
        kept = [pt.switch(moves, h_new, h) for h_new, h in zip(outputs, old, strict=False)]
        return [*kept, *outputs[states:]]

    return masked_step


def repeat_row(row: Tensor, x: Tensor) -> Tensor:
    """Repeat `row` (1, size) for each sequence of `x` (time, batch, ...): (batch, size)."""
    rows: Any = pt.alloc(row[0], x.shape[1], row.shape[1])
    return rows
