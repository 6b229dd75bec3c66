"""A matrix in several files, read a few rows at a time: an uncompressed array of zarr, version 3.

The folder has `zarr.json`, which gives the shape and how many rows a file has, and the files
`c/0/0`, `c/1/0` and so on, which hold nothing but numbers. So a row is where its number says, and
is read without a library and without mapping anything; what reads zarr can read it too.
https://zarr-specs.readthedocs.io/en/latest/v3/core/
"""

import json
import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from ..errors import UserError, quoted
from ..files import json_files, reading, validation
from ..files.atomic import atomic, temporary_folder, writing
from .feature_file import fill

FLOAT32 = np.dtype("<f4")
SHARD_BYTES = 2**26  # of a file, at most
FIX = "write it uncompressed, as imaginet data import FOLDER NEW_FOLDER --sharded does"
CODECS = [{"name": "bytes", "configuration": {"endian": "little"}}]
KEYS = {"name": "default", "configuration": {"separator": "/"}}
# What `zarr.json` must say beside the shape, and what it may leave out.
WANTED: dict[str, Any] = {
    "zarr_format": 3, "node_type": "array", "data_type": "float32",
    "chunk_key_encoding": KEYS, "codecs": CODECS,
}  # fmt: skip
METADATA = "zarr.json"
MAX_ROWS = 2**40  # and columns; that as many are there is known by the files


class ShardedMatrix:
    """A matrix of float32 in the files of a folder.

    Attributes:
        path: the folder.
        shape: (rows, columns).
        dtype: float32.
    """

    dtype = FLOAT32
    is_float32 = True

    def __init__(self, path: Path) -> None:
        """Open the matrix.

        Raises:
            UserError: `zarr.json` says something else, or a file is missing or of another size.
        """
        self.path = path
        self.shape, self._rows_of_file = _shape(path / METADATA)
        self._stamps = [self._checked(i) for i in range(-(-self.shape[0] // self._rows_of_file))]

    def files(self) -> list[Path]:
        """Return the paths of all files, `zarr.json` first."""
        return [self.path / METADATA, *(_file(self.path, i) for i in range(len(self._stamps)))]

    def _checked(self, number: int) -> tuple[int, int]:
        """Return the state of a file of the right size."""
        path, wanted = _file(self.path, number), self._rows_of_file * self._row_bytes
        with reading.open_file(path, FIX) as file:
            stamp = _stamp(file.fileno())
        if stamp[0] != wanted:
            raise UserError(f"{path} has {stamp[0]:,} bytes, not {wanted:,}; {FIX}")
        return stamp

    @property
    def _row_bytes(self) -> int:
        return self.shape[1] * self.dtype.itemsize

    def rows(self, start: int, stop: int) -> npt.NDArray[np.float32]:
        """Return the rows from `start` up to `stop`.

        Raises:
            UserError: a file was changed since it was opened, or cannot be read.
        """
        block, done = np.empty((stop - start, self.shape[1]), self.dtype), 0
        while done < len(block):
            number, first = divmod(start + done, self._rows_of_file)
            count = min(len(block) - done, self._rows_of_file - first)
            self._read(block[done : done + count], number, first)
            done += count
        return block

    def _read(self, block: npt.NDArray[np.float32], number: int, first: int) -> None:
        """Fill `block` with rows of one file, from the one numbered `first` in it on."""
        path = _file(self.path, number)
        with reading.open_file(path, FIX) as file:
            if _stamp(file.fileno()) != self._stamps[number]:
                raise UserError(f"{path} was changed while it was in use; start again")
            fill(block, file.fileno(), first * self._row_bytes, path)


def write(folder: Path, blocks: Iterable[npt.NDArray[np.float32]]) -> None:
    """Write a matrix, whole or not at all.

    Args:
        folder: a new folder, in one that is there.
        blocks: the rows in order, in arrays (any number, columns); there must be one row at least.

    Raises:
        UserError: the folder cannot be written.
    """
    with writing(folder), temporary_folder(folder.parent) as temporary:
        rows = 0
        for number, (content, filled) in enumerate(_contents(blocks)):
            path, rows = _file(temporary / "new", number), rows + filled
            path.parent.mkdir(parents=True)
            with atomic(path, "wb") as file:
                file.write(content)
        described = WANTED | _describe((rows, content.shape[1]), len(content))
        (temporary / "new" / METADATA).write_text(json.dumps(described, indent=1))
        os.replace(temporary / "new", folder)


def _contents(
    blocks: Iterable[npt.NDArray[np.float32]],
) -> Iterator[tuple[npt.NDArray[np.float32], int]]:
    """Yield the content of each file, the last filled up with zeros, and how many rows it has."""
    content, filled = np.empty((0, 0), FLOAT32), 0
    for block in blocks:
        if not len(content):
            per_file = max(1, SHARD_BYTES // (block.shape[1] * FLOAT32.itemsize))
            content = np.zeros((per_file, block.shape[1]), FLOAT32)
        while len(block):
            part, block = np.split(block, [len(content) - filled])
            content[filled : filled + len(part)] = part
            filled += len(part)
            if filled == len(content):
                yield content, filled
                content[:], filled = 0, 0
    if filled:
        yield content, filled


def _describe(shape: tuple[int, int], rows_of_file: int) -> dict[str, Any]:
    """Return what `zarr.json` says of a matrix beside `WANTED`."""
    grid = {"name": "regular", "configuration": {"chunk_shape": [rows_of_file, shape[1]]}}
    return {"shape": shape, "chunk_grid": grid, "fill_value": 0.0, "attributes": {}}


def _shape(path: Path) -> tuple[tuple[int, int], int]:
    """Return the shape and the rows of a file that `zarr.json` states.

    Raises:
        UserError: it does not describe a matrix in such files.
    """
    content = json_files.read_json(path, limit=reading.MAX_FILE)
    for key, value in WANTED.items():
        if content.get(key) != value:
            raise UserError(f"{path}: {key!r} is {quoted(content.get(key))}, not {value}; {FIX}")
    if content.get("storage_transformers"):
        raise UserError(f"{path}: its files are transformed; {FIX}")
    grid = validation.field(content, "chunk_grid", dict, path)
    chunks = validation.field(grid.get("configuration"), "chunk_shape", list, path)
    shape = validation.field(content, "shape", list, path)
    for name, value in (("shape", shape), ("chunk_shape", chunks)):
        if len(value) != 2 or any(type(n) is not int or not 0 < n <= MAX_ROWS for n in value):
            raise UserError(f"{path}: {name!r} is {quoted(value)}, not that of a matrix; {FIX}")
    if chunks[1] != shape[1]:
        raise UserError(f"{path}: a file has {chunks[1]:,} of {shape[1]:,} columns; {FIX}")
    return (shape[0], shape[1]), chunks[0]


def _file(folder: Path, number: int) -> Path:
    return folder / "c" / str(number) / "0"


def _stamp(handle: int) -> tuple[int, int]:
    status = os.fstat(handle)
    return status.st_size, status.st_mtime_ns
