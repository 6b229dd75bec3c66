"""Initial weights, drawn as Passage's `inits.py` draws them, from an explicit generator.

The generator is `numpy.random.RandomState`: the original's stream, so that a seed gives the
original's numbers. Without one (None) nothing is drawn: an array of that shape takes no memory.
"""

import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from threadpoolctl import threadpool_limits


def uniform(rng, shape, scale=0.05):
    """Uniform on [-scale, scale), float32, of `shape`."""
    if rng is None:
        return shaped(shape)
    return rng.uniform(low=-scale, high=scale, size=shape).astype("float32")


@dataclass(frozen=True)
class Orthogonal:
    """Rows or columns orthonormal times `scale`, float32, still to be `computed`.

    The singular vectors of a standard normal matrix (Saxe, McClelland and Ganguli 2014); their
    signs depend on the LAPACK build.
    """

    normal: np.ndarray
    scale: float

    def compute(self):
        return (self.scale * _singular_vectors(self.normal)).astype("float32")


def _singular_vectors(a):
    """u of a = u s v if it has the shape of a, else v. A wide matrix goes in as its factor l q.

    It is that LAPACK does too, but forms q and all of v, which takes twice the time.
    """
    rows, columns = a.shape
    if rows >= columns:
        return np.linalg.svd(a, full_matrices=False)[0]
    u, s, _ = np.linalg.svd(np.transpose(np.linalg.qr(a.T, mode="r")))
    return u.T @ a / s[:, None]


def orthogonal(rng, shape, scale=1.1):
    """`Orthogonal` of `shape` (rows, columns)."""
    if rng is None:
        return shaped(shape)
    return Orthogonal(rng.normal(0.0, 1.0, shape), scale)


def materialize(arrays):
    """`arrays` by name with those that are `Orthogonal` computed, one on each core at a time.

    By one thread of BLAS each, so that their bytes do not depend on how many it may take.
    """
    drawn = {name: a for name, a in arrays.items() if isinstance(a, Orthogonal)}
    if not drawn:
        return arrays
    with threadpool_limits(1, "blas"), ThreadPoolExecutor(os.cpu_count()) as pool:
        made = pool.map(Orthogonal.compute, drawn.values())
        return arrays | dict(zip(drawn, made, strict=True))


def shaped(shape):
    """Zeros, float32, of `shape`, that share one number; read only."""
    return np.broadcast_to(np.float32(0), shape)


def zeros(shape):
    """Zeros, float32, of `shape`."""
    return np.zeros(shape, dtype="float32")
