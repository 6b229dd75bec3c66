"""Make folders: those of results, and those that nobody but the user can read or write."""

import os
from pathlib import Path

from ..errors import UserError


def cache_folder() -> Path:
    """Make the user's own cache folder, mode 0700, if need be, and return it.

    Raises:
        UserError: it cannot be made, or belongs to another.
    """
    base = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
    return private_folder(Path(base) / "imaginet_pt", "set XDG_CACHE_HOME to a folder of yours")


def private_folder(folder: Path, fix: str) -> Path:
    """Make `folder` if need be, for the user alone to read and write, and return it.

    Raises:
        UserError: it cannot be made, or belongs to another; the message ends with the `fix`.
    """
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if folder.stat().st_uid != os.getuid():
            raise UserError(f"{folder} is somebody else's; {fix}")
        folder.chmod(0o700)
    except OSError as error:
        raise UserError(f"cannot write {folder}: {error.strerror}; {fix}") from error
    return folder


def make_folder(path):
    """Make the folder at `path` if need be; return its `Path`.

    Raises:
        UserError: it cannot be made.
    """
    try:
        Path(path).mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UserError(f"cannot make {path}: {error.strerror}; choose another --out") from None
    return Path(path)
