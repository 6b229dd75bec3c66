"""Make folders: for results, and private ones that only the user can write to."""

import grp
import os
import pwd
import stat
from os import PathLike
from pathlib import Path

from ..errors import UserError
from .atomic import writing


def cache_folder(name: str = "") -> Path:
    """Make the user's own cache folder if need be, and return it.

    Args:
        name: a folder inside it to return instead.

    Raises:
        UserError: it cannot be made, or somebody else could change what is in it.
    """
    base = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
    return private_folder(
        Path(base, "imaginet_pt", name), "set XDG_CACHE_HOME to a folder of yours"
    )


def private_folder(folder: Path, fix: str) -> Path:
    """Make `folder` if need be, make sure that only the user can write there, and return it.

    Its files may be loaded and run. So it and every folder above it must belong to the user or to
    root, and be writable by nobody else; a folder like /tmp will do above it, since its sticky bit
    keeps others from replacing the user's files. Permissions are not repaired: whoever could write
    there until now may have left something behind.

    Args:
        folder: its path.
        fix: advice to the user if the folder is refused; the error ends with it.

    Raises:
        UserError: it cannot be made, is a link, or somebody else could change what is in it.
    """
    folder = Path(os.path.abspath(folder))
    with writing(folder, fix):
        for path in (*reversed(folder.parents), folder):
            if not os.path.lexists(path):
                path.mkdir(mode=0o700, exist_ok=True)
            _check(path, fix)
        target = Path(os.path.realpath(folder))
        for path in target.parents:  # where links on the way lead
            _check(path, fix)
        if folder.is_symlink():
            raise UserError(f"{folder} is a link to {target}; {fix}")
        _check(folder, fix, sticky_will_do=False)
    return folder


def _check(path: Path, fix: str, sticky_will_do: bool = True) -> None:
    """Raise a UserError if somebody else owns `path`, or can write in it."""
    status = path.lstat()
    if status.st_uid not in (0, os.getuid()):
        raise UserError(f"{path} belongs to somebody else; {fix}")
    if stat.S_ISLNK(status.st_mode) or (sticky_will_do and status.st_mode & stat.S_ISVTX):
        return
    if status.st_mode & stat.S_IWOTH or (
        status.st_mode & stat.S_IWGRP and not _is_own_group(status.st_gid)
    ):
        raise UserError(f"others can write to {path}; {fix}, or forbid them to: chmod go-w")


def _is_own_group(gid: int) -> bool:
    """Tell whether the user is alone in this group, as on systems with a group for each user."""
    try:
        user, group = pwd.getpwuid(os.getuid()), grp.getgrgid(gid)
    except KeyError:
        return False
    return (
        user.pw_gid == gid and group.gr_name == user.pw_name and set(group.gr_mem) <= {user.pw_name}
    )


def make_folder(path: str | PathLike[str]) -> Path:
    """Make the folder at `path` if need be, and return it.

    Raises:
        UserError: it cannot be made.
    """
    with writing(path, "choose another `out`"):
        Path(path).mkdir(parents=True, exist_ok=True)
    return Path(path)
