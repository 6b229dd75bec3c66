"""The same expressions as JAX functions: for GPUs, and for batches split over several devices.

PyTensor's expressions become a JAX function, which JAX differentiates. JAX must know shapes, so the
function is compiled once for each shape of minibatch, and kept on disk in JAX's own cache.
"""

import functools
import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import jax
import numpy as np
import pytensor.tensor as pt
from jax.sharding import AxisType, Mesh, NamedSharding, PartitionSpec
from pytensor.compile.mode import get_mode
from pytensor.graph.fg import FunctionGraph
from pytensor.link.jax.dispatch import jax_funcify

from ..errors import UserError
from ..files.folders import cache_folder
from ..ops import jax_dispatch  # noqa: F401  (registers our operations with PyTensor's JAX linker)
from ..ops.types import Array, Tensor
from .distributed import ALONE, Processes
from .generated_code import keep_generated_code
from .precision import single_precision
from .protocol import Compiled, Reporter, Shapes, Shared, TrainingState, UpdateRule

# PyTensor turns double precision on in JAX; here all is float32 and int32.
jax.config.update("jax_enable_x64", False)
warnings.filterwarnings("ignore", message="Explicitly requested dtype")

BATCH_AXIS = {"X": 1, "Y": 1, "Z": 0}
DTYPE = {"X": "int32", "Y": "int32", "Z": "float32"}

# Arrays by name, of NumPy or of JAX.
AnyArrays: TypeAlias = Mapping[str, Any]
Shape: TypeAlias = tuple[int, int]


def symbolic(arrays: AnyArrays, prefix: str = "") -> dict[str, Tensor]:
    """Return a variable of the shape and type of each array, by name."""
    return {
        name: pt.tensor(f"{prefix}{name}", shape=array.shape, dtype=array.dtype)
        for name, array in arrays.items()
    }


def as_jax(inputs: Sequence[Tensor], outputs: Sequence[Tensor]) -> Callable[..., Sequence[Any]]:
    """Turn expressions into a JAX function of `inputs` that returns a tuple of `outputs`."""
    graph = FunctionGraph(list(inputs), list(outputs), clone=True)
    get_mode("JAX").optimizer.rewrite(graph)
    function: Callable[..., Sequence[Any]] = jax_funcify(graph)
    return function


def _values(shared: Shared) -> dict[str, Any]:
    """Return the arrays of shared variables by name: at first NumPy's, later JAX's."""
    return {name: variable.get_value(borrow=True) for name, variable in shared.items()}


def _store(shared: Shared, arrays: AnyArrays) -> None:
    """Store `arrays` in shared variables as PyTensor's JAX linker does: on the device, uncopied."""
    for name, array in arrays.items():
        shared[name].container.storage[0] = array


@dataclass(frozen=True)
class JaxBackend:
    """JAX on one or more devices; see `protocol.Backend`.

    Attributes:
        name: `jax`.
        description: version, processes and devices, and the precision of products.
        mesh: the devices, whose one axis is `batch`.
        processes: those that train together.
    """

    name: str
    description: str
    mesh: Mesh
    processes: Processes = ALONE

    @property
    def own_threads(self) -> bool:
        """True: XLA has a pool of its own, of which nothing but the cores decides the size."""
        return True

    def local_rows(self, batch: int) -> slice:
        """Return which rows of Z this process reads, of a minibatch of `batch` captions."""
        indices = self._split("Z", (batch, 1)).addressable_devices_indices_map((batch, 1))
        spans = [index[0].indices(batch) for index in indices.values() if index]
        return slice(min(start for start, _, _ in spans), max(stop for _, stop, _ in spans))

    def report_compilations(
        self, function: Compiled, name: str, shapes: Shapes, progress: Reporter
    ) -> Compiled:
        """Report the number of `shapes`; wrap `function` to report each one's first use.

        At its first use the function is compiled for the shape, or read from the cache on disk.
        """
        progress.say(f"{name}: {len(shapes)} shapes of minibatch to compile with JAX")
        seen = set()

        def call(X: Array, Y: Array, Z: Array) -> Any:
            if X.shape not in seen:
                seen.add(X.shape)
                shape = " x ".join(map(str, X.shape))
                progress.note(f"{name}: compiling for {shape}, {len(seen)} of {len(shapes)} shapes")
            return function(X, Y, Z)

        return call

    def compile(
        self, build: Callable[..., Sequence[Tensor]], params: Shared, names: str
    ) -> Compiled:
        """Compile `build(params, *inputs)`, which lists outputs, to `f(*arrays)`."""

        @functools.cache
        def for_shapes(shapes: tuple[Shape, ...]) -> Callable[..., Any]:
            function = _function(build, _values(params), names, shapes)
            return jax.jit(function, out_shardings=self._sharding())

        def call(*arrays: Array) -> list[Array]:
            shapes = _shapes(arrays)
            minibatch = self._distribute(dict(zip(names, arrays, strict=True)), shapes)
            with self.processes.exchange():
                outputs = for_shapes(shapes)(self._replicate(params), minibatch)
                return [np.asarray(output) for output in outputs]

        return call

    def compile_train_step(
        self,
        build: Callable[..., Tensor],
        rule: UpdateRule,
        state: TrainingState,
        trained: Sequence[str],
    ) -> Compiled:
        """Compile `step(X, Y, Z)`, which returns the cost and makes one update of `state`."""
        update = _update(rule, _values(state.params), _values(state.update), trained)

        @functools.cache
        def for_shapes(shapes: tuple[Shape, ...]) -> Callable[..., Any]:
            costs = _function(lambda *x: [build(*x)], _values(state.params), "XYZ", shapes)
            step = _step(costs, update, trained)
            return jax.jit(step, donate_argnums=(0, 1), out_shardings=self._sharding())

        def step(*arrays: Array) -> float:
            shapes = _shapes(arrays)
            minibatch = self._distribute(dict(zip("XYZ", arrays, strict=True)), shapes)
            with self.processes.exchange():
                cost, params, rule_state = for_shapes(shapes)(
                    self._replicate(state.params), self._replicate(state.update), minibatch
                )
                _store(state.params, params)
                _store(state.update, rule_state)
                return float(cost)

        return step

    def _split(self, name: str, shape: Shape) -> NamedSharding:
        """Return how an array of a minibatch is placed on the devices: split, or whole on each."""
        axis = BATCH_AXIS[name]
        remainder = shape[axis] % self.mesh.size
        return self._sharding() if remainder else self._sharding(*[None] * axis, "batch")

    def _sharding(self, *axes: str | None) -> NamedSharding:
        return NamedSharding(self.mesh, PartitionSpec(*axes))

    def _distribute(
        self, minibatch: Mapping[str, Array], shapes: Sequence[Shape]
    ) -> dict[str, jax.Array]:
        """Put a minibatch on the devices; its Z may be the rows of this process alone."""
        return {
            name: jax.make_array_from_process_local_data(self._split(name, shape), array, shape)
            for (name, array), shape in zip(minibatch.items(), shapes, strict=True)
        }

    def _replicate(self, shared: Shared) -> dict[str, jax.Array]:
        """Put the arrays of shared variables on every device, if they are not there yet."""
        everywhere = self._sharding()
        return {
            name: a
            if isinstance(a, jax.Array)
            else jax.make_array_from_process_local_data(everywhere, a, a.shape)
            for name, a in _values(shared).items()
        }


def _shapes(arrays: Sequence[Array]) -> tuple[Shape, ...]:
    """Return the shapes of X, Y and Z of a whole minibatch; this process may have part of Z."""
    time, batch = arrays[0].shape
    return ((time, batch), (time, batch), (batch, arrays[-1].shape[1]))[: len(arrays)]


@single_precision()
def _function(
    build: Callable[..., Sequence[Tensor]], params: AnyArrays, names: str, shapes: Sequence[Shape]
) -> Callable[[AnyArrays, AnyArrays], Sequence[Any]]:
    """Return `f(params, minibatch)`, of dicts of arrays, for inputs of these shapes."""
    P = symbolic(params)
    inputs = [pt.tensor(n, shape=s, dtype=DTYPE[n]) for n, s in zip(names, shapes, strict=True)]
    compute = as_jax([*P.values(), *inputs], build(P, *inputs))

    def function(params: AnyArrays, minibatch: AnyArrays) -> Sequence[Any]:
        return compute(*(params[name] for name in P), *(minibatch[name] for name in names))

    return function


@single_precision()
def _update(
    rule: UpdateRule, params: AnyArrays, state: AnyArrays, trained: Sequence[str]
) -> Callable[[AnyArrays, AnyArrays, AnyArrays], tuple[AnyArrays, AnyArrays]]:
    """Return `update(params, gradients, state)`: new parameters and new state, dicts of arrays."""
    params = {name: params[name] for name in trained}
    P, G, S = symbolic(params), symbolic(params, "g."), symbolic(state)
    new_params, new_state = rule(P, G, S)
    compute = as_jax(
        [*P.values(), *G.values(), *S.values()], [*new_params.values(), *new_state.values()]
    )

    def update(
        params: AnyArrays, gradients: AnyArrays, state: AnyArrays
    ) -> tuple[AnyArrays, AnyArrays]:
        values = compute(
            *(params[n] for n in P), *(gradients[n] for n in P), *(state[n] for n in S)
        )
        new = dict(zip([*new_params, *new_state], values, strict=True))
        return {n: new[n] for n in new_params}, {n: new[n] for n in new_state}

    return update


def _step(
    costs: Callable[..., Sequence[Any]], update: Callable[..., Any], trained: Sequence[str]
) -> Callable[..., Any]:
    """Return `step(params, state, minibatch)`: the cost, the new parameters, the new state."""

    def step(params: AnyArrays, state: AnyArrays, minibatch: AnyArrays) -> tuple[Any, Any, Any]:
        def cost(trained_params: AnyArrays) -> Any:
            return costs({**params, **trained_params}, minibatch)[0]

        value, gradients = jax.value_and_grad(cost)({n: params[n] for n in trained})
        new_params, new_state = update(params, gradients, state)
        return value, {**params, **new_params}, new_state

    return step


# What JAX makes of float32 products on a kind of device, where they are not float32 all through.
REDUCED = {("gpu", "default"): "TF32 allowed", ("tpu", "default"): "bfloat16"}


def describe(devices: Sequence[Any], precision: str, processes: Processes) -> str:
    """Return version, processes and devices, and the precision of products, in words."""
    first, each = devices[0], len(devices) // processes.count
    on = f"{processes.count} processes of {each}" if processes.count > 1 else each
    products = REDUCED.get((first.platform, precision), "float32 products")
    return f"JAX {jax.__version__} on {on} x {first.device_kind}, precision {precision}: {products}"


def _devices(number: int, processes: Processes) -> list[jax.Device]:
    """Return the first `number` devices of each process, in the order of processes."""
    available = len(jax.local_devices())
    if not 1 <= number <= available:
        raise UserError(
            f"`devices` is {number}; JAX sees {available} ({jax.default_backend()}), "
            "give at most that many"
        )
    by_process = [
        [d for d in jax.devices() if d.process_index == i] for i in range(processes.count)
    ]
    return [device for own in by_process for device in own[:number]]


def get(devices: int = 1, precision: str = "highest", processes: Processes = ALONE) -> JaxBackend:
    """Return the backend on `devices` devices of each of `processes`.

    Args:
        devices: the number of devices in each process.
        precision: precision of float32 products, `highest` or `default`.
        processes: the processes that train together.

    Raises:
        UserError: there are fewer devices.
    """
    processes.join()
    keep_generated_code()
    jax.config.update("jax_default_matmul_precision", precision)
    jax.config.update("jax_compilation_cache_dir", str(cache_folder("jax")))
    jax.config.update("jax_persistent_cache_min_compile_time_secs", 0)
    chosen = _devices(devices, processes)
    mesh = jax.make_mesh((len(chosen),), ("batch",), (AxisType.Auto,), devices=chosen)
    return JaxBackend("jax", describe(chosen, precision, processes), mesh, processes)
