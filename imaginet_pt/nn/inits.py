"""Initial weights, drawn as Passage's `inits.py` draws them, from an explicit generator.

The generator is a `numpy.random.RandomState`, as in the original, so that a seed gives the
original's numbers. With None instead nothing is drawn: the arrays are placeholders that have a
shape but take no memory.
"""

import os
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
from threadpoolctl import threadpool_limits

from ..ops.types import Array
from .kept_matrices import kept

WORTH_KEEPING = 2**18  # numbers of a matrix that takes a tenth of a second to compute


def uniform(
    rng: np.random.RandomState | None, shape: tuple[int, ...], scale: float = 0.05
) -> Array:
    """Draw float32 numbers uniformly from [-scale, scale)."""
    if rng is None:
        return placeholder(shape)
    return rng.uniform(low=-scale, high=scale, size=shape).astype("float32")


@dataclass(frozen=True)
class Orthogonal:
    """A matrix with orthonormal rows or columns times `scale`, drawn but not computed yet.

    It consists of the singular vectors of a standard normal matrix (Saxe, McClelland and Ganguli
    2014). Their signs depend on the LAPACK build.

    Attributes:
        normal: the standard normal matrix, (rows, columns).
        scale: the factor of the orthonormal matrix.
    """

    normal: npt.NDArray[np.float64]
    scale: float

    def compute(self) -> npt.NDArray[np.float32]:
        """Return the matrix, float32; a large one is kept in the user's cache."""
        if self.normal.size < WORTH_KEEPING:
            return self._compute()
        return kept(self.normal, self.scale, self._compute)

    def _compute(self) -> npt.NDArray[np.float32]:
        return (self.scale * _singular_vectors(self.normal)).astype("float32")


# What a layer lists as the initial value of a parameter.
InitialValue: TypeAlias = Array | Orthogonal


def _singular_vectors(a: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Return u of a = u s v if it has the shape of a, else v.

    A wide matrix is replaced by the factor l of a = l q. LAPACK does that too, but then forms q
    and all of v, which takes twice the time.
    """
    rows, columns = a.shape
    if rows >= columns:
        return np.linalg.svd(a, full_matrices=False)[0]
    u, s, _ = np.linalg.svd(np.transpose(np.linalg.qr(a.T, mode="r")))
    return u.T @ a / s[:, None]


def orthogonal(
    rng: np.random.RandomState | None, shape: tuple[int, int], scale: float = 1.1
) -> InitialValue:
    """Draw an `Orthogonal` matrix of `shape`, for `materialize` to compute."""
    if rng is None:
        return placeholder(shape)
    return Orthogonal(rng.normal(0.0, 1.0, shape), scale)


def materialize(values: Mapping[str, InitialValue]) -> dict[str, Array]:
    """Compute the `Orthogonal` matrices among the named `values`, several at once on several cores.

    Each is computed with one thread of BLAS, so that its bytes do not depend on the number of
    threads.
    """
    arrays = {name: value for name, value in values.items() if not isinstance(value, Orthogonal)}
    drawn = {name: value for name, value in values.items() if isinstance(value, Orthogonal)}
    if drawn:
        with threadpool_limits(1, "blas"), ThreadPoolExecutor(os.cpu_count()) as pool:
            matrices = pool.map(Orthogonal.compute, drawn.values())
            arrays |= dict(zip(drawn, matrices, strict=True))
    return {name: arrays[name] for name in values}


def placeholder(shape: int | tuple[int, ...]) -> npt.NDArray[np.float32]:
    """Return read-only float32 zeros of `shape`, all of them one number in memory."""
    return np.broadcast_to(np.float32(0), shape)


def zeros(shape: int | tuple[int, ...]) -> npt.NDArray[np.float32]:
    """Return zeros of `shape`, float32."""
    return np.zeros(shape, dtype="float32")
