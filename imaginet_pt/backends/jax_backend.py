"""The same expressions as JAX functions: for GPUs, and for the batch split over several devices.

JAX wants shapes known, so a function is made for each shape of minibatch, once, and kept on disk by
JAX's own cache. PyTensor's expressions become a JAX function; JAX differentiates it.
"""

import functools
import warnings
from dataclasses import dataclass
from typing import Any

import jax
import numpy as np
import pytensor.tensor as pt
from jax.sharding import AxisType, NamedSharding, PartitionSpec
from pytensor.compile.mode import get_mode
from pytensor.graph.fg import FunctionGraph
from pytensor.link.jax.dispatch import jax_funcify

from ..errors import UserError
from ..files.folders import cache_folder
from ..ops import jax_dispatch  # noqa: F401  (registers our operations with PyTensor's JAX linker)
from .distributed import ALONE
from .pytensor_backend import single_precision

# PyTensor turns double precision on in JAX; here all is float32 and int32.
jax.config.update("jax_enable_x64", False)
warnings.filterwarnings("ignore", message="Explicitly requested dtype")

BATCH_AXIS = {"X": 1, "Y": 1, "Z": 0}
DTYPE = {"X": "int32", "Y": "int32", "Z": "float32"}


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
    """JAX on the devices of `mesh`, whose one axis is `batch`, of all `processes`."""

    name: str
    description: str
    mesh: Any
    processes: Any = ALONE

    def local_rows(self, batch):
        """The places of a minibatch of so many captions whose images this process reads."""
        parts = self._split("Z", (batch, 1)).addressable_devices_indices_map((batch, 1)).values()
        spans = [part[0].indices(batch) for part in parts]
        return slice(min(start for start, _, _ in spans), max(stop for _, stop, _ in spans))

    def report_compilations(self, function, name, shapes, progress):
        """`function` of minibatches; says how many `shapes` there are, and when each comes first.

        For each of them the function is compiled, or found in the cache on disk.
        """
        progress.say(f"{name}: {len(shapes)} shapes of minibatch to compile with JAX")
        seen = set()

        def call(X, Y, Z):
            if X.shape not in seen:
                seen.add(X.shape)
                shape = " x ".join(map(str, X.shape))
                progress.note(f"{name}: compiling for {shape}, {len(seen)} of {len(shapes)} shapes")
            return function(X, Y, Z)

        return call

    def _split(self, name, shape):
        """How an array of a minibatch lies on the devices: each has a part, or each has all."""
        axis = BATCH_AXIS[name]
        whole = shape[axis] % self.mesh.size
        return self._sharding() if whole else self._sharding(*[None] * axis, "batch")

    def _sharding(self, *axes):
        return NamedSharding(self.mesh, PartitionSpec(*axes))

    def _placed(self, minibatch, shapes):
        """Arrays by `BATCH_AXIS` on the devices; Z may be this process's `share` of its rows."""
        return {
            name: jax.make_array_from_process_local_data(self._split(name, shape), array, shape)
            for (name, array), shape in zip(minibatch.items(), shapes, strict=True)
        }

    def _state(self, group):
        """The arrays of `group` on every device."""
        every = self._sharding()
        return {
            name: a
            if isinstance(a, jax.Array)
            else jax.make_array_from_process_local_data(every, a, a.shape)
            for name, a in _values(group).items()
        }

    def compile(self, build, params, names):
        """`f(*arrays)`: the outputs that `build(params, *inputs)` lists, inputs as in `names`."""

        @functools.cache
        def of_shapes(shapes):
            function = _function(build, _values(params), names, shapes)
            return jax.jit(function, out_shardings=self._sharding())

        def call(*arrays):
            shapes = _shapes(arrays)
            minibatch = self._placed(dict(zip(names, arrays, strict=True)), shapes)
            with self.processes.exchange():
                outputs = of_shapes(shapes)(self._state(params), minibatch)
                return [np.asarray(output) for output in outputs]

        return call

    def compile_train_step(self, build, rule, state, trained):
        """`step(X, Y, Z)`: the cost `build(params, X, Y, Z)`, and one update of `state`."""
        update = _update(rule, _values(state.params), _values(state.update), trained)

        @functools.cache
        def of_shapes(shapes):
            costs = _function(lambda *x: [build(*x)], _values(state.params), "XYZ", shapes)
            step = _step(costs, update, trained)
            return jax.jit(step, donate_argnums=(0, 1), out_shardings=self._sharding())

        def step(*arrays):
            shapes = _shapes(arrays)
            minibatch = self._placed(dict(zip("XYZ", arrays, strict=True)), shapes)
            with self.processes.exchange():
                cost, params, own = of_shapes(shapes)(
                    self._state(state.params), self._state(state.update), minibatch
                )
                _store(state.params, params)
                _store(state.update, own)
                return float(cost)

        return step


def _shapes(arrays):
    """Shapes of the X, Y and Z of a whole minibatch, of whose Z a part may be here."""
    time, batch = arrays[0].shape
    return ((time, batch), (time, batch), (batch, arrays[-1].shape[1]))[: len(arrays)]


@single_precision
def _function(build, params, names, shapes):
    """`f(params, minibatch)`, of dicts of arrays, for inputs of these shapes."""
    P = symbolic(params)
    inputs = [pt.tensor(n, shape=s, dtype=DTYPE[n]) for n, s in zip(names, shapes, strict=True)]
    made = as_jax([*P.values(), *inputs], build(P, *inputs))

    def function(params, minibatch):
        return made(*(params[name] for name in P), *(minibatch[name] for name in names))

    return function


@single_precision
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


# What JAX makes of float32 products on a kind of device, where they are not float32 all through.
FASTER = {("gpu", "default"): "TF32 allowed", ("tpu", "default"): "bfloat16"}


def described(devices, precision, processes):
    """The backend in words: version, processes and devices, and the precision of products."""
    first, each = devices[0], len(devices) // processes.count
    on = f"{processes.count} processes of {each}" if processes.count > 1 else each
    products = FASTER.get((first.platform, precision), "float32 products")
    return f"JAX {jax.__version__} on {on} x {first.device_kind}, precision {precision}: {products}"


def _devices(number, processes):
    """The first `number` devices of each process, in the order of processes."""
    there = len(jax.local_devices())
    if not 1 <= number <= there:
        raise UserError(f"--devices {number}: JAX sees {there} ({jax.default_backend()})")
    by_process = [
        [d for d in jax.devices() if d.process_index == i] for i in range(processes.count)
    ]
    return [device for own in by_process for device in own[:number]]


def get(devices=1, precision="highest", processes=ALONE):
    """The backend on `devices` devices of each of `processes`.

    precision: of float32 products, `highest` or `default`.

    Raises:
        UserError: there are fewer devices.
    """
    processes.join()
    jax.config.update("jax_default_matmul_precision", precision)
    jax.config.update("jax_compilation_cache_dir", str(cache_folder() / "jax"))
    jax.config.update("jax_persistent_cache_min_compile_time_secs", 0)
    chosen = _devices(devices, processes)
    mesh = jax.make_mesh((len(chosen),), ("batch",), (AxisType.Auto,), devices=chosen)
    return JaxBackend("jax", described(chosen, precision, processes), mesh, processes)
