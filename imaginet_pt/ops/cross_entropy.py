"""The cost of words as a single operation, in C and in NumPy.

It replaces a softmax, the selection of the targets, a mean and their gradients. As separate
operations these would read and write the scores of all words at all positions a dozen times.
"""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pytensor.tensor as pt
from pytensor.gradient import DisconnectedType, disconnected_type
from pytensor.graph.basic import Apply

from .base import VECTORIZED, NativeOp, Shape, fill_c, only_float32, read_c
from .types import Array

# Logarithms of the bounds to which probabilities are clipped.
LOWEST, HIGHEST = math.log(1e-7), math.log1p(-1e-7)


class CrossEntropy(NativeOp):
    """Mean over positions of -log p(target), p = softmax(scores + bias), with its gradients.

    Several positions may share a row of scores. p is clipped to [1e-7, 1 - 1e-7]; a position where
    it is clipped has no gradient.

    Inputs: scores (n, words); bias (words,); rows (positions,) int64, the row of `scores` for each
    position; targets (positions,) int32.
    Outputs: the cost (); its derivatives with respect to scores (n, words) and bias (words,).
    """

    __props__ = ()

    def make_node(self, *inputs: Any) -> Apply[Any]:
        """Apply the operation to scores, bias, rows and targets."""
        scores, bias, _, _ = variables = [pt.as_tensor(x) for x in inputs]
        cost = pt.tensor(dtype=scores.dtype, shape=())
        return Apply(self, variables, [cost, scores.type(), bias.type()])

    def perform(
        self, node: Apply[Any], inputs: Sequence[Array], outputs: list[list[Array | None]]
    ) -> None:
        """Compute the outputs with NumPy."""
        scores, bias, rows, targets = inputs
        n = scores.dtype.type(len(targets))
        p = scores + bias
        p -= p.max(axis=1, keepdims=True)
        target_scores = p[rows, targets]
        np.exp(p, out=p)
        total = p.sum(axis=1)
        log_p = target_scores - np.log(total[rows])
        unclipped = ((log_p >= LOWEST) & (log_p <= HIGHEST)).astype(p.dtype)
        p *= (np.bincount(rows, unclipped, len(p)).astype(p.dtype) / (total * n))[:, None]
        np.subtract.at(p, (rows, targets), unclipped / n)
        outputs[0][0] = np.asarray(-np.clip(log_p, LOWEST, HIGHEST).mean(), dtype=p.dtype)
        outputs[1][0], outputs[2][0] = p, p.sum(axis=0)

    def connection_pattern(self, node: Apply[Any]) -> list[list[bool]]:
        """Say that only the cost has gradients, and only with respect to scores and bias."""
        return [[True, False, False]] * 2 + [[False, False, False]] * 2

    def pullback(
        self, inputs: Sequence[Any], outputs: Sequence[Any], cotangents: Sequence[Any]
    ) -> list[Any]:
        """Return the gradients with respect to the inputs, which the outputs already hold."""
        cost = cotangents[0]
        if isinstance(cost.type, DisconnectedType):
            return [disconnected_type() for _ in inputs]
        return [cost * outputs[1], cost * outputs[2], disconnected_type(), disconnected_type()]

    def shapes(self, node: Apply[Any], shapes: list[Shape]) -> list[Shape]:
        """Return the shapes of the cost and of its derivatives."""
        return [(), shapes[0], shapes[1]]

    def c_headers(self, **kwargs: Any) -> list[str]:
        """Return the headers that the C code includes."""
        return ["<math.h>", "<omp.h>", "<vector>"]

    def c_compile_args(self, **kwargs: Any) -> list[str]:
        """Return the compiler's options."""
        return VECTORIZED

    def c_code_cache_version(self) -> tuple[int, ...]:
        """Return the version of the C code; increase it whenever that code changes."""
        return (5,)

    def c_support_code(self, **kwargs: Any) -> str:
        """Return the functions that the C code calls."""
        return read_c("output.h") + read_c("exp.h") + read_c("cross_entropy.h")

    def c_code(
        self, node: Apply[Any], name: str, inputs: Sequence[str], outputs: Sequence[str],
        sub: Mapping[str, str],
    ) -> str:  # fmt: skip
        """Return the C code of one call, for float32."""
        only_float32(node)
        names = "scores bias rows targets cost d_scores d_bias".split()
        arrays = dict(zip(names, [*inputs, *outputs], strict=True))
        bounds = {"lowest": repr(LOWEST), "highest": repr(HIGHEST)}
        return fill_c("cross_entropy.c", **arrays, **bounds, fail=sub["fail"])
