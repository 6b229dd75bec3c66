"""Read users' files: regular ones only, of bounded size, in memory in proportion to their size."""

import contextlib
import gzip
import hashlib
import io
import os
import stat
from collections.abc import Iterator
from os import PathLike
from pathlib import Path
from typing import BinaryIO

from ..errors import UserError, explained, reason

MAX_FILE = 2**22  # bytes of word pairs, a vocabulary, a list; MEN's pairs have 60 KB
# Captions pack about 5 to 1, CNN features 2 to 15 to 1.
UNPACKED_FLOOR, UNPACKED_RATIO = 2**25, 20
PIECE = 2**20  # bytes read at a time
GET_AGAIN = "check the name, or get it again"
KINDS = {
    stat.S_IFDIR: "a directory",
    stat.S_IFIFO: "a named pipe",
    stat.S_IFCHR: "a device",
    stat.S_IFBLK: "a device",
    stat.S_IFSOCK: "a socket",
    stat.S_IFLNK: "a link",
}


def guard(path: object, fix: str = GET_AGAIN) -> contextlib.AbstractContextManager[None]:
    """Turn any error from reading the damaged file `path` into one line that ends with `fix`.

    Raises:
        UserError: the line.
    """
    # Decoders of damaged files raise anything.
    return explained(lambda error: f"cannot read {path}: {reason(error)}; {fix}", Exception)


@contextlib.contextmanager
def open_file(path: str | PathLike[str], fix: str = GET_AGAIN) -> Iterator[BinaryIO]:
    """Open a regular file for reading, with the block under `guard`.

    A named pipe, a device or a directory is refused at once: reading it might never end.

    Raises:
        UserError: the file is missing, of another kind, or damaged.
    """
    with guard(path, fix), open_regular(path) as file:
        yield file


def open_regular(path: str | PathLike[str]) -> BinaryIO:
    """Open a regular file for reading, without waiting for anything.

    Raises:
        ValueError: it is a named pipe, a device or a directory.
        OSError: it cannot be opened.
    """
    flags = os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC
    handle = os.open(path, flags)
    kind = stat.S_IFMT(os.fstat(handle).st_mode)
    if kind != stat.S_IFREG:
        os.close(handle)
        raise ValueError(f"it is {KINDS.get(kind, 'something else')}, not a regular file")
    return os.fdopen(handle, "rb")


def size_of(file: BinaryIO) -> int:
    """Return the size of an open file in bytes."""
    return os.fstat(file.fileno()).st_size


def unpacked_limit(size: int) -> int:
    """Return how many bytes a packed file of `size` bytes may unpack to: 32 MiB, or 20 to 1."""
    return max(UNPACKED_FLOOR, UNPACKED_RATIO * size)


def read_bytes(path: str | PathLike[str], limit: int, fix: str = GET_AGAIN) -> bytes:
    """Return the content of a file of at most `limit` bytes.

    Raises:
        UserError: the file is missing, damaged or larger; the message ends with `fix`.
    """
    with open_file(path, fix) as file:
        size = size_of(file)
        if size > limit:
            raise UserError(f"{path} holds more than {limit:,} bytes; split it up")
        return file.read(size)


def read_pieces(path: str | PathLike[str], limit: int, fix: str = GET_AGAIN) -> Iterator[bytes]:
    """Yield the content of a file piece by piece, unpacked if its name ends in `.gz`.

    Raises:
        UserError: the file is missing or damaged, or has more than `limit` bytes unpacked, or
            more than `unpacked_limit` allows for what was read so far.
    """
    produced = 0
    with open_file(path, fix) as file:
        packed = Path(path).suffix == ".gz"
        stream = gzip.GzipFile(fileobj=file) if packed else file
        while piece := stream.read(PIECE):
            produced += len(piece)
            most = min(limit, unpacked_limit(file.tell())) if packed else limit
            if produced > most:
                raise UserError(f"{path} holds more than {most:,} bytes; split it up")
            yield piece


def read_text(path: str | PathLike[str], fix: str) -> str:
    """Return the text of a UTF-8 file of at most `MAX_FILE` bytes; its lines end with newlines.

    Args:
        path: the file.
        fix: advice that ends the message, such as what file to give.

    Raises:
        UserError: the file is missing, too large, or not UTF-8.
    """
    content = read_bytes(path, MAX_FILE, fix)
    with guard(path, fix):
        return io.StringIO(content.decode("utf-8-sig"), newline=None).read()


def digest(path: str | PathLike[str]) -> str:
    """Return the SHA-256 of a file, in hexadecimal.

    Raises:
        UserError: the file is missing or no regular file.
    """
    sha256 = hashlib.sha256()
    with open_file(path) as file:
        while piece := file.read(PIECE):
            sha256.update(piece)
    return sha256.hexdigest()
