"""Named arrays in .npz files, read without unpickling and checked against a model."""

import io
import math
import zipfile
from pathlib import Path

import numpy as np
from numpy.lib import format as npy

from ..errors import UserError
from . import reading
from .atomic import atomic

MAX_VALUES = 2**50  # of an array; more cannot be counted in bytes
NPY_HEADERS = {(1, 0): npy.read_array_header_1_0, (2, 0): npy.read_array_header_2_0}


def npy_header(file):
    """Shape, whether in Fortran's order, dtype, and the place of the first value of a .npy file.

    Raises:
        ValueError: it is no such file, of another version, or of a shape that no array has.
    """
    shape, turned, dtype = NPY_HEADERS[npy.read_magic(file)](file)
    if min(shape, default=0) < 0 or math.prod(max(n, 1) for n in shape) > MAX_VALUES:
        raise ValueError(f"it is no array that has the shape {shape}")
    return shape, turned, dtype, file.tell()


def write_arrays(path, arrays):
    """Named arrays as an `.npz` file, whole or not at all."""
    with atomic(path, "wb") as file:
        np.savez(file, **arrays)


def read_arrays(path):
    """The arrays of an `.npz` file by name; checksums are verified, nothing is unpickled.

    Raises:
        UserError: no such file, a damaged one, one that unpacks to far more than its size, or one
            that holds other things than arrays.
    """
    fix = "give a whole .npz file"
    with reading.guard(path, fix), zipfile.ZipFile(path) as archive:
        members, limit = archive.infolist(), reading.unpacked_limit(Path(path))
        if sum(member.file_size for member in members) > limit:
            raise UserError(f"{path} unpacks to more than {limit:,} bytes; {fix}")
        return {m.filename.removesuffix(".npy"): _array(archive, m) for m in members}


PACKINGS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)  # NumPy's, which unpack piece by piece


def _array(archive, member):
    """One array, made of nothing but the bytes that are there, whatever its header promises."""
    if member.compress_type not in PACKINGS:
        raise ValueError(f"{member.filename} is packed in another way than NumPy's")
    content = archive.read(member)
    shape, turned, dtype, start = npy_header(io.BytesIO(content))
    values = np.frombuffer(content, dtype, math.prod(shape), start)
    return values.reshape(shape, order="F" if turned else "C")


def match_parameters(params, arrays, source):
    """`arrays` in the place of `params`: by name, or unnamed (`arr_0`, ...) in their order.

    Raises:
        UserError: one is missing, left over, of another shape, or not of finite numbers; all of
            them are listed.
    """
    if "arr_0" in arrays:
        arrays = {
            name: arrays.pop(f"arr_{i}") for i, name in enumerate(params) if f"arr_{i}" in arrays
        } | arrays
    wrong = [f"{name} is missing" for name in params if name not in arrays]
    wrong += [f"{name} is not of this model" for name in arrays if name not in params]
    wrong += [
        f"{name} {misfit}"
        for name, array in params.items()
        if name in arrays and (misfit := _misfit(arrays[name], array))
    ]
    if wrong:
        raise UserError(f"{source} does not fit the model: {'; '.join(wrong)}")
    return {name: arrays[name].astype(array.dtype) for name, array in params.items()}


def _misfit(array, wanted):
    """What keeps `array` from the place of `wanted`, in words; empty where nothing does."""
    if array.shape != wanted.shape:
        return f"is {array.shape}, not {wanted.shape}"
    if array.dtype.kind not in "fiu":
        return f"holds {array.dtype}, not real numbers"
    with np.errstate(over="ignore", invalid="ignore"):
        finite = np.isfinite(array.astype(wanted.dtype)).all()
    return "" if finite else "has values that are not finite"
