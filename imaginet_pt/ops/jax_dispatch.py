"""JAX implementations of the package's own operations."""

import jax
import jax.numpy as jnp
from pytensor.link.jax.dispatch import jax_funcify
from pytensor.tensor.extra_ops import Unique

from .adam import AdamStep, adam_step
from .cross_entropy import HIGHEST, LOWEST, CrossEntropy
from .gather import Gather
from .prefixes import Prefixes


@jax_funcify.register(Gather)
def _gather(op, **kwargs):
    return lambda rows, index: rows[index]


@jax_funcify.register(Unique)
def _unique(op, **kwargs):
    """As many distinct words as there are places, since JAX must know how many."""
    return lambda x: jnp.unique(x, return_inverse=True, size=x.size, fill_value=0)


@jax_funcify.register(Prefixes)
def _prefixes(op, **kwargs):
    """Each place for itself, since JAX must know how many there are."""
    return lambda X: (jnp.arange(X.size), jnp.arange(X.size))


@jax_funcify.register(CrossEntropy)
def _cross_entropy(op, **kwargs):
    """The cost alone: JAX finds the derivatives, so the other outputs only fill their places."""

    def cross_entropy(scores, bias, rows, targets):
        log_p = jax.nn.log_softmax(scores + bias, axis=-1)[rows, targets]
        return -jnp.clip(log_p, LOWEST, HIGHEST).mean(), scores, bias

    return cross_entropy


@jax_funcify.register(AdamStep)
def _adam_step(op, **kwargs):
    return lambda *inputs: adam_step(*inputs, **op.constants, xp=jnp)
