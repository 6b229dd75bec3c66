"""Sequences of vectors as layers read them, and the loop over time."""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple, TypeAlias

import pytensor
import pytensor.tensor as pt

from ..ops.gather import Gather
from ..ops.types import Tensor


class Words(NamedTuple):
    """A minibatch of word sequences: the vectors of its distinct words, and their positions.

    Attributes:
        vectors: (distinct, size).
        positions: the row of `vectors` at each position, (time, batch).
    """

    vectors: Tensor
    positions: Tensor

    def project(self, w: Tensor, b: Tensor) -> Tensor:
        """Return `x_t w + b` at each position, (time, batch, columns), computed once per word."""
        return Gather()(pt.dot(self.vectors, w) + b, self.positions)

    def unrolled(self) -> Tensor:
        """Return the vector at each position, (time, batch, size)."""
        return Gather()(self.vectors, self.positions)


class States(NamedTuple):
    """A minibatch of sequences of states: `values`, (time, batch, size)."""

    values: Tensor

    def project(self, w: Tensor, b: Tensor) -> Tensor:
        """Return `h_t w + b` at each position, (time, batch, columns)."""
        return pt.dot(self.values, w) + b

    def unrolled(self) -> Tensor:
        """Return the states themselves, (time, batch, size)."""
        return self.values


VectorSequence: TypeAlias = Words | States


def scan_states(
    step: Callable[..., Any],
    sequences: Sequence[Tensor],
    states: Sequence[Tensor],
    constants: Sequence[Tensor],
    stored: int = 0,
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

    Returns:
        The first of the states at each step, (time, batch, size).
    """
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


def repeat_row(row: Tensor, x: Tensor) -> Tensor:
    """Repeat `row` (1, size) for each sequence of `x` (time, batch, ...): (batch, size)."""
    rows: Any = pt.alloc(row[0], x.shape[1], row.shape[1])
    return rows
