"""numba implementations of the package's own operations, registered by importing this module.

PyTensor keeps compiled functions on disk by a key of each operation. Ours contain a checksum of
the kernels' text, so that what was compiled from other text is not taken.
"""

import inspect
import zlib
from collections.abc import Callable
from typing import Any

import numpy as np
from pytensor.graph.basic import Apply
from pytensor.link.numba.dispatch.basic import (
    numba_funcify_and_cache_key,
    numba_funcify_default_op_cache_key,
    numba_njit,
    register_funcify_and_cache_key,
    register_funcify_default_op_cache_key,
)
from pytensor.scalar.basic import Exp
from pytensor.scalar.math import Sigmoid
from pytensor.tensor.extra_ops import Unique

from . import numba_kernels as kernels
from .adam import AdamStep
from .cross_entropy import HIGHEST, LOWEST, CrossEntropy
from .gather import Gather, Scatter
from .numba_kernels import Array
from .prefixes import Prefixes

VERSION = zlib.crc32(inspect.getsource(kernels).encode())

Compiled = tuple[Callable[..., Any], int]  # and the version of its code


@register_funcify_default_op_cache_key(AdamStep)
def _adam_step(op: AdamStep, node: Apply[Any], **kwargs: Any) -> Compiled:
    step = kernels.adam_matrix if node.inputs[0].type.ndim == 2 else kernels.adam_vector
    constants = tuple(np.float32(x) for x in op.constants.values())
    inplace = op.inplace

    @numba_njit
    def adam_step(p: Array, g: Array, m: Array, v: Array, rate: Array) -> Any:
        if p.shape != g.shape:
            raise ValueError("AdamStep wants arrays of one shape")
        if not inplace:
            p, m, v = p.copy(), m.copy(), v.copy()
        step(p, g, m, v, rate.item(), constants)
        return p, m, v

    return adam_step, VERSION


@register_funcify_default_op_cache_key(CrossEntropy)
def _cross_entropy(op: CrossEntropy, node: Apply[Any], **kwargs: Any) -> Compiled:
    @numba_njit
    def cross_entropy(scores: Array, bias: Array, rows: Array, targets: Array) -> Any:
        return kernels.cross_entropy(scores, bias, rows, targets, LOWEST, HIGHEST)

    return cross_entropy, VERSION


@register_funcify_default_op_cache_key(Gather)
def _gather(op: Gather, node: Apply[Any], **kwargs: Any) -> Compiled:
    @numba_njit
    def gather(rows: Array, index: Array) -> Array:
        return kernels.gather(rows, index.ravel()).reshape(index.shape + (rows.shape[1],))

    return gather, VERSION


@register_funcify_default_op_cache_key(Scatter)
def _scatter(op: Scatter, node: Apply[Any], **kwargs: Any) -> Compiled:
    @numba_njit
    def scatter(parts: Array, index: Array, n: Array) -> Array:
        rows = np.ascontiguousarray(parts).reshape((-1, parts.shape[-1]))
        return kernels.scatter(rows, index.ravel(), n.item())

    return scatter, VERSION


@register_funcify_default_op_cache_key(Prefixes)
def _prefixes(op: Prefixes, node: Apply[Any], **kwargs: Any) -> Compiled:
    return kernels.prefixes, VERSION


_pytensors_unique = numba_funcify_default_op_cache_key.dispatch(Unique)


@register_funcify_default_op_cache_key(Unique)
def _unique(op: Unique, node: Apply[Any], **kwargs: Any) -> Any:
    """Take our kernel for the distinct words of a minibatch, else what PyTensor has."""
    if op.axis is not None or op.return_counts or not (op.return_index or op.return_inverse):
        return _pytensors_unique(op, node=node, **kwargs)
    with_index, with_inverse = op.return_index, op.return_inverse

    @numba_njit
    def unique(x: Array) -> Any:
        words, first, inverse = kernels.unique(x.ravel())
        if with_index and with_inverse:
            return words, first, inverse
        return words, first if with_index else inverse

    return unique, VERSION


def _use_for_float32(scalar_op: type, function: Callable[[Any], Any]) -> None:
    """Have numba compute `scalar_op` by `function` where its input is float32."""
    otherwise = numba_funcify_and_cache_key.dispatch(scalar_op)

    @register_funcify_and_cache_key(scalar_op)
    def _of_float32(op: Any, node: Apply[Any], **kwargs: Any) -> tuple[Callable[..., Any], Any]:
        if node.inputs[0].type.dtype != "float32":
            return otherwise(op, node=node, **kwargs)
        return function, f"imaginet_{scalar_op.__name__}_{VERSION}"


_use_for_float32(Exp, kernels.exp32)
_use_for_float32(Sigmoid, kernels.sigmoid32)
