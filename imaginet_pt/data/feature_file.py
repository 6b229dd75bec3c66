"""A matrix in a .npy file, read a few rows at a time.

The file is not memory-mapped: if another program truncates a mapped file, a signal kills this
process. Read like this, the same mishap is an error of one line.
"""

import os
import weakref
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from ..errors import UserError
from ..files import reading
from ..files.arrays import NpyHeader, read_npy_header

WAY_OUT = "save('vgg_feats.mat', 'feats', '-v7') in MATLAB, or write feats.npy (images x features)"
FIX = f"get it again, or {WAY_OUT}"


class NpyMatrix:
    """A matrix of numbers in a .npy file, which stays open.

    Attributes:
        path: the file.
        shape: (rows, columns), or any other shape that the header states.
        dtype: the type of the values as stored.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        with reading.open_file(path, FIX) as file:
            self._header: NpyHeader = read_npy_header(file)
            self.shape, self.dtype = self._header.shape, self._header.dtype
            if self.dtype.hasobject:
                raise ValueError("it holds Python objects")
            values = int(np.prod(self.shape, dtype=object)) * self.dtype.itemsize
            if values > reading.size_of(file) - self._header.start:
                raise ValueError(f"it is too small for an array of shape {self.shape}")
            self._handle = os.dup(file.fileno())
        weakref.finalize(self, os.close, self._handle)
        self._stamp = self._current_stamp()

    def __reduce__(self) -> tuple[Any, ...]:
        """Be copied, or sent to another process, as the path of the file, which is opened there."""
        return _reopened, (self.path.absolute(), self._stamp)

    def _current_stamp(self) -> tuple[int, int]:
        status = os.fstat(self._handle)
        return status.st_size, status.st_mtime_ns

    @property
    def is_float32(self) -> bool:
        """Whether the file can be read as a `FeatureFile`."""
        in_rows = len(self.shape) == 2 and not self._header.fortran_order
        return in_rows and self.dtype == np.dtype("<f4")

    def rows(self, start: int, stop: int) -> npt.NDArray[Any]:
        """Return the rows from `start` up to `stop`.

        Raises:
            UserError: the file was changed since it was opened, or cannot be read.
        """
        self.check_unchanged(self._current_stamp())
        count, (rows, columns) = stop - start, self.shape
        if not self._header.fortran_order:
            block = np.empty((count, columns), self.dtype)
            self._read_into(block, start * columns)
            return block
        block = np.empty((columns, count), self.dtype)
        for column in range(columns):
            self._read_into(block[column], column * rows + start)
        return block.T

    def check_unchanged(self, stamp: tuple[int, int]) -> None:
        """Check that the file is as it was at another time.

        Raises:
            UserError: it is not.
        """
        if stamp != self._stamp:
            raise UserError(f"{self.path} was changed while it was in use; start again")

    def _read_into(self, array: npt.NDArray[Any], first: int) -> None:
        """Fill a contiguous array with values, from the one numbered `first` on."""
        place = self._header.start + first * self.dtype.itemsize
        fill(array, self._handle, place, self.path)


def _reopened(path: Path, stamp: tuple[int, int]) -> NpyMatrix:
    """Open the file of a matrix again, as it was."""
    matrix = NpyMatrix(path)
    matrix.check_unchanged(stamp)
    return matrix


def fill(array: npt.NDArray[Any], handle: int, place: int, path: Path) -> None:
    """Fill a contiguous array with the bytes of an open file, from `place` on.

    Raises:
        UserError: the file ends before, or cannot be read.
    """
    target, done = memoryview(array.reshape(-1).view("u1").data), 0
    while done < len(target):
        with reading.guard(path, FIX):
            read = os.preadv(handle, [target[done:]], place + done)
        if not read:
            raise UserError(f"{path} ends too early: it was changed; start again")
        done += read


class Matrix(Protocol):
    """A matrix in files that is read a few rows at a time: `NpyMatrix`, or one of several files."""

    path: Path
    dtype: np.dtype[Any]

    @property
    def shape(self) -> tuple[int, ...]:
        """(rows, columns), or any other shape that the file states."""

    @property
    def is_float32(self) -> bool:
        """Whether it can be read as a `FeatureFile`."""

    def rows(self, start: int, stop: int) -> npt.NDArray[Any]:
        """Return the rows from `start` up to `stop`."""
        ...


class FeatureFile:
    """Image features in files, (images, features) float32; index the rows as of an array.

    Attributes:
        path: the file, or the folder of several.
        shape: (images, features).
        dtype: float32.
    """

    dtype = np.dtype("float32")
    ndim = 2

    def __init__(self, matrix: Matrix) -> None:
        self.path = matrix.path
        self.shape: tuple[int, int] = (matrix.shape[0], matrix.shape[1])
        self._matrix = matrix

    def __len__(self) -> int:
        """Return the number of images."""
        return self.shape[0]

    def __repr__(self) -> str:
        """Return path and shape in one line."""
        return f"FeatureFile({str(self.path)!r}, {self.shape[0]} x {self.shape[1]})"

    def __getitem__(self, index: Any) -> npt.NDArray[np.float32]:
        """Read the rows of an index: an integer, a slice, or an array of integers or booleans.

        Raises:
            UserError: the file was changed since it was opened, or has values that are not finite.
        """
        rows = np.arange(len(self))[index]
        features = self._read(np.atleast_1d(rows))
        return features.reshape(*np.shape(rows), self.shape[1])

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> npt.NDArray[Any]:
        """Read all rows."""
        return self[:].astype(dtype or self.dtype, copy=False)

    def _read(self, rows: npt.NDArray[np.int64]) -> npt.NDArray[np.float32]:
        """Read rows of the file, consecutive ones in one go."""
        features = np.empty((len(rows), self.shape[1]), "float32")
        begins = np.flatnonzero(np.diff(rows, prepend=-2) != 1)
        for begin, end in zip(begins, np.append(begins[1:], len(rows)), strict=False):
            first = int(rows[begin])
            features[begin:end] = self._matrix.rows(first, first + int(end - begin))
        if not np.isfinite(features).all():
            raise UserError(f"{self.path} has values that are not finite; delete it")
        return features


Features = FeatureFile | npt.NDArray[np.float32]
