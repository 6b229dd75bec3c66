"""Named tensors in a .safetensors file, which holds numbers and nothing that could run.

The library reads and writes the format. Before any value is read, names, shapes and types of the
file's header are held against those of a model.
"""

from collections.abc import Mapping
from os import PathLike
from typing import Any, BinaryIO

import numpy as np
from safetensors import safe_open
from safetensors.numpy import save

from ..errors import UserError
from . import reading
from .arrays import Array, check_names, refuse
from .atomic import atomic

MAX_HEADER = 2**20  # bytes; that of the largest model has about 3 KB
LENGTH = 8  # bytes of the number with which a file begins, the size of its header
TYPES = ("F16", "F32", "F64")
FIX = "give a whole .safetensors file"


def write_tensors(path: str | PathLike[str], arrays: Mapping[str, Array]) -> None:
    """Write named arrays as a `.safetensors` file, whole or not at all."""
    content = save({name: np.ascontiguousarray(array) for name, array in arrays.items()})
    with atomic(path, "wb") as file:
        file.write(content)


def read_tensors(path: str | PathLike[str], wanted: Mapping[str, Array]) -> dict[str, Array]:
    """Return the tensors of a `.safetensors` file by name.

    Args:
        path: the file.
        wanted: for each name an array of the shape that the tensor must have.

    Raises:
        UserError: the file is missing or damaged, or does not hold exactly these tensors, of 16,
            32 or 64 bits.
    """
    with reading.open_file(path, FIX) as file:
        _check_length(file, path)
        with safe_open(path, framework="numpy") as tensors:
            check_names(wanted, tensors.keys(), path)
            misfits = [_misfit(name, tensors.get_slice(name), a) for name, a in wanted.items()]
            refuse(list(filter(None, misfits)), path)
            return {name: tensors.get_tensor(name) for name in wanted}


def _check_length(file: BinaryIO, path: object) -> None:
    """Refuse a header so long that reading it would take the memory."""
    length = int.from_bytes(file.read(LENGTH), "little")
    if length > MAX_HEADER:
        raise UserError(f"{path} has a header of {length:,} bytes; {FIX}")


def _misfit(name: str, tensor: Any, wanted: Array) -> str:
    """Say why a tensor cannot be read as `wanted`; an empty string if it can."""
    shape, kind = tuple(tensor.get_shape()), tensor.get_dtype()
    if shape != wanted.shape:
        return f"{name} is {shape}, not {wanted.shape}"
    return "" if kind in TYPES else f"{name} holds {kind}, not one of {', '.join(TYPES)}"
