"""Files that are either whole or absent, and their fingerprints."""

import contextlib
import os
import tempfile
from pathlib import Path

from ..errors import UserError

UNFINISHED = ".part"  # the end of a temporary file's name


@contextlib.contextmanager
def atomic(path, mode="w"):
    """Open `path` for writing such that it appears whole or not at all.

    The text or bytes go to a temporary file in the same folder, which is flushed to the disk and
    renamed over `path` when the block ends well, and removed when it does not.

    Raises:
        UserError: the folder cannot be written or the disk is full.
    """
    path = Path(path)
    temporary = None
    try:
        encoding = None if "b" in mode else "utf-8"
        handle, temporary = tempfile.mkstemp(UNFINISHED, f".{path.name}.", path.parent)
        with os.fdopen(handle, mode, encoding=encoding) as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        os.chmod(temporary, 0o644)
        os.replace(temporary, path)
        _flush_folder(path.parent)
    except OSError as error:
        raise UserError(
            f"cannot write {path}: {error.strerror or error}; free space or choose another folder"
        ) from error
    finally:
        if temporary is not None and os.path.exists(temporary):
            os.unlink(temporary)


def _flush_folder(folder):
    """Bring a renaming to the disk."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def remove_leftovers(folder):
    """Remove the temporary files of `atomic` that a killed process left in `folder`."""
    for path in folder.glob(f".*{UNFINISHED}"):
        path.unlink()
