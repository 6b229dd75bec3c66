"""One step of Adam as a single operation, in C and in NumPy.

As separate operations, Adam would read and write five arrays of the size of each parameter, one
number at a time: PyTensor's loop cannot be vectorized, because of the step size, a scalar.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import ModuleType
from typing import Any

import numpy as np
import pytensor.tensor as pt
from pytensor.compile.mode import optdb
from pytensor.graph.basic import Apply
from pytensor.graph.fg import FunctionGraph
from pytensor.graph.rewriting.basic import in2out, node_rewriter

from .base import VECTORIZED, NativeOp, Shape, fill_c, only_float32, read_c
from .penalties import add_penalties
from .types import Array


def adam_step(
    p: Any, g: Any, m: Any, v: Any, rate: Any, *,
    b1: float, b2: float, e: float, l1: float, l2: float, xp: ModuleType,
) -> tuple[Any, Any, Any]:  # fmt: skip
    """Return the new parameter and its new moments; `nn.updates.Adam` has the equations.

    Args:
        p: a parameter. Its gradient `g` and its moments `m` and `v` have the same shape.
        g: the gradient.
        m: the running mean of gradients.
        v: the running mean of squared gradients.
        rate: the step size, ().
        b1: weight of the new gradient in `m`.
        b2: weight of the new squared gradient in `v`.
        e: added to the square root of `v`, to avoid dividing by zero.
        l1: weight of the L1 penalty.
        l2: weight of the L2 penalty.
        xp: the array module to compute with: NumPy or JAX's.
    """
    m = m + b1 * (g - m)
    v = v + b2 * (g * g - v)
    step = add_penalties(m / (xp.sqrt(v) + e), p, l1=l1, l2=l2, xp=xp)
    return p - rate * step, m, v


@dataclass(frozen=True)
class AdamStep(NativeOp):
    """`adam_step` as an operation; with `inplace` the outputs overwrite p, m and v.

    Inputs: p, g, m and v of one shape, and the step size, ().
    Outputs: the new p, m and v.
    """

    b1: float
    b2: float
    e: float
    l1: float
    l2: float
    inplace: bool = False

    __props__ = ("b1", "b2", "e", "l1", "l2", "inplace")

    @property
    def constants(self) -> dict[str, float]:
        """The constants of `adam_step`, by name."""
        return {name: getattr(self, name) for name in self.__props__ if name != "inplace"}

    @property
    def destroy_map(self) -> dict[int, list[int]]:  # type: ignore[override]
        """For each output, the inputs that it overwrites."""
        return {0: [0], 1: [2], 2: [3]} if self.inplace else {}

    def make_node(self, *inputs: Any) -> Apply[Any]:
        """Apply the operation to p, g, m, v and the step size."""
        p, _, m, v, _ = variables = [pt.as_tensor(x) for x in inputs]
        return Apply(self, variables, [p.type(), m.type(), v.type()])

    def perform(
        self, node: Apply[Any], inputs: Sequence[Array], outputs: list[list[Array | None]]
    ) -> None:
        """Compute the outputs with NumPy."""
        old = [inputs[i] for i in (0, 2, 3)]
        new = adam_step(*inputs, **self.constants, xp=np)
        for storage, old_array, new_array in zip(outputs, old, new, strict=True):
            if self.inplace:
                old_array[...] = new_array
                storage[0] = old_array
            else:
                storage[0] = np.asarray(new_array, dtype=old_array.dtype)

    def shapes(self, node: Apply[Any], shapes: list[Shape]) -> list[Shape]:
        """Return the shape of p for each output."""
        return [shapes[0]] * 3

    def c_headers(self, **kwargs: Any) -> list[str]:
        """Return the headers that the C code includes."""
        return ["<math.h>", "<omp.h>"]

    def c_compile_args(self, **kwargs: Any) -> list[str]:
        """Return the compiler's options."""
        return VECTORIZED

    def c_code_cache_version(self) -> tuple[int, ...]:
        """Return the version of the C code; increase it whenever that code changes."""
        return (3,)

    def c_support_code(self, **kwargs: Any) -> str:
        """Return the functions that the C code calls."""
        return read_c("adam.h")

    def c_code(
        self, node: Apply[Any], name: str, inputs: Sequence[str], outputs: Sequence[str],
        sub: Mapping[str, str],
    ) -> str:  # fmt: skip
        """Return the C code of one step, for float32."""
        only_float32(node)
        arrays = dict(zip(["p", "g", "m", "v", "rate"], inputs, strict=True))
        arrays |= dict(zip(["new_p", "new_m", "new_v"], outputs, strict=True))
        numbers = {name: f"{float(np.float32(x))!r}f" for name, x in self.constants.items()}
        take = "imaginet_reuse" if self.inplace else "imaginet_copy"
        return fill_c("adam.c", **arrays, **numbers, take=take, fail=sub["fail"])


@node_rewriter([AdamStep], inplace=True)
def _in_place(fgraph: FunctionGraph, node: Apply[Any]) -> Any:
    if node.op.inplace:
        return False
    return AdamStep(**node.op.constants, inplace=True)(*node.inputs, return_list=True)


optdb.register("imaginet_adam_in_place", in2out(_in_place), "fast_run", "inplace", position=70)
