"""Elementwise operations in vectorized C code.

PyTensor's own C code steps through an array by strides that are only known at run time, and calls
`expf`; both keep a compiler from vectorizing it. Here the numbers of a line are contiguous.
"""

import functools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pytensor.compile.mode import optdb
from pytensor.graph.basic import Apply, Variable
from pytensor.graph.fg import FunctionGraph
from pytensor.graph.rewriting.basic import in2out, node_rewriter
from pytensor.tensor.elemwise import Elemwise

from .base import VECTORIZED, fill_c, read_c

DTYPES = {"float32", "bool"}


@dataclass(frozen=True)
class _CArray:
    """C code that reads and writes one input or output of `Linewise`.

    Attributes:
        index: its place among the inputs and outputs together.
        array: name of its `PyArrayObject *`.
        variable: the symbolic array.
    """

    index: int
    array: str
    variable: Variable[Any, Any]

    @property
    def number(self) -> str:
        """Name of the C variable that holds one number of it."""
        return f"x{self.index}"

    @property
    def ctype(self) -> str:
        """C type of its numbers."""
        return str(self.variable.type.dtype_specs()[1])

    @property
    def broadcast(self) -> list[bool]:
        """For each axis, whether the array is broadcast along it."""
        return [size == 1 for size in self.variable.type.shape]

    @property
    def flags(self) -> str:
        """`broadcast` as a C initializer."""
        return f"{{{', '.join(str(int(axis)) for axis in self.broadcast)}}}"

    def line(self) -> str:
        """Return code that finds where the current line begins."""
        return f"""
        {self.ctype} *{self.number}_line = ({self.ctype} *)imaginet_line(
            {self.array}, broadcast[{self.index}], axis, line, shape);"""

    def load(self) -> str:
        """Return code that reads the j-th number of the line."""
        constant = {0: "j", len(self.broadcast): "0"}
        j = constant.get(sum(self.broadcast), f"broadcast[{self.index}][axis] ? 0 : j")
        return f"const {self.ctype} {self.number} = {self.number}_line[{j}];"

    def declare(self) -> str:
        """Return code that declares the number to be computed."""
        return f"{self.ctype} {self.number};"

    def store(self) -> str:
        """Return code that writes the j-th number of the line."""
        return f"{self.number}_line[j] = {self.number};"


class Linewise(Elemwise):
    """`Elemwise` of arrays of `DTYPES`, computed line by line in C.

    A line is a row or a column that is contiguous in memory. Where the arrays have no lines along
    a common axis, it falls back to `Elemwise`.
    """

    def c_headers(self, **kwargs: Any) -> list[str]:
        """Return the headers that the C code includes."""
        return [*super().c_headers(**kwargs), "<math.h>"]

    def c_compile_args(self, **kwargs: Any) -> list[str]:
        """Return the compiler's options."""
        return VECTORIZED

    def c_support_code(self, **kwargs: Any) -> str:
        """Return the functions that the C code calls."""
        return str(super().c_support_code(**kwargs)) + read_c("exp.h") + read_c("lines.h")

    def c_code_cache_version_apply(self, node: Apply[Any]) -> tuple[Any, ...]:
        """Return the version of the C code; increase its first number when that code changes."""
        version = super().c_code_cache_version_apply(node)
        return version and (3, *version)

    def c_code(
        self, node: Apply[Any], name: str, inputs: Sequence[str], outputs: Sequence[str],
        sub: Mapping[str, str],
    ) -> str:  # fmt: skip
        """Return the C code of one call: a loop over lines, and within it one over a line."""
        names, variables = [*inputs, *outputs], [*node.inputs, *node.outputs]
        arrays = [_CArray(i, *pair) for i, pair in enumerate(zip(names, variables, strict=True))]
        loaded, stored = arrays[: len(inputs)], arrays[len(inputs) :]
        numbers = [[a.number for a in part] for part in (loaded, stored)]
        scalar_node = self.make_scalar_node(*node.inputs)
        return fill_c(
            "linewise.c",
            arrays=", ".join(inputs),
            broadcast=", ".join(a.flags for a in arrays),
            n=len(inputs),
            ndim=node.outputs[0].type.ndim,
            fallback=super().c_code(node, name, inputs, outputs, sub),
            outputs="".join(self._prepare(i, a, inputs, sub["fail"]) for i, a in enumerate(stored)),
            lines="".join(a.line() for a in arrays),
            loads="".join(a.load() for a in loaded),
            declarations="".join(a.declare() for a in stored),
            body=self.scalar_op.c_code(scalar_node, f"{name}_line", *numbers, sub),
            stores="".join(a.store() for a in stored),
        )

    def _prepare(self, i: int, output: _CArray, inputs: Sequence[str], fail: str) -> str:
        """Return code that prepares the i-th output's array: its own, or the input it replaces."""
        if i in self.inplace_pattern:
            replaced = inputs[self.inplace_pattern[i]]
            return fill_c("linewise_reuse_input.c", output=output.array, input=replaced)
        _, _, dtype = output.variable.type.dtype_specs()
        ndim = output.variable.type.ndim
        return fill_c(
            "linewise_new_output.c", output=output.array, ndim=ndim, dtype=dtype, fail=fail
        )


@node_rewriter([Elemwise])
def _linewise(fgraph: FunctionGraph, node: Apply[Any]) -> Any:
    op, variables = node.op, [*node.inputs, *node.outputs]
    if type(op) is not Elemwise or any(v.type.dtype not in DTYPES for v in variables):
        return False
    if node.outputs[0].type.ndim < 2 or all(n == 1 for n in node.outputs[0].type.shape):
        return False
    return Linewise(op.scalar_op, op.inplace_pattern)(*node.inputs, return_list=True)


@functools.cache
def register() -> None:
    """Make PyTensor use `Linewise` wherever it can in everything it compiles to C from now on.

    The rewrite is registered globally, since `scan` compiles the inside of a loop by itself.
    """
    optdb.register("imaginet_linewise", in2out(_linewise), "fast_run", "cxx_only", position=70)
