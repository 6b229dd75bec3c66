"""The order of minibatches, and the arrays of one, as imaginet's `SortedPaddedXYZ` makes them."""

from typing import NamedTuple

import numpy as np

from .preprocessing import PAD

BATCHES_A_CHUNK = 20


class Minibatch(NamedTuple):
    """X, Y: (time, batch) int32 word ids; Z: (batch, features) float32."""

    X: np.ndarray
    Y: np.ndarray
    Z: np.ndarray


def padded(sequences):
    """Lists of ids as an array (time, batch) int32, filled up on the left with PAD."""
    time = max(map(len, sequences))
    array = np.full((time, len(sequences)), PAD, dtype=np.int32)
    for i, ids in enumerate(sequences):
        array[time - len(ids) :, i] = ids
    return array


def batches(lengths, size, rng=None):
    """Indices of the sequences of each minibatch, one array at a time.

    Chunks of 20 minibatches in the order given, sorted by length inside a chunk; with `rng`
    (RandomState) the minibatches of a chunk are shuffled, else they stay sorted.
    """
    lengths = np.asarray(lengths)
    for start in range(0, len(lengths), size * BATCHES_A_CHUNK):
        chunk = np.arange(start, min(start + size * BATCHES_A_CHUNK, len(lengths)))
        chunk = chunk[np.argsort(lengths[chunk], kind="stable")]
        cut = [chunk[i : i + size] for i in range(0, len(chunk), size)]
        order = range(len(cut)) if rng is None else rng.permutation(len(cut))
        yield from (cut[i] for i in order)


def equal_lengths(lengths, size):
    """Indices of minibatches of one length each, which need no padding."""
    lengths = np.asarray(lengths)
    for length in np.unique(lengths):
        group = np.flatnonzero(lengths == length)
        yield from (group[i : i + size] for i in range(0, len(group), size))
