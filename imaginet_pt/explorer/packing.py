"""Arrays as text that a page can hold: float16 and int8 in one block, compressed, in base64."""

import base64
import hashlib
import zlib
from typing import Any

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.floating[Any]]
Entry = dict[str, Any]  # what the page needs to find an array: type, shape, place; JSON

ALIGNMENT = 4  # bytes: a typed array of JavaScript begins at a multiple of its element's size


def quantized(rows: Floats) -> tuple[npt.NDArray[np.int8], npt.NDArray[np.float32]]:
    """Return rows (n, d) as int8 and the scale of each, (n,): row = scale * int8, about.

    A row of zeros has the scale 0.
    """
    largest = np.abs(rows).max(axis=1, initial=0).astype("float32")
    scales = (largest / 127).astype("float32")
    steps = np.where(scales > 0, scales, 1)[:, None]
    return np.rint(rows / steps).astype("i1"), scales


class Block:
    """Arrays one after another; equal ones are stored once."""

    def __init__(self) -> None:
        """Make an empty block."""
        self._bytes = bytearray()
        self._places: dict[bytes, int] = {}

    def add(self, array: npt.NDArray[Any]) -> Entry:
        """Store an array in its own type, little-endian; return where it is."""
        array = np.ascontiguousarray(array, array.dtype.newbyteorder("<"))
        content = array.tobytes()
        key = hashlib.sha256(content).digest()
        if key not in self._places:
            self._bytes.extend(bytes(-len(self._bytes) % ALIGNMENT))
            self._places[key] = len(self._bytes)
            self._bytes.extend(content)
        return {"type": array.dtype.name, "shape": list(array.shape), "at": self._places[key]}

    def add_rows(self, rows: Floats) -> Entry:
        """Store rows (n, d) as int8 with a scale each; return where they are."""
        values, scales = quantized(rows)
        return self.add(values) | {"scales": self.add(scales)}

    def text(self) -> str:
        """Return the block, compressed by zlib, in base64."""
        return base64.b64encode(zlib.compress(bytes(self._bytes), 9)).decode()
