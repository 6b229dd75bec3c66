"""Unpack a zip archive that is not trusted."""

import os
import stat
import zipfile
from collections.abc import Mapping
from pathlib import Path

from ...errors import UserError, quoted
from ...files.atomic import temporary_folder
from ...files.reading import digest, open_file, size_of, unpacked_limit
from ...files.validation import stays_inside

MAX_MEMBERS = 10_000  # files and folders of an archive


def unpack(archive: Path, out: Path, files: Mapping[str, str | None]) -> None:
    """Unpack one folder of the zip file `archive` into the folder `out`, all of it or nothing.

    Everything is unpacked and checked in a temporary folder, and then moved to its place; files of
    the same name are replaced. Members outside the folder stay in the archive.

    Args:
        archive: the zip file.
        out: the folder to unpack into.
        files: {name: SHA-256 or None} of the files that it must contain, all in one folder; each
            SHA-256 is verified.

    Raises:
        UserError: a damaged archive, one with a link or a path that leaves `out`, one that unpacks
            to more than `unpacked_limit`, or not the `files`.
        OSError: it cannot be written.
    """
    (name,) = {file.partition("/")[0] for file in files}
    with temporary_folder(out) as fresh:
        with open_file(archive, _again(archive)) as file, zipfile.ZipFile(file) as content:
            members = _checked(content.infolist(), archive, unpacked_limit(size_of(file)))
            inside = [m for m in members if m.filename.startswith(f"{name}/")]
            content.extractall(fresh, inside)
        _check_files(fresh, archive, files)
        _move(fresh / name, out / name)


def _again(archive: Path) -> str:
    return f"delete {archive} and get it again"


def _checked(members: list[zipfile.ZipInfo], archive: Path, limit: int) -> list[zipfile.ZipInfo]:
    """Return the members if all may be unpacked; zipfile reads none beyond its stated size."""
    if len(members) > MAX_MEMBERS:
        raise UserError(f"{archive} has {len(members):,} members; {_again(archive)}")
    names = set()
    for member in members:
        kind = stat.S_IFMT(member.external_attr >> 16)
        if not stays_inside(member.filename) or kind not in (0, stat.S_IFREG, stat.S_IFDIR):
            raise UserError(
                f"{archive} has {quoted(member.filename)}, a link or a path that leaves its "
                "folder; nothing was unpacked; get the archive from elsewhere"
            )
        name = member.filename.casefold().rstrip("/")
        if name in names:
            raise UserError(
                f"{archive} has {quoted(member.filename)} twice; nothing was unpacked; get the "
                "archive from elsewhere"
            )
        names.add(name)
    size = sum(member.file_size for member in members)
    if size > limit:
        raise UserError(
            f"{archive} would unpack to {size:,} bytes, more than {limit:,}; nothing was unpacked; "
            f"{_again(archive)}"
        )
    return members


def _check_files(folder: Path, archive: Path, files: Mapping[str, str | None]) -> None:
    for name, known in files.items():
        if not (folder / name).is_file():
            raise UserError(f"{archive} has no {name}; {_again(archive)}")
        if known not in (None, digest(folder / name)):
            raise UserError(
                f"{name} in {archive} has SHA-256 {digest(folder / name)}, not {known}: it was "
                f"changed or damaged; {_again(archive)}"
            )


def _move(source: Path, target: Path) -> None:
    """Move the folder `source` to `target`, or its files if that folder exists already."""
    if not os.path.lexists(target):
        os.replace(source, target)
        return
    for path in sorted(source.rglob("*")):
        place = target / path.relative_to(source)
        parent = place.parent.lstat()
        if not stat.S_ISDIR(parent.st_mode):
            raise UserError(f"{place.parent} is no folder; move it away")
        if path.is_dir():
            place.mkdir(exist_ok=True)
        else:
            os.replace(path, place)
