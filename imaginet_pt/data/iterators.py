"""The order of minibatches and their arrays, as in imaginet's `SortedPaddedXYZ`."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from .preprocessing import PAD

BATCHES_A_CHUNK = 20

Lengths = Sequence[int] | npt.NDArray[np.int64]


class Minibatch(NamedTuple):
    """X, Y: (time, batch) int32 word ids; Z: (batch, features) float32."""

    X: npt.NDArray[np.int32]
    Y: npt.NDArray[np.int32]
    Z: npt.NDArray[np.float32]


def padded(sequences: Sequence[Sequence[int]]) -> npt.NDArray[np.int32]:
    """Return lists of ids as an array (time, batch), padded on the left with PAD."""
    time = max(map(len, sequences))
    array = np.full((time, len(sequences)), PAD, dtype=np.int32)
    for i, ids in enumerate(sequences):
        array[time - len(ids) :, i] = ids
    return array


def batches(
    lengths: Lengths, size: int, rng: np.random.RandomState | None = None
) -> Iterator[npt.NDArray[np.int64]]:
    """Yield the indices of the sequences of each minibatch.

    Chunks of 20 minibatches keep the given order; inside a chunk sequences are sorted by length.
    With `rng` the minibatches of a chunk are shuffled, else they stay sorted.
    """
    lengths = np.asarray(lengths)
    for start in range(0, len(lengths), size * BATCHES_A_CHUNK):
        chunk = np.arange(start, min(start + size * BATCHES_A_CHUNK, len(lengths)))
        chunk = chunk[np.argsort(lengths[chunk], kind="stable")]
        minibatches = [chunk[i : i + size] for i in range(0, len(chunk), size)]
        order = range(len(minibatches)) if rng is None else rng.permutation(len(minibatches))
        yield from (minibatches[i] for i in order)


def equal_lengths(lengths: Lengths, size: int) -> Iterator[npt.NDArray[np.int64]]:
    """Yield the indices of minibatches of sequences of equal length, which need no padding."""
    lengths = np.asarray(lengths)
    for length in np.unique(lengths):
        group = np.flatnonzero(lengths == length)
        yield from (group[i : i + size] for i in range(0, len(group), size))
