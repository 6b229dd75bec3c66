"""Initial weights, drawn as Passage's `inits.py` draws them, from an explicit generator.

The generator is `numpy.random.RandomState`: the original's stream, so that a seed gives the
original's numbers. Without one (None) nothing is drawn: an array of that shape takes no memory.
"""

import numpy as np


def uniform(rng, shape, scale=0.05):
    """Uniform on [-scale, scale), float32, of `shape`."""
    if rng is None:
        return shaped(shape)
    return rng.uniform(low=-scale, high=scale, size=shape).astype("float32")


def orthogonal(rng, shape, scale=1.1):
    """Rows or columns orthonormal times `scale`, float32, of `shape` (rows, columns).

    The singular vectors of a standard normal matrix (Saxe, McClelland and Ganguli 2014); their
    signs depend on the LAPACK build.
    """
    if rng is None:
        return shaped(shape)
    u, _, v = np.linalg.svd(rng.normal(0.0, 1.0, shape), full_matrices=False)
    return (scale * (u if u.shape == shape else v)).astype("float32")


def shaped(shape):
    """Zeros, float32, of `shape`, that share one number; read only."""
    return np.broadcast_to(np.float32(0), shape)


def zeros(shape):
    """Zeros, float32, of `shape`."""
    return np.zeros(shape, dtype="float32")
