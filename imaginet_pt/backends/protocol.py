"""The protocol of backends, and of the models that they compile."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Any, Protocol, TypeAlias

from ..ops.types import Array, Arrays, Tensor, Tensors
from .distributed import Processes

# PyTensor's shared variables by name: arrays that compiled functions read and change in place.
Shared: TypeAlias = Mapping[str, Any]

# `function(X, Y, Z)` of a minibatch, or with the first of these alone.
Compiled: TypeAlias = Callable[..., Any]

# Shapes of X, (time, batch).
Shapes: TypeAlias = Collection[tuple[int, int]]


class TrainingState(Protocol):
    """Everything that training changes: `functions.State`."""

    @property
    def params(self) -> Shared:
        """The parameters."""

    @property
    def update(self) -> Shared:
        """The update rule's own arrays."""


class Reporter(Protocol):
    """An object that shows progress to the user: `progress.Progress`."""

    def say(self, line: str) -> None:
        """Show a line."""

    def note(self, line: str) -> None:
        """Show a line only where no progress bar is visible."""


class UpdateRule(Protocol):
    """An update rule with its first state: `nn.updates.Update`."""

    def state(self, params: Arrays) -> dict[str, Array]:
        """Return the rule's own arrays before the first update."""

    def __call__(
        self, params: Tensors, gradients: Tensors, state: Tensors
    ) -> tuple[Mapping[str, Tensor], Mapping[str, Tensor]]:
        """Return the new parameters and the new state, by name."""


class Model(Protocol):
    """The expressions that are compiled: `nn.models.Imaginet`."""

    def parameters(self, rng: None) -> Arrays:
        """Return placeholders of the parameters, which have their shapes."""

    def weights(self) -> dict[str, float]:
        """Return the weight of each pathway in use."""

    def trained(self, names: Iterable[str]) -> list[str]:
        """Return the names of the parameters that training changes."""

    def cost(self, params: Tensors, X: Tensor, Y: Tensor, Z: Tensor) -> Tensor:
        """Return the cost to train on."""

    def costs(self, params: Tensors, X: Tensor, Y: Tensor, Z: Tensor) -> dict[str, Tensor]:
        """Return the cost of each pathway."""

    def outputs(self, params: Tensors, X: Tensor) -> dict[str, Tensor]:
        """Return the vectors of sentences, by name."""

    def word_scores(self, params: Tensors, X: Tensor) -> Tensor:
        """Return the scores of the next words."""


class Backend(Protocol):
    """A way to compile expressions, for one process of those that train together.

    A minibatch is X and Y, word ids (time, batch) int32, and Z, image features (batch, features)
    float32.
    """

    @property
    def name(self) -> str:
        """The name by which `select.get` finds it."""

    @property
    def description(self) -> str:
        """The compiler, libraries and devices, in words."""

    @property
    def processes(self) -> Processes:
        """The processes that train together, and which of them this is."""

    @property
    def own_threads(self) -> bool:
        """Whether it decides on its threads itself, so that `threads` cannot limit them."""

    def local_rows(self, batch: int) -> slice:
        """Return the rows of Z that this process reads in a minibatch of `batch` captions."""

    def report_compilations(
        self, function: Compiled, name: str, shapes: Shapes, progress: Reporter
    ) -> Compiled:
        """Wrap `function` so that it reports when it is compiled for another shape.

        Args:
            function: a function of minibatches.
            name: what it does, for the report.
            shapes: the shapes of the minibatches to come.
            progress: shows the report.
        """

    def compile(
        self, build: Callable[..., Sequence[Tensor]], params: Shared, names: str
    ) -> Compiled:
        """Compile `build(params, *inputs)`, which lists outputs, to `f(*arrays)`.

        Args:
            build: builds the outputs as expressions.
            params: the parameters, which may change between calls.
            names: the names of the inputs, such as "XYZ" or "X".
        """

    def compile_train_step(
        self,
        build: Callable[..., Tensor],
        rule: UpdateRule,
        state: TrainingState,
        trained: Sequence[str],
    ) -> Compiled:
        """Compile `step(X, Y, Z)`, which returns the cost and makes one update of `state`.

        Args:
            build: builds the cost from (params, X, Y, Z).
            rule: the update rule.
            state: what the step changes.
            trained: names of the parameters that change.
        """
