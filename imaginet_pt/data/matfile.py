"""Read a matrix of a MATLAB 5 file, a few columns at a time.

The format is described in MathWorks' "MAT-File Format". SciPy's reader is not used: it loads the
whole matrix into memory, and a damaged file can crash it, and Python with it.
"""

import contextlib
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from os import PathLike
from typing import Any, BinaryIO

import numpy as np
import numpy.typing as npt

from ..errors import quoted
from ..files import reading

MATRIX, PACKED = 14, 15  # types of element: a variable, and one that zlib has packed
TYPES = {1: "i1", 2: "u1", 3: "i2", 4: "u2", 5: "i4", 6: "u4", 7: "f4", 9: "f8", 12: "i8", 13: "u8"}
NUMERIC = range(6, 16)  # classes double, single, int8 to uint64
COMPLEX = 0x0800  # flag
VERSIONS = {0x0100: "5", 0x0200: "7.3 (HDF5)"}
HEADER, LONGEST, PIECE = 128, 4096, 2**16  # bytes: file header, element of a header, packed piece


@dataclass(frozen=True)
class Matrix:
    """A full real matrix whose values are not read yet.

    Attributes:
        shape: (rows, columns).
        dtype: the type of the values as stored.
        stream: the file, positioned at the first value.
    """

    shape: tuple[int, int]
    dtype: np.dtype[Any]
    stream: "BinaryIO | _Unpacked"

    def columns(self, count: int) -> Iterator[npt.NDArray[Any]]:
        """Yield all columns in order, in arrays (count, rows); the last may be shorter."""
        rows, columns = self.shape
        for start in range(0, columns, count):
            few = min(count, columns - start)
            content = _read(self.stream, few * rows * self.dtype.itemsize)
            yield np.frombuffer(content, self.dtype).reshape(few, rows)
        if isinstance(self.stream, _Unpacked):
            self.stream.finish()


class _Unpacked:
    """The content of a packed element of `size` bytes, as a file that can be read once."""

    def __init__(self, file: BinaryIO, size: int) -> None:
        self.file, self.left, self.rest = file, size, b""
        self.packed, self.produced = 0, 0  # bytes so far
        self.inflate = zlib.decompressobj()

    def read(self, size: int) -> bytes:
        """Return the next `size` bytes, or fewer at the end."""
        content = bytearray()
        while len(content) < size and not self.inflate.eof:
            piece = self.rest or self.file.read(min(PIECE, self.left))
            if not self.rest:
                self.left -= len(piece)
                self.packed += len(piece)
            more = self.inflate.decompress(piece, size - len(content))
            if not piece and not more:
                raise ValueError("it ends too early")
            content += more
            self.rest = self.inflate.unconsumed_tail
            self._count(len(more))
        return bytes(content)

    def _count(self, produced: int) -> None:
        self.produced += produced
        limit = reading.unpacked_limit(self.packed)
        if self.produced > limit:
            raise ValueError(f"it unpacks to more than {limit:,} bytes")

    def finish(self) -> None:
        """Read the padding, less than 8 bytes, and the checksum behind it, which zlib verifies."""
        self.read(8)
        if not self.inflate.eof:
            raise ValueError("it goes on where it should end")


@contextlib.contextmanager
def open_matrix(path: str | PathLike[str], name: str, fix: str) -> Iterator[Matrix]:
    """Open the `Matrix` called `name` in the MATLAB 5 file `path` for reading.

    Raises:
        UserError: the file has another version, is damaged, lacks the variable, or holds more
            values than its size explains; or the variable is no full real matrix. The message
            ends with `fix`.
    """
    with reading.open_file(path, fix) as file:
        limit = reading.unpacked_limit(reading.size_of(file))
        order = _order(_read(file, HEADER))
        others: list[str] = []
        for stream in _variables(file, order):
            flags, shape, found = _header(stream, order)
            if found == name:
                yield _matrix(stream, order, flags, shape, limit)
                return
            others.append(found)
        raise ValueError(f"it has no variable {name!r}, only {quoted(others)}")


def _order(header: bytes) -> str:
    """Return the byte order, `<` or `>`, of a file with this header."""
    order = {b"IM": "<", b"MI": ">"}.get(header[126:], "")
    version = VERSIONS.get(struct.unpack(f"{order}H", header[124:126])[0]) if order else None
    if version != "5":
        raise ValueError(f"it is a MATLAB {version} file" if version else "it is no MATLAB 5 file")
    return order


def _variables(file: BinaryIO, order: str) -> Iterator["BinaryIO | _Unpacked"]:
    """Yield a stream for each variable of the file, positioned at the tag of its matrix."""
    while tag := file.read(8):
        kind, size = struct.unpack(f"{order}II", tag.ljust(8, b"\0"))
        start = file.tell()
        if kind == MATRIX:
            file.seek(start - 8)
        yield _Unpacked(file, size) if kind == PACKED else file
        file.seek(start + size)


def _header(stream: "BinaryIO | _Unpacked", order: str) -> tuple[bytes, bytes, str]:
    """Read flags, shape (both as bytes) and name of the variable that begins here."""
    kind, _, _ = _tag(stream, order)
    if kind != MATRIX:
        raise ValueError(f"an element of type {kind} stands where a variable should")
    flags, shape, name = (_element(stream, order) for _ in range(3))
    return flags, shape, name.decode("latin-1")


def _matrix(
    stream: "BinaryIO | _Unpacked", order: str, flags: bytes, size: bytes, limit: int
) -> Matrix:
    """Return the matrix behind a header; its stated size is checked before values are read."""
    if len(flags) != 8 or len(size) != 8:
        raise ValueError("the variable is not a matrix")
    (flag, _), shape = struct.unpack(f"{order}II", flags), struct.unpack(f"{order}ii", size)
    if flag & 0xFF not in NUMERIC or flag & COMPLEX:
        raise ValueError("the variable is not a full matrix of real numbers")
    kind, content, _ = _tag(stream, order)
    if kind not in TYPES:
        raise ValueError(f"values of the unknown type {kind}")
    dtype = np.dtype(order + TYPES[kind])
    if min(shape) < 1 or content != shape[0] * shape[1] * dtype.itemsize:
        raise ValueError(f"{content:,} bytes of values do not fill a matrix of shape {shape}")
    if content > limit:
        raise ValueError(f"it unpacks to more than {limit:,} bytes")
    return Matrix(shape, dtype, stream)


def _element(stream: "BinaryIO | _Unpacked", order: str) -> bytes:
    _, size, padding = _tag(stream, order)
    if size > LONGEST:
        raise ValueError("a variable's header is damaged")
    return _read(stream, size + padding)[:size]


def _tag(stream: "BinaryIO | _Unpacked", order: str) -> tuple[int, int, int]:
    """Read type, size and padding of the next element; up to four bytes have a short form."""
    (word,) = struct.unpack(f"{order}I", _read(stream, 4))
    kind, size = word & 0xFFFF, word >> 16
    if size:
        return kind, size, max(4 - size, 0)
    (size,) = struct.unpack(f"{order}I", _read(stream, 4))
    return kind, size, -size % 8


def _read(stream: "BinaryIO | _Unpacked", size: int) -> bytes:
    content = stream.read(size)
    if len(content) != size:
        raise ValueError("it ends too early")
    return content
