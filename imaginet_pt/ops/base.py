"""The base class and helpers of the package's own C operations."""

import functools
from importlib import resources
from string import Template
from typing import Any

from pytensor.graph.basic import Apply
from pytensor.graph.utils import MethodNotDefined
from pytensor.link.c.op import COp

# Compiler options for vectorized code on all cores, which still gives IEEE results.
VECTORIZED = ["-fopenmp", "-O3", "-fno-math-errno", "-fno-trapping-math"]

Shape = tuple[Any, ...]  # symbolic or plain sizes, one for each axis


@functools.cache
def read_c(name: str) -> str:
    """Read one file of `c_code/`: a header of functions, or the body of an operation."""
    return (resources.files(__package__) / "c_code" / name).read_text(encoding="utf-8")


def fill_c(name: str, **values: object) -> str:
    """Read one file of `c_code/` and replace each `$key` in it by the value of that name."""
    return Template(read_c(name)).substitute(values)


class NativeOp(COp):
    """An operation with C code, whose output shapes `shapes` computes."""

    def __call__(self, *inputs: Any, **options: Any) -> Any:
        """Apply the operation to `inputs`; return its output, or a list of several."""
        return super().__call__(*inputs, **options)

    def infer_shape(self, *args: Any) -> list[Shape]:
        """Return `shapes`, whether PyTensor passes `fgraph` first, as 3.0 does, or not."""
        *_, node, shapes = args
        return self.shapes(node, shapes)

    def shapes(self, node: Apply[Any], shapes: list[Shape]) -> list[Shape]:
        """Return the shapes of the outputs, given the `shapes` of the inputs."""
        raise MethodNotDefined("shapes")


def only_float32(node: Apply[Any]) -> None:
    """Refuse C code for any type but float32.

    For other types PyTensor then calls `perform`; gradient checks in float64 rely on that.

    Raises:
        MethodNotDefined: the first input is not float32.
    """
    if node.inputs[0].type.dtype != "float32":
        raise MethodNotDefined("c_code")
