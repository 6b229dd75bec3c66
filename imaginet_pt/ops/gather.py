"""Take rows of a matrix by index, and sum their gradients, in C and in NumPy."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pytensor.tensor as pt
from pytensor.gradient import disconnected_type
from pytensor.graph.basic import Apply

from .base import NativeOp, Shape, fill_c, only_float32, read_c
from .types import Array


class _Indexing(NativeOp):
    """The common part of `Gather` and `Scatter`. Indices out of bounds raise an IndexError."""

    __props__ = ()

    def c_support_code(self, **kwargs: Any) -> str:
        """Return the functions that the C code calls."""
        return read_c("output.h") + read_c("gather.h")

    def c_compile_args(self, **kwargs: Any) -> list[str]:
        """Return the compiler's options."""
        return ["-O3"]

    def c_code_cache_version(self) -> tuple[int, ...]:
        """Return the version of the C code: raise it with each change of that."""
        return (2,)


class Gather(_Indexing):
    """Take rows of a matrix: rows (n, size), index int64 (...) -> rows[index], (..., size)."""

    def make_node(self, *inputs: Any) -> Apply[Any]:
        """Apply the operation to rows and index."""
        rows, index = inputs
        rows, index = pt.as_tensor(rows), pt.cast(index, "int64")
        shape = (*index.type.shape, rows.type.shape[1])
        return Apply(self, [rows, index], [pt.tensor(dtype=rows.dtype, shape=shape)])

    def perform(
        self, node: Apply[Any], inputs: Sequence[Array], outputs: list[list[Array | None]]
    ) -> None:
        """Compute the output with NumPy."""
        outputs[0][0] = inputs[0][inputs[1]]

    def shapes(self, node: Apply[Any], shapes: list[Shape]) -> list[Shape]:
        """Return the shape of the output."""
        return [(*shapes[1], shapes[0][1])]

    def connection_pattern(self, node: Apply[Any]) -> list[list[bool]]:
        """Say that only the rows have a gradient."""
        return [[True], [False]]

    def pullback(
        self, inputs: Sequence[Any], outputs: Sequence[Any], cotangents: Sequence[Any]
    ) -> list[Any]:
        """Return the gradient with respect to the rows: the sum over all uses of each row."""
        rows, index = inputs
        return [Scatter()(cotangents[0], index, rows.shape[0]), disconnected_type()]

    def c_code(
        self, node: Apply[Any], name: str, inputs: Sequence[str], outputs: Sequence[str],
        sub: Mapping[str, str],
    ) -> str:  # fmt: skip
        """Return the C code of one call, for float32."""
        only_float32(node)
        arrays = dict(zip(["rows", "index", "out"], [*inputs, *outputs], strict=True))
        return fill_c("gather.c", **arrays, ndim=node.inputs[1].type.ndim, fail=sub["fail"])


class Scatter(_Indexing):
    """Sum vectors by index: row i of the output is the sum of the `parts` whose index is i.

    Inputs: parts (..., size); index int64 (...); n, the number of rows of the output.
    Output: (n, size).
    """

    def make_node(self, *inputs: Any) -> Apply[Any]:
        """Apply the operation to parts, index and n."""
        parts, index, n = inputs
        parts, n = pt.as_tensor(parts), pt.cast(n, "int64")
        out = pt.tensor(dtype=parts.dtype, shape=(None, parts.type.shape[-1]))
        return Apply(self, [parts, index, n], [out])

    def perform(
        self, node: Apply[Any], inputs: Sequence[Array], outputs: list[list[Array | None]]
    ) -> None:
        """Compute the output with NumPy."""
        parts, index, n = inputs
        total = np.zeros((int(n), parts.shape[-1]), dtype=parts.dtype)
        np.add.at(total, index, parts)
        outputs[0][0] = total

    def shapes(self, node: Apply[Any], shapes: list[Shape]) -> list[Shape]:
        """Return the shape of the output."""
        return [(node.inputs[2], shapes[0][-1])]

    def c_code(
        self, node: Apply[Any], name: str, inputs: Sequence[str], outputs: Sequence[str],
        sub: Mapping[str, str],
    ) -> str:  # fmt: skip
        """Return the C code of one call, for float32."""
        only_float32(node)
        arrays = dict(zip(["parts", "index", "n", "out"], [*inputs, *outputs], strict=True))
        return fill_c("scatter.c", **arrays, ndim=node.inputs[1].type.ndim, fail=sub["fail"])
