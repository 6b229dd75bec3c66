"""Unpacking of a zip archive that was not made here."""

import os
import stat
import tempfile
import zipfile
from pathlib import Path

from ...errors import UserError
from ...files.reading import digest, unpacked_limit
from ...files.validation import stays_inside


def unpack(archive, folder, files):
    """Unpack the zip file `archive` into `folder`, all of it or nothing.

    Everything is unpacked and checked in a folder beside its place, and then moved there; files of
    the same name are replaced.

    Args:
        files: {name: SHA-256 or None} of what must be in it; its SHA-256 is verified.

    Raises:
        UserError: a damaged archive, one with a link or a path that leaves `folder`, one that
            unpacks to more than `checked.unpacked_limit`, or not the `files`; or a full disk.
    """
    folder = Path(folder)
    try:
        with tempfile.TemporaryDirectory(prefix=".unpack-", dir=folder) as made:
            with zipfile.ZipFile(archive) as content:
                _check_members(content, archive)
                content.extractall(made)
            _check_files(Path(made), archive, files)
            _move(Path(made), folder)
    except UserError:
        raise
    except OSError as error:
        raise UserError(
            f"cannot unpack {archive} to {folder}: {error.strerror or error}; free space or choose "
            "another folder"
        ) from error
    except Exception as error:  # zipfile's own, and those of what it unpacks with
        raise UserError(f"{archive} is damaged: {error}; {_again(archive)}") from error


def _again(archive):
    return f"delete {archive} and get it again"


def _check_members(content, archive):
    """Sizes are those that the archive says: zipfile reads no more of a file than that."""
    members = content.infolist()
    for member in members:
        kind = stat.S_IFMT(member.external_attr >> 16)
        if not stays_inside(member.filename) or kind not in (0, stat.S_IFREG, stat.S_IFDIR):
            raise UserError(
                f"{archive} has {member.filename!r}, a link or a path that leaves its folder; "
                "nothing was unpacked; get the archive from elsewhere"
            )
    size, limit = sum(member.file_size for member in members), unpacked_limit(archive)
    if size > limit:
        raise UserError(
            f"{archive} would unpack to {size:,} bytes, more than {limit:,}; nothing was unpacked; "
            f"{_again(archive)}"
        )


def _check_files(folder, archive, files):
    for name, known in files.items():
        if not (folder / name).is_file():
            raise UserError(f"{archive} has no {name}; {_again(archive)}")
        found = digest(folder / name)
        if known not in (None, found):
            raise UserError(
                f"{name} in {archive} has SHA-256 {found}, not {known}: it was changed or damaged; "
                f"{_again(archive)}"
            )


def _move(source, target):
    """Move the files below `source` to the same places below `target`."""
    for path in sorted(source.rglob("*")):
        place = target / path.relative_to(source)
        if path.is_dir():
            place.mkdir(exist_ok=True)
        else:
            os.replace(path, place)
