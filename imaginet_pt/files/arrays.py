"""Named arrays in .npz files, read without unpickling and checked against a model."""

import io
import math
import zipfile
from collections.abc import Collection, Mapping
from os import PathLike
from typing import IO, Any, NamedTuple

import numpy as np
import numpy.typing as npt
from numpy.lib import format as npy

from ..errors import UserError, quoted
from . import reading
from .atomic import atomic

Array = npt.NDArray[Any]

MAX_VALUES = 2**50  # of an array; more cannot be counted in bytes
MAX_MEMBERS = 1000  # arrays of a file; a checkpoint has about 60
LISTED = 3  # of many mistakes
FIX = "give a whole .npz file"
NPY_HEADERS = {(1, 0): npy.read_array_header_1_0, (2, 0): npy.read_array_header_2_0}
PACKINGS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)  # NumPy's, which unpack piece by piece


class NpyHeader(NamedTuple):
    """The header of a .npy file; `start` is the offset of the first value, in bytes."""

    shape: tuple[int, ...]
    fortran_order: bool
    dtype: np.dtype[Any]
    start: int


def read_npy_header(file: IO[bytes]) -> NpyHeader:
    """Read the header at the beginning of a .npy file.

    Raises:
        ValueError: it is not a .npy file, has another version, or an impossible shape.
    """
    shape, fortran_order, dtype = NPY_HEADERS[npy.read_magic(file)](file)
    if min(shape, default=0) < 0 or math.prod(max(n, 1) for n in shape) > MAX_VALUES:
        raise ValueError(f"no array has the shape {quoted(shape)}")
    return NpyHeader(shape, fortran_order, dtype, file.tell())


def write_matrix_header(file: IO[bytes], shape: tuple[int, int]) -> None:
    """Write the header of a .npy file of a float32 matrix, whose values follow row by row."""
    header = {"descr": "<f4", "fortran_order": False, "shape": shape}
    npy.write_array_header_1_0(file, header)


def write_arrays(path: str | PathLike[str], arrays: Mapping[str, Array]) -> None:
    """Write named arrays as an `.npz` file, whole or not at all."""
    with atomic(path, "wb") as file:
        np.savez(file, **arrays)  # type: ignore[arg-type]  # an array may have any name


def read_arrays(
    path: str | PathLike[str], names: Collection[str] | None = None
) -> dict[str, Array]:
    """Return the arrays of an `.npz` file by name; checksums are verified, nothing is unpickled.

    Args:
        path: the file.
        names: names that the arrays must have, compared before any array is read; unnamed
            arrays (`arr_0`, ...) are accepted too.

    Raises:
        UserError: the file is missing or damaged, unpacks to far more than its size, or does not
            hold exactly these arrays.
    """
    with reading.open_file(path, FIX) as file, zipfile.ZipFile(file) as archive:
        members, limit = archive.infolist(), reading.unpacked_limit(reading.size_of(file))
        if len(members) > MAX_MEMBERS:
            raise UserError(f"{path} has {len(members):,} members; {FIX}")
        if sum(member.file_size for member in members) > limit:
            raise UserError(f"{path} unpacks to more than {limit:,} bytes; {FIX}")
        by_name = {member.filename.removesuffix(".npy"): member for member in members}
        if names is not None:
            check_names(names, by_name, path)
        return {name: _read_member(archive, member) for name, member in by_name.items()}


def check_names(wanted: Collection[str], present: Collection[str], path: object) -> None:
    """Check that a file holds arrays of the `wanted` names, or unnamed ones, and no others.

    Raises:
        UserError: it does not; the first three mistakes are listed.
    """
    unnamed = [f"arr_{i}" for i in range(len(wanted))] if "arr_0" in present else []
    allowed = {*wanted, *unnamed}
    wrong = [f"{quoted(name)} is not of this model" for name in present if name not in allowed]
    if not unnamed:
        wrong += [f"{name} is missing" for name in wanted if name not in present]
    refuse(wrong, path)


def refuse(wrong: list[str], source: object) -> None:
    """Raise a UserError that lists the first of what is `wrong` with `source`, if anything is."""
    if wrong:
        more = [f"and {len(wrong) - LISTED} more"] if len(wrong) > LISTED else []
        raise UserError(f"{source} does not fit the model: {'; '.join(wrong[:LISTED] + more)}")


def _read_member(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> Array:
    """Read one array; never allocate what its header merely claims."""
    if member.compress_type not in PACKINGS:
        raise ValueError(f"{quoted(member.filename)} is compressed in another way than NumPy's")
    content = archive.read(member)
    header = read_npy_header(io.BytesIO(content))
    values = np.frombuffer(content, header.dtype, math.prod(header.shape), header.start)
    return values.reshape(header.shape, order="F" if header.fortran_order else "C")


def converted(values: Array, dtype: str, name: object) -> Array:
    """Return `values` in another type of floating-point numbers.

    Raises:
        UserError: one is not finite, or too large for the type; `name` is named.
    """
    with np.errstate(over="ignore"):
        changed = values.astype(dtype)
    if not np.isfinite(changed).all():
        raise UserError(
            f"{name} has values that {dtype} cannot hold (over {np.finfo(dtype).max:,.0f}, or not "
            "finite); choose another run or epoch"
        )
    return changed


def match_parameters(
    params: Mapping[str, Array], arrays: Mapping[str, Array], source: object
) -> dict[str, Array]:
    """Match `arrays` to the parameters `params`: by name, or unnamed (`arr_0`, ...) in their order.

    Returns:
        The arrays by parameter name, in the parameters' data types.

    Raises:
        UserError: an array is missing, left over, of another shape, or not of finite numbers; the
            first three mistakes are listed.
    """
    if "arr_0" in arrays:
        names = {f"arr_{i}": name for i, name in enumerate(params)}
        arrays = {names.get(name, name): array for name, array in arrays.items()}
    wrong = [f"{name} is missing" for name in params if name not in arrays]
    wrong += [f"{quoted(name)} is not of this model" for name in arrays if name not in params]
    wrong += [
        f"{name} {misfit}"
        for name, array in params.items()
        if name in arrays and (misfit := _misfit(arrays[name], array))
    ]
    refuse(wrong, source)
    return {name: arrays[name].astype(array.dtype) for name, array in params.items()}


def _misfit(array: Array, wanted: Array) -> str:
    """Say why `array` cannot replace `wanted`; an empty string if it can."""
    if array.shape != wanted.shape:
        return f"is {array.shape}, not {wanted.shape}"
    if array.dtype.kind not in "fiu":
        return f"holds {array.dtype}, not real numbers"
    with np.errstate(over="ignore", invalid="ignore"):
        finite = np.isfinite(array.astype(wanted.dtype)).all()
    return "" if finite else "has values that are not finite"
