"""Compiled functions of a model: the training step, validation costs, outputs, word scores."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import pytensor
from pytensor.compile.sharedvalue import SharedVariable

from ..ops.types import Array, Arrays, Tensor, Tensors
from .protocol import Backend, Compiled, Model, Shared, UpdateRule


class State:
    """Everything that training changes, as shared variables by name.

    Attributes:
        params: the parameters.
        update: the update rule's own arrays.
    """

    params: dict[str, SharedVariable]
    update: dict[str, SharedVariable]

    def __init__(self, params: Arrays, update: Arrays) -> None:
        """Share the arrays without a copy if they are C-contiguous; they then change in place."""
        self.params, self.update = _share(params), _share(update)

    def move_to(self, other: "State") -> None:
        """Put the arrays into the shared variables of `other`, a like state, and keep these."""
        for mine, its in ((self.params, other.params), (self.update, other.update)):
            for name, shared in mine.items():
                its[name].set_value(shared.get_value(borrow=True), borrow=True)
        self.params, self.update = other.params, other.update

    def arrays(self) -> tuple[dict[str, Array], dict[str, Array]]:
        """Return the arrays of `params` and of `update`, valid until the next step."""
        return _arrays(self.params), _arrays(self.update)


def _share(arrays: Arrays) -> dict[str, SharedVariable]:
    """Return shared variables by name, C-contiguous and writeable, as our operations need them."""
    return {
        name: pytensor.shared(np.require(a, requirements=["C", "W"]), name, borrow=True)
        for name, a in arrays.items()
    }


def _arrays(shared: Shared) -> dict[str, Array]:
    return {name: np.asarray(s.get_value(borrow=True)) for name, s in shared.items()}


def trained(model: Model, params: Arrays) -> Arrays:
    """Return the parameters on which the cost depends, for which an update rule has arrays."""
    return {name: params[name] for name in model.trained(params)}


def train_step(model: Model, rule: UpdateRule, state: State, backend: Backend) -> Compiled:
    """Compile `step(X, Y, Z)`, which returns the cost of a minibatch and updates `state`."""
    return backend.compile_train_step(model.cost, rule, state, model.trained(state.params))


def validation_costs(model: Model, params: Shared, backend: Backend) -> Compiled:
    """Compile `costs(X, Y, Z)`: each pathway's cost, in the order of `model.weights()`."""

    def costs(params: Tensors, X: Tensor, Y: Tensor, Z: Tensor) -> list[Tensor]:
        costs = model.costs(params, X, Y, Z)
        return [costs[pathway] for pathway in model.weights()]

    return backend.compile(costs, params, "XYZ")


@dataclass(frozen=True)
class TrainingFunctions:
    """What one training compiles.

    Attributes:
        kind: model, update rule and backend; trainings of a kind differ in their arrays alone.
        state: what the functions read and change; a training moves its arrays there.
        step: as of `train_step`.
        costs: as of `validation_costs`.
    """

    kind: tuple[Model, UpdateRule, Backend]
    state: State
    step: Compiled
    costs: Compiled


class KeptFunctions:
    """The functions of the latest of several trainings, for the next one if it is alike."""

    def __init__(self) -> None:
        """Keep nothing yet."""
        self._latest: TrainingFunctions | None = None

    def like(self, model: Model, rule: UpdateRule, backend: Backend) -> TrainingFunctions | None:
        """Return what is kept if it is of this kind; else keep it no longer."""
        if self._latest and self._latest.kind != (model, rule, backend):
            self._latest = None  # its memory may be needed
        return self._latest

    def keep(self, functions: TrainingFunctions) -> None:
        """Keep these functions, and no others."""
        self._latest = functions


def training_functions(model: Model, rule: UpdateRule, backend: Backend) -> TrainingFunctions:
    """Compile the functions of a training, for zeros that take no memory until they change."""
    shapes = model.parameters(None)
    zeros = {name: np.zeros(array.shape, array.dtype) for name, array in shapes.items()}
    state = State(zeros, rule.state(trained(model, zeros)))
    step = train_step(model, rule, state, backend)
    costs = validation_costs(model, state.params, backend)
    return TrainingFunctions((model, rule, backend), state, step, costs)


def outputs(
    model: Model, params: Shared, backend: Backend
) -> Callable[[Array], Mapping[str, Array]]:
    """Compile `outputs(X)`: the arrays of `Imaginet.outputs`, by name, for ids (time, batch)."""
    names: list[str] = []

    def build(params: Tensors, X: Tensor) -> list[Tensor]:
        outputs = model.outputs(params, X)
        names[:] = outputs
        return list(outputs.values())

    compute = backend.compile(build, params, "X")
    return lambda X: dict(zip(names, compute(X), strict=True))


def word_scores(model: Model, params: Shared, backend: Backend) -> Callable[[Array], Array]:
    """Compile `word_scores(X)`: each word's score as the next word, (time, batch, words)."""
    compute = backend.compile(lambda params, X: [model.word_scores(params, X)], params, "X")
    return lambda X: np.asarray(compute(X)[0])
