"""Write files that are either whole or absent.

While a file is written it is called `.imaginet-XXXXXXXX.part`, in the same folder, and its process
keeps it locked. So other processes can tell whether the writer is alive; if not, they remove it.
"""

import contextlib
import fcntl
import os
import secrets
import shutil
import stat
from collections.abc import Iterator
from os import PathLike
from pathlib import Path
from typing import Any

from ..errors import CHOOSE, UserError, explained, reason, remedy
from .reading import KINDS

# Text is UTF-8; of the name of a file, which may be other bytes, these are written as escapes.
TEXT: dict[str, Any] = {"encoding": "utf-8", "errors": "backslashreplace"}
PREFIX, UNFINISHED = ".imaginet-", ".part"  # of a temporary file's name


@contextlib.contextmanager
def atomic(path: str | PathLike[str], mode: str = "w") -> Iterator[Any]:
    """Open `path` for writing so that it appears whole or not at all.

    Text or bytes go to a temporary file. When the block succeeds, this file is flushed to disk and
    renamed to `path`; when it fails, the file is removed.

    Raises:
        UserError: the folder cannot be written, the disk is full, or `path` is no regular file: a
            device or a link is never replaced.
    """
    path, temporary = Path(path), None
    try:
        with writing(path):
            check_target(path)
            remove_leftovers(path.parent)
            temporary, handle = _create(path.parent)
            with os.fdopen(handle, mode, **({} if "b" in mode else TEXT)) as file:
                yield file
                file.flush()
                os.fsync(handle)
                check_target(path)
                os.replace(temporary, path)
            _flush_folder(path.parent)
    finally:
        if temporary is not None:
            with contextlib.suppress(OSError):
                temporary.unlink()


def writing(path: object, fix: str = "") -> contextlib.AbstractContextManager[None]:
    """Turn any error of the system from writing `path` into one line that ends with `fix`.

    Raises:
        UserError: the line; without a `fix`, its end is what `FIXES` says.
    """

    def message(error: OSError) -> str:
        return f"cannot write {path}: {reason(error)}; {fix or remedy(error, CHOOSE)}"

    return explained(message, OSError)


def check_target(path: Path) -> None:
    """Check that nothing but a regular file would be replaced.

    Raises:
        UserError: it would.
    """
    if not os.path.lexists(path):
        return
    kind = stat.S_IFMT(path.lstat().st_mode)
    if kind != stat.S_IFREG:
        raise UserError(
            f"cannot write {path}: it is {KINDS.get(kind, 'something else')}, not a regular file; "
            "choose another name"
        )


@contextlib.contextmanager
def temporary_folder(parent: Path) -> Iterator[Path]:
    """Make a folder in `parent` that is removed when the block ends, or by a later call.

    Raises:
        OSError: it cannot be made.
    """
    remove_leftovers(parent)
    path = parent / f"{PREFIX}{secrets.token_hex(4)}{UNFINISHED}"
    path.mkdir(mode=0o700)
    handle = os.open(path, os.O_RDONLY)
    try:
        with contextlib.suppress(OSError):  # a file system without locks
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield path
    finally:
        os.close(handle)
        shutil.rmtree(path, ignore_errors=True)


def _create(folder: Path) -> tuple[Path, int]:
    """Create a locked temporary file, as readable for others as the user's umask says."""
    while True:
        path = folder / f"{PREFIX}{secrets.token_hex(4)}{UNFINISHED}"
        flags = os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
        with contextlib.suppress(FileExistsError):
            handle = os.open(path, flags, 0o666)
            with contextlib.suppress(OSError):  # a file system without locks
                fcntl.flock(handle, fcntl.LOCK_EX)
            if os.fstat(handle).st_nlink:  # else it was taken for a leftover before it was locked
                return path, handle
            os.close(handle)


def remove_leftovers(folder: Path) -> None:
    """Remove the temporary files in `folder` whose writers were killed."""
    for path in folder.glob(f"{PREFIX}*{UNFINISHED}"):
        with contextlib.suppress(OSError):  # it is somebody else's, or being written
            handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(path) if path.is_dir() else path.unlink()
            finally:
                os.close(handle)


def _flush_folder(folder: Path) -> None:
    """Flush a renaming to disk."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
