"""Image features in files of float32 rows, converted once from the user's file if need be."""

import hashlib
import json
import os
import stat
from collections.abc import Callable, Iterator
from os import PathLike
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from ..errors import UserError, attempt
from ..files import json_files, reading
from ..files.arrays import write_matrix_header
from ..files.atomic import atomic
from ..files.folders import cache_folder
from ..files.reading import digest
from . import matfile, sharded_file
from .feature_file import FIX, WAY_OUT, FeatureFile, Matrix, NpyMatrix
from .sharded_file import ShardedMatrix

SUFFIX, SHARDED = ".zarr", "feats.zarr"  # a folder
FILES = ("vgg_feats.mat", "feats.npy", SHARDED)  # one of which a data set has
NAMES = "vgg_feats.mat, feats.npy or feats.zarr"
BLOCK = 2**24  # bytes read, checked and written at a time
MAX_FEATURES = 2**20  # of an image

Say = Callable[[str], None]


def load(
    folder: str | PathLike[str], images: int, say: Say | None = None
) -> tuple[FeatureFile, dict[str, str]]:
    """Return the features of `images` images, and the SHA-256 of their file.

    `feats.npy` is used in place if it is float32 in C order, and so is the folder `feats.zarr`,
    whose SHA-256 is that of its files' one after the other. Anything else is converted once to
    `NAME.float32.npy`, beside the source, or in the user's cache folder if that place cannot be
    written. `NAME.float32.json` records the SHA-256 of the source and the state of both files: a
    second start neither converts nor checks nor hashes, a source that was merely touched is hashed
    again, and a changed one is converted again.

    Args:
        folder: the folder with one of `FILES`.
        images: the number of images that there must be.
        say: called with a line before a conversion, which may take minutes.

    Raises:
        UserError: there is no file of features or there are two; or the file is unreadable, has
            not one row per image, has values that are not finite, or is changed meanwhile.
    """
    source = _source(Path(folder))
    record = _record_path(source)
    target = source if _in_place(source) else record.with_suffix(".npy")
    known = _read_record(record)
    if known.get("features") != _stamp(target) or not _is_float32(target):
        known = {}
    if known and known["source"] != _stamp(source):
        known = known if known["sha256"] == _digest(source) else {}
    if not known:
        known = _convert(source, target, images, say)
    if known.get("source") != _stamp(source):
        with atomic(record) as file:
            json.dump(known | {"source": _stamp(source)}, file)
    matrix = _open(target)
    _check(matrix, images, source)
    return FeatureFile(matrix), {source.name: known["sha256"]}


def find(folder: Path) -> Path | None:
    """Return the file of the features in `folder`, or None.

    Raises:
        UserError: there are two.
    """
    return _source(folder) if any((folder / name).exists() for name in FILES) else None


def check_npy(path: Path, images: int) -> None:
    """Check type and shape of the features of `images` images in a `.npy` file.

    Raises:
        UserError: they are not such features.
    """
    _check(NpyMatrix(path), images, path)


def write_sharded(source: Path, folder: Path, images: int) -> None:
    """Write the features of `images` images into several files, `feats.zarr` in `folder`.

    Raises:
        UserError: they are not such features, or the folder cannot be written.
    """
    sharded_file.write(folder / SHARDED, _finite(_blocks(source, images), source))


def _source(folder: Path) -> Path:
    present = [folder / name for name in FILES if (folder / name).exists()]
    if len(present) == 1:
        return present[0]
    if present:
        names = " and ".join(path.name for path in present)
        raise UserError(f"{folder} has {names}; move all but one away")
    raise UserError(f"{folder} has no image features: put {NAMES} there")


def _in_place(source: Path) -> bool:
    return source.suffix != ".mat" and _open(source).is_float32


def _open(path: Path) -> Matrix:
    return ShardedMatrix(path) if path.suffix == SUFFIX else NpyMatrix(path)


def _is_float32(path: Path) -> bool:
    """Tell whether a file is a whole float32 matrix, whatever its record says."""
    matrix, _ = attempt(_open, path)
    return matrix is not None and matrix.is_float32


def _convert(source: Path, target: Path, images: int, say: Say | None) -> dict[str, Any]:
    """Make the features, and return what is recorded of them.

    Raises:
        UserError: the source is not such features, or is changed meanwhile.
    """
    before = _stamp(source)
    _make(source, target, images, say)
    if _stamp(source) != before:
        raise UserError(f"{source} was changed while it was read; start again")
    return {"sha256": _digest(source), "features": _stamp(target)}


def _make(source: Path, target: Path, images: int, say: Say | None) -> None:
    """Check all features of `source`, and write them to `target` if that is another file."""
    blocks = _finite(_blocks(source, images), source)
    if target == source:
        for _ in blocks:
            pass
        return
    if say:
        say(f"{source}: converting it once to {target}")
    with atomic(target, "wb") as file:
        for block in blocks:
            if file.tell() == 0:
                write_matrix_header(file, (images, block.shape[1]))
            file.write(block)


def _finite(blocks: Iterator[npt.NDArray[Any]], source: Path) -> Iterator[npt.NDArray[Any]]:
    """Yield the blocks as float32 in C order; a NaN or an infinite value is an error."""
    start = 0
    for block in blocks:
        with np.errstate(over="ignore", invalid="ignore"):
            block = np.ascontiguousarray(block, dtype="<f4")
        bad = ~np.isfinite(block).all(axis=1)
        if bad.any():
            raise UserError(
                f"{source}: a feature of image {start + bad.argmax()} is NaN, infinite or too "
                "large for float32; compute the features of that image again"
            )
        yield block
        start += len(block)


def _mat_blocks(path: Path, images: int) -> Iterator[npt.NDArray[Any]]:
    with matfile.open_matrix(path, "feats", FIX) as matrix:
        _check_shape(matrix.shape[::-1], images, path)
        yield from matrix.columns(_block_rows(matrix.shape[0], matrix.dtype))


def _row_blocks(path: Path, images: int) -> Iterator[npt.NDArray[Any]]:
    matrix = _open(path)
    _check(matrix, images, path)
    count = _block_rows(matrix.shape[1], matrix.dtype)
    for start in range(0, images, count):
        yield matrix.rows(start, min(start + count, images))


def _block_rows(columns: int, dtype: np.dtype[Any]) -> int:
    """Return how many images are read at a time."""
    return max(BLOCK // (columns * dtype.itemsize), 1)


def _blocks(source: Path, images: int) -> Iterator[npt.NDArray[Any]]:
    """Yield features as they are stored, a block of images at a time."""
    return (_mat_blocks if source.suffix == ".mat" else _row_blocks)(source, images)


def _check(matrix: Matrix, images: int, source: Path) -> None:
    if matrix.dtype.kind not in "fiu":
        raise UserError(f"{source}: features are {matrix.dtype}, not real numbers; {WAY_OUT}")
    _check_shape(matrix.shape, images, source)


def _check_shape(shape: tuple[int, ...], images: int, path: Path) -> None:
    """Check that `shape` is (images, features), with one row per image of dataset.json."""
    if len(shape) != 2 or 0 in shape:
        raise UserError(f"{path}: features of shape {shape}, not a matrix; {WAY_OUT}")
    if shape[0] != images:
        transposed = shape[1] == images
        fix = "save it transposed" if transposed else "take the files that belong together"
        raise UserError(
            f"{path}: features of {shape[0]:,} images, but dataset.json has {images:,}; {fix}"
        )
    if shape[1] > MAX_FEATURES:
        raise UserError(
            f"{path}: {shape[1]:,} features per image, at most {MAX_FEATURES:,} are read; {WAY_OUT}"
        )


def _record_path(source: Path) -> Path:
    """Return the path of the record of `source`, which is beside it or in the cache."""
    folder, name = source.resolve().parent, f"{source.stem}.float32.json"
    # The superuser may write everywhere; a folder marked read-only is left alone all the same.
    if os.access(folder, os.W_OK) and folder.stat().st_mode & 0o222:
        return folder / name
    return cache_folder() / f"{hashlib.sha256(os.fsencode(folder)).hexdigest()[:16]}-{name}"


def _digest(source: Path) -> str:
    """Return the SHA-256 of a file, or of those of a folder's files in their order."""
    if source.suffix != SUFFIX:
        return digest(source)
    digests = [digest(path) for path in ShardedMatrix(source).files()]
    return hashlib.sha256("".join(digests).encode()).hexdigest()


def _stamp(path: Path) -> list[Any] | None:
    """Return a file's state: [bytes, two times in ns, inode, owner]; None if there is no file.

    That of a folder is the list of those of its files.

    The second time is when the file last changed on this machine. It cannot be set from an archive,
    so a stranger's copy that is made to look like ours is not taken for ours.
    """
    if path.suffix == SUFFIX:
        return [_stamp(file) for file in ShardedMatrix(path).files()]
    if not path.is_file():
        return None
    s = path.stat()
    return [s.st_size, s.st_mtime_ns, s.st_ctime_ns, s.st_ino, s.st_uid]


def _read_record(path: Path) -> dict[str, Any]:
    """Return the record; {} if it is missing, useless or not ours, and all must be made again."""
    known, _ = attempt(json_files.read_json, path, limit=reading.MAX_FILE)
    if known is None:
        return {}
    status = path.lstat()
    ours = stat.S_ISREG(status.st_mode) and status.st_uid == os.getuid()
    whole = type(known.get("sha256")) is str and {"source", "features"} <= known.keys()
    return known if ours and whole else {}
