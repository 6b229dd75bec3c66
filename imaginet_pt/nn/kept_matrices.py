"""Keep matrices that take long to compute in the user's cache, known by what they are made of.

A file holds a matrix and its SHA-256. One that is damaged, or of another shape, is computed and
written anew. Where the folder cannot be used, nothing is kept and nothing is said: the cache only
saves time.
"""

import contextlib
import hashlib
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from threadpoolctl import threadpool_info

from ..errors import UserError
from ..files.arrays import read_arrays, write_arrays
from ..files.folders import cache_folder

FOLDER = "orthogonal"
MAX_BYTES = 2**30  # of all files; those that were not used for longest are removed
FIELDS = ("version", "architecture", "internal_api")  # of a BLAS, on which the last digits depend

Matrix = npt.NDArray[np.float32]


def _libraries() -> list[Any]:
    """Return NumPy's version, and what is known of the BLAS libraries that are loaded."""
    found = [library for library in threadpool_info() if library["user_api"] == "blas"]
    return [np.__version__, sorted([str(each.get(field)) for field in FIELDS] for each in found)]


LIBRARIES = _libraries()  # before a compiled function loads one more


def kept(source: npt.NDArray[np.float64], scale: float, compute: Callable[[], Matrix]) -> Matrix:
    """Return `compute()`, float32 of the shape of `source`, from the cache if it is there.

    Args:
        source: the matrix that it is made of.
        scale: the number that it is made of besides.
        compute: makes it; the same on each call with these libraries.
    """
    path = None
    with contextlib.suppress(UserError, OSError):
        path = cache_folder(FOLDER) / f"{_key(source, scale)}.npz"
        if path.exists():
            matrix = _read(path, source.shape)
            os.utime(path)
            return matrix
    matrix = compute()
    with contextlib.suppress(UserError, OSError):
        if path:
            write_arrays(path, {"matrix": matrix, "digest": _digest(matrix)})
            _remove_oldest(path.parent)
    return matrix


def _read(path: Path, shape: tuple[int, ...]) -> Matrix:
    """Read a matrix; raise UserError where it is not the one that was written."""
    arrays = read_arrays(path, ["matrix", "digest"])
    matrix = arrays["matrix"]
    if matrix.dtype != np.float32 or matrix.shape != shape:
        raise UserError(f"{path} holds another matrix; remove it")
    if not np.array_equal(_digest(matrix), arrays["digest"]):
        raise UserError(f"{path} is damaged; remove it")
    return matrix.copy()


def _digest(matrix: Matrix) -> npt.NDArray[np.uint8]:
    return np.frombuffer(hashlib.sha256(np.ascontiguousarray(matrix).data).digest(), np.uint8)


def _key(source: npt.NDArray[np.float64], scale: float) -> str:
    """Return a name for what decides the matrix, to its last bit."""
    digest = hashlib.sha256(json.dumps([source.shape, scale, LIBRARIES]).encode())
    digest.update(np.ascontiguousarray(source).data)
    return digest.hexdigest()


def _remove_oldest(folder: Path) -> None:
    """Remove the files that were used least recently, until the others have `MAX_BYTES`."""
    files = [(path.stat(), path) for path in folder.glob("*.npz")]
    total = 0
    for status, path in sorted(files, key=lambda file: -file[0].st_mtime):
        total += status.st_size
        if total > MAX_BYTES:
            path.unlink(missing_ok=True)
