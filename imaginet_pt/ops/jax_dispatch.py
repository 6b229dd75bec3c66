"""JAX implementations of the package's own operations, registered by importing this module."""

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
from pytensor.link.jax.dispatch import jax_funcify
from pytensor.tensor.extra_ops import Unique

from .adam import AdamStep, adam_step
from .cross_entropy import HIGHEST, LOWEST, CrossEntropy
from .gather import Gather
from .prefixes import Prefixes


@jax_funcify.register(Gather)
def _gather(op: Gather, **kwargs: Any) -> Callable[..., Any]:
    return lambda rows, index: rows[index]


_pytensors_unique = jax_funcify.dispatch(Unique)


@jax_funcify.register(Unique)
def _unique(op: Unique, **kwargs: Any) -> Callable[..., Any]:
    """Pad the distinct words to the number of positions: JAX must know shapes in advance.

    What the package does not ask for is left to PyTensor.
    """
    if op.axis is not None or op.return_index or op.return_counts or not op.return_inverse:
        others: Callable[..., Any] = _pytensors_unique(op, **kwargs)
        return others
    return lambda x: jnp.unique(x, return_inverse=True, size=x.size, fill_value=0)


@jax_funcify.register(Prefixes)
def _prefixes(op: Prefixes, **kwargs: Any) -> Callable[..., Any]:
    """Give each position a prefix of its own: JAX must know their number in advance."""
    return lambda X: (jnp.arange(X.size), jnp.arange(X.size))


@jax_funcify.register(CrossEntropy)
def _cross_entropy(op: CrossEntropy, **kwargs: Any) -> Callable[..., Any]:
    """Compute the cost alone: JAX differentiates it, so the other outputs are fillers."""

    def cross_entropy(scores: Any, bias: Any, rows: Any, targets: Any) -> tuple[Any, Any, Any]:
        log_p = jax.nn.log_softmax(scores + bias, axis=-1)[rows, targets]
        return -jnp.clip(log_p, LOWEST, HIGHEST).mean(), scores, bias

    return cross_entropy


@jax_funcify.register(AdamStep)
def _adam_step(op: AdamStep, **kwargs: Any) -> Callable[..., Any]:
    return lambda *inputs: adam_step(*inputs, **op.constants, xp=jnp)
