"""Write the results of a training as it runs: tables, weights and checkpoints."""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from ..backends.functions import State
from ..errors import UserError
from ..files.arrays import write_arrays
from ..files.tables import write_table
from ..runs.checkpoint import Checkpoints
from ..runs.history import History
from ..runs.run_folder import RunFolder

ADVICE = "the checkpoint before it is kept; train with a lower `rate` or with `clipnorm`"


class Writer(Protocol):
    """The interface by which a training writes its results."""

    def write_tables(self, history: History) -> None:
        """Write the costs, validation costs and times so far."""

    def write_weights(self, epoch: int, state: State, history: History) -> None:
        """Write the parameters after an epoch."""

    def write_checkpoint(self, state: State, history: History) -> None:
        """Write everything needed to resume the training from here."""


class FolderWriter:
    """Write to the folder of a run, which this process has locked."""

    def __init__(
        self, folder: RunFolder, checkpoints: Checkpoints, pathways: Sequence[str]
    ) -> None:
        """Write to the folder of a run.

        Args:
            folder: the run's folder.
            checkpoints: the checkpoints in it.
            pathways: names of the pathways in use, the columns of validation.csv.
        """
        self.folder, self.checkpoints, self.pathways = folder, checkpoints, list(pathways)

    def write_tables(self, history: History) -> None:
        """Write costs.csv, validation.csv and times.csv."""
        costs = [(int(e), int(b), f"{cost:.9g}") for e, b, cost in history.costs]
        write_table(self.folder / "costs.csv", ["epoch", "batch", "cost"], costs)
        header = ["epoch", *self.pathways, "cost"]
        validation = [(int(e), *(f"{cost:.9g}" for cost in row)) for e, *row in history.validation]
        write_table(self.folder / "validation.csv", header, validation)
        times = [(int(e), f"{seconds:.3f}") for e, seconds in history.times]
        write_table(self.folder / "times.csv", ["epoch", "seconds"], times)

    def write_weights(self, epoch: int, state: State, history: History) -> None:
        """Write weights-N.npz of an epoch."""
        params, _ = _finite_arrays(state, history)
        write_arrays(self.folder.weights(epoch), params)

    def write_checkpoint(self, state: State, history: History) -> None:
        """Write a checkpoint."""
        params, update = _finite_arrays(state, history)
        self.checkpoints.save(params, update, history)


class NullWriter:
    """Write nothing: for all but the first of several processes that train together."""

    def write_tables(self, history: History) -> None:
        """Write nothing."""

    def write_weights(self, epoch: int, state: State, history: History) -> None:
        """Write nothing."""

    def write_checkpoint(self, state: State, history: History) -> None:
        """Write nothing."""


Named = Mapping[str, npt.NDArray[Any]]


def _finite_arrays(state: State, history: History) -> tuple[Named, Named]:
    """Return parameters and arrays of the update rule by name.

    Raises:
        UserError: one holds NaN or infinity.
    """
    params, update = state.arrays()
    wrong = [n for n, array in (params | update).items() if not np.isfinite(array).all()]
    if wrong:
        raise UserError(
            f"{', '.join(wrong)} not finite in epoch {history.epoch}, minibatch "
            f"{history.done}; {ADVICE}"
        )
    return params, update
