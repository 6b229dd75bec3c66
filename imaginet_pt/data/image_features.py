"""Image features as one memory-mapped float32 array, made once from the user's file."""

import hashlib
import json
import math
import mmap
import os
from pathlib import Path

import numpy as np
from numpy.lib import format as npy

from ..errors import UserError
from ..files import reading
from ..files.arrays import npy_header
from ..files.atomic import atomic
from ..files.folders import cache_folder
from ..files.reading import digest
from . import matfile

BLOCK = 1024  # images read, checked and written at a time
WAY_OUT = "save('vgg_feats.mat', 'feats', '-v7') in MATLAB, or write feats.npy (images x features)"


def load(folder, images):
    """Features of `images` images, (images, features) float32, memory-mapped; and the digests.

    `feats.npy` is used in place where it is float32 in C order. Anything else is converted once
    to `NAME.float32.npy` beside the source, or in the user's cache folder where the source's
    cannot be written. `NAME.float32.json` keeps size, time and SHA-256 of the source, so that a
    second start neither converts nor checks nor hashes, and a changed source does all again.

    Raises:
        UserError: no features or two, unreadable, not one row an image, or not finite.
    """
    source = _source(Path(folder))
    record = _record_path(source)
    target = source if _in_place(source) else record.with_suffix(".npy")
    known = _read_record(record)
    if known.get("stamps") != [_stamp(source), _stamp(target)]:
        _make(source, target, images)
        known = {"stamps": [_stamp(source), _stamp(target)], "sha256": digest(source)}
        with atomic(record) as file:
            json.dump(known, file)
    return _npy(target, images, source), {source.name: known["sha256"]}


def _source(folder):
    present = [folder / name for name in READERS if (folder / name).is_file()]
    if len(present) == 1:
        return present[0]
    if present:
        raise UserError(f"{folder} has {NAMES.replace(' or ', ' and ')}; move one of them away")
    raise UserError(f"{folder} has no image features: put {NAMES} there")


def _in_place(source):
    if source.suffix != ".npy":
        return False
    array = _map(source)
    return array.dtype == np.float32 and array.flags.c_contiguous


def _make(source, target, images):
    """Check all features of `source`, and write them to `target` unless it is `source` itself."""
    blocks = _finite(READERS[source.name](source, images), source)
    if target == source:
        for _ in blocks:
            pass
        return
    # Written, not mapped: pages of a mapped file would count as resident memory.
    with atomic(target, "wb") as file:
        for block in blocks:
            if file.tell() == 0:
                shape = (images, block.shape[1])
                header = {"descr": "<f4", "fortran_order": False, "shape": shape}
                npy.write_array_header_1_0(file, header)
            file.write(block)


def _finite(blocks, source):
    """The blocks as float32 in C order; a NaN or an infinite value is an error."""
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


def _mat_blocks(path, images):
    with _damage(path), matfile.matrix(path, "feats") as matrix:
        _check_shape(matrix.shape[::-1], images, path)
        yield from matrix.columns(BLOCK)


def _npy_blocks(path, images):
    # Mapped anew for each block, so that the pages of the last one are let go.
    for start in range(0, images, BLOCK):
        yield _npy(path, images, path)[start : start + BLOCK]


READERS = {"vgg_feats.mat": _mat_blocks, "feats.npy": _npy_blocks}
NAMES = " or ".join(READERS)


def _npy(path, images, source):
    array = _map(path)
    if array.dtype.kind not in "fiu":
        raise UserError(f"{source}: features are {array.dtype}, not real numbers; {WAY_OUT}")
    _check_shape(array.shape, images, source)
    return array


def _map(path):
    with _damage(path):
        with open(path, "rb") as file:
            shape, _, dtype, start = npy_header(file)
        if math.prod(shape) * dtype.itemsize > path.stat().st_size - start:
            raise ValueError(f"it is too small for an array of shape {shape}")
        return npy.open_memmap(path, mode="r")


def _damage(path):
    return reading.guard(path, f"get it again, or {WAY_OUT}")


def _check_shape(shape, images, path):
    """`shape` is (images, features) with one row for each image of dataset.json."""
    if len(shape) != 2 or 0 in shape:
        raise UserError(f"{path}: features of shape {shape}, not a matrix; {WAY_OUT}")
    if shape[0] != images:
        turned = shape[1] == images
        fix = "save it transposed" if turned else "take the files that belong together"
        raise UserError(
            f"{path}: features of {shape[0]:,} images, but dataset.json has {images:,}; {fix}"
        )


def _record_path(source):
    """Where the record of `source` and its converted copy lie: beside it, or in the cache."""
    folder, name = source.resolve().parent, f"{source.stem}.float32.json"
    # The superuser may write everywhere; a folder marked read-only is left alone all the same.
    if os.access(folder, os.W_OK) and folder.stat().st_mode & 0o222:
        return folder / name
    return cache_folder() / f"{hashlib.sha256(os.fsencode(folder)).hexdigest()[:16]}-{name}"


def _stamp(path):
    """Size and time of a file, [bytes, ns], or None where there is none."""
    if not path.is_file():
        return None
    status = path.stat()
    return [status.st_size, status.st_mtime_ns]


def _read_record(path):
    """The record, or {} where it is missing or of no use: then all is made again."""
    try:
        known = reading.parse_json(reading.read_bytes(path, reading.MAX_FILE), dict, path)
    except UserError:
        return {}
    return known if type(known.get("sha256")) is str else {}


def release(array):
    """Take the pages of a memory-mapped `array` out of this process; the system caches the file."""
    if isinstance(array.base, mmap.mmap) and hasattr(mmap, "MADV_DONTNEED"):
        array.base.madvise(mmap.MADV_DONTNEED)
