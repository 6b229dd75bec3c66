"""The same expressions as JAX functions: for GPUs, and for the batch split over several devices.

JAX wants shapes known, so a function is made for each shape of minibatch, once, and kept on disk by
JAX's own cache. PyTensor's expressions become a JAX function; JAX differentiates it.
"""

import functools
import warnings
from dataclasses import dataclass
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytensor.tensor as pt
from jax.sharding import AxisType, NamedSharding, PartitionSpec
from pytensor.compile.mode import get_mode
from pytensor.graph.fg import FunctionGraph
from pytensor.link.jax.dispatch import jax_funcify
from pytensor.tensor.extra_ops import Unique

from .adam_step import AdamStep, adam
from .cross_entropy import HIGHEST, LOWEST, CrossEntropy
from .errors import UserError
from .files import cache_folder
from .gather import Gather

# PyTensor turns double precision on in JAX; here all is float32 and int32.
jax.config.update("jax_enable_x64", False)
warnings.filterwarnings("ignore", message="Explicitly requested dtype")

BATCH_AXIS = {"X": 1, "Y": 1, "Z": 0}
DTYPE = {"X": "int32", "Y": "int32", "Z": "float32"}


@jax_funcify.register(Gather)
def _gather(op, **kwargs):
    return lambda rows, index: rows[index]


@jax_funcify.register(Unique)
def _unique(op, **kwargs):
    """As many distinct words as there are places, since JAX must know how many."""
    return lambda x: jnp.unique(x, return_inverse=True, size=x.size, fill_value=0)


@jax_funcify.register(CrossEntropy)
def _cross_entropy(op, **kwargs):
    """The cost alone: JAX finds the derivatives, so the other outputs only fill their places."""

    def cross_entropy(scores, bias, targets):
        log_p = jax.nn.log_softmax(scores + bias, axis=-1)
        chosen = jnp.take_along_axis(log_p, targets[:, None], axis=1)
        return -jnp.clip(chosen, LOWEST, HIGHEST).mean(), scores, bias

    return cross_entropy


@jax_funcify.register(AdamStep)
def _adam_step(op, **kwargs):
    return lambda *inputs: adam(*inputs, **op.constants, xp=jnp)


def symbolic(arrays, prefix=""):
    """A variable of the shape and type of each array, by name."""
    return {
        name: pt.tensor(f"{prefix}{name}", shape=array.shape, dtype=array.dtype)
        for name, array in arrays.items()
    }


def as_jax(inputs, outputs):
    """A JAX function of `inputs` that returns a tuple of `outputs`, lists of PyTensor variables."""
    graph = FunctionGraph(list(inputs), list(outputs), clone=True)
    get_mode("JAX").optimizer.rewrite(graph)
    return jax_funcify(graph)


def _values(group):
    """Arrays of shared variables by name: NumPy's at first, then JAX's."""
    return {name: shared.get_value(borrow=True) for name, shared in group.items()}


def _store(group, arrays):
    # Where PyTensor's own JAX linker puts them: on the device, without a copy.
    for name, array in arrays.items():
        group[name].container.storage[0] = array


@dataclass(frozen=True)
class JaxBackend:
    """JAX on the devices of `mesh`, whose one axis is `batch`."""

    name: str
    description: str
    mesh: Any

    def _placed(self, minibatch):
        """A dict of arrays by `BATCH_AXIS`, split over the devices if the batch can be."""
        return {n: self._put(a, self._spec(n, a.shape)) for n, a in minibatch.items()}

    def _spec(self, name, shape):
        axis = BATCH_AXIS[name]
        whole = shape[axis] % self.mesh.size
        return PartitionSpec() if whole else PartitionSpec(*[None] * axis, "batch")

    def _put(self, array, spec):
        sharding = NamedSharding(self.mesh, spec)
        return jax.make_array_from_callback(array.shape, sharding, lambda index: array[index])

    def _state(self, group):
        """The arrays of `group` on every device."""
        return {
            name: a if isinstance(a, jax.Array) else self._put(a, PartitionSpec())
            for name, a in _values(group).items()
        }

    def compiled(self, build, params, names):
        """`f(*arrays)`: the outputs that `build(params, *inputs)` lists, inputs as in `names`."""

        @functools.cache
        def of_shapes(shapes):
            return jax.jit(_function(build, _values(params), names, shapes))

        def call(*arrays):
            made = of_shapes(tuple(a.shape for a in arrays))
            outputs = made(self._state(params), self._placed(dict(zip(names, arrays, strict=True))))
            return [np.asarray(output) for output in outputs]

        return call

    def training(self, build, rule, state, trained):
        """`step(X, Y, Z)`: the cost `build(params, X, Y, Z)`, and one update of `state`."""
        update = _update(rule, _values(state.params), _values(state.update), trained)

        @functools.cache
        def of_shapes(shapes):
            costs = _function(lambda *x: [build(*x)], _values(state.params), "XYZ", shapes)
            return jax.jit(_step(costs, update, trained), donate_argnums=(0, 1))

        def step(*arrays):
            made = of_shapes(tuple(a.shape for a in arrays))
            minibatch = self._placed(dict(zip("XYZ", arrays, strict=True)))
            cost, params, own = made(
                self._state(state.params), self._state(state.update), minibatch
            )
            _store(state.params, params)
            _store(state.update, own)
            return cost

        return step


def _function(build, params, names, shapes):
    """`f(params, minibatch)`, of dicts of arrays, for inputs of these shapes."""
    P = symbolic(params)
    inputs = [pt.tensor(n, shape=s, dtype=DTYPE[n]) for n, s in zip(names, shapes, strict=True)]
    made = as_jax([*P.values(), *inputs], build(P, *inputs))

    def function(params, minibatch):
        return made(*(params[name] for name in P), *(minibatch[name] for name in names))

    return function


def _update(rule, params, own, trained):
    """`update(params, gradients, state)`: the new parameters and the new state, dicts of arrays."""
    params = {name: params[name] for name in trained}
    P, G, S = symbolic(params), symbolic(params, "g."), symbolic(own)
    new_params, new_own = rule(P, G, S)
    made = as_jax(
        [*P.values(), *G.values(), *S.values()], [*new_params.values(), *new_own.values()]
    )

    def update(params, gradients, own):
        made_now = made(*(params[n] for n in P), *(gradients[n] for n in P), *(own[n] for n in S))
        new = dict(zip([*new_params, *new_own], made_now, strict=True))
        return {n: new[n] for n in new_params}, {n: new[n] for n in new_own}

    return update


def _step(costs, update, trained):
    """`step(params, own, minibatch)`: the one of `costs`, the new parameters, the new state."""

    def step(params, own, minibatch):
        def of_trained(some):
            return costs(params | some, minibatch)[0]

        value, gradients = jax.value_and_grad(of_trained)({n: params[n] for n in trained})
        new, own = update(params, gradients, own)
        return value, params | new, own

    return step


def get(devices=1, precision="highest"):
    """The backend on `devices` devices; precision: of float32 products, `highest` or `default`.

    Raises:
        UserError: there are fewer devices.
    """
    there = jax.devices()
    if devices > len(there):
        raise UserError(f"--devices {devices}: JAX sees {len(there)} ({there[0].platform})")
    jax.config.update("jax_default_matmul_precision", precision)
    jax.config.update("jax_compilation_cache_dir", str(cache_folder() / "jax"))
    jax.config.update("jax_persistent_cache_min_compile_time_secs", 0)
    mesh = jax.make_mesh((devices,), ("batch",), (AxisType.Auto,), devices=there[:devices])
    kind = there[0].device_kind
    return JaxBackend("jax", f"JAX {jax.__version__} on {devices} x {kind}, {precision}", mesh)
