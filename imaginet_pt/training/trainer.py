"""The training loop over epochs and minibatches, which can be stopped and resumed."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from ..backends import functions, threads
from ..backends.protocol import Backend
from ..data.examples import Examples
from ..data.iterators import batches
from ..errors import UserError
from ..nn.updates import Update
from ..progress import Progress
from ..runs.history import History
from ..runs.run_folder import RunFolder
from ..settings import Settings
from .callbacks import EpochResult, OnEpoch
from .core_watch import CoreWatch
from .interrupt import Stopped, StopRequests, stop_requests
from .preparation import Inputs
from .writer import ADVICE, Writer

CHECKPOINT_MINUTES = 10.0

Indices = npt.NDArray[np.int64]
Step = Callable[[Indices], Any]  # of the indices of a minibatch's captions


@dataclass
class Trainer:
    """A model, its state and its data, and the loop that trains it.

    Attributes:
        settings: the settings of the training.
        inputs: the model, and the examples to train on and to validate with.
        rule: the update rule.
        state: parameters and arrays of the update rule, which change in place.
        history: the progress so far.
        writer: writes the results.
        checkpoint_minutes: time between checkpoints inside an epoch; 0 for one per minibatch.
        on_epoch: called after each epoch; a true return value ends the training.
    """

    settings: Settings
    inputs: Inputs
    rule: Update
    state: functions.State
    history: History
    writer: Writer
    checkpoint_minutes: float = CHECKPOINT_MINUTES
    on_epoch: OnEpoch | None = None

    def __post_init__(self) -> None:
        self.rng = np.random.RandomState()  # its state is set from `history` in each epoch

    def run(
        self,
        compiled: functions.TrainingFunctions,
        backend: Backend,
        progress: Progress,
        limits: threads.Limits,
    ) -> None:
        """Train to the last epoch.

        Args:
            compiled: the training step and the validation costs, which the state is moved to.
            backend: what they were compiled with.
            progress: shows the progress.
            limits: the threads of each kind of library.

        Raises:
            Stopped: a signal asked to stop; a checkpoint is written.
            UserError: a cost is not a finite number, or a file cannot be written.
        """
        self.state.move_to(compiled.state)
        step, validate = self._steps(compiled, backend, progress)
        if not backend.own_threads:
            step = CoreWatch(step, limits, progress.say)
        per_epoch = -(-len(self.inputs.train.captions) // self.settings.batch_size)
        total, done = per_epoch * self.settings.iterations, len(self.history.costs)
        agree = backend.processes.agree
        with (
            threads.limited(limits),
            stop_requests(agree) as stop,
            progress.bar("training", total, done) as bar,
        ):
            while not self.finished:
                self._train_epoch(step, bar, stop)
                result = self._finish_epoch(validate)
                progress.say(self._summary(result))
                if self.on_epoch and agree(bool(self.on_epoch(result))):
                    self._write_last_weights(result.epoch)
                    break
                if stop() and not self.finished:
                    raise Stopped(f"stopped after epoch {result.epoch}", stop.status)

    @property
    def finished(self) -> bool:
        """Whether the last epoch is over."""
        return self.history.epoch > self.history.last_epoch(self.settings)

    def _steps(
        self, compiled: functions.TrainingFunctions, backend: Backend, progress: Progress
    ) -> tuple[Step, Step]:
        """Return the training step and the validation costs as functions of caption indices."""
        return (
            self._of_indices(backend, progress, "training", compiled.step, self.inputs.train),
            self._of_indices(backend, progress, "validation", compiled.costs, self.inputs.valid),
        )

    def _of_indices(
        self,
        backend: Backend,
        progress: Progress,
        name: str,
        function: Callable[..., Any],
        examples: Examples,
    ) -> Step:
        """Wrap `function(X, Y, Z)` to take caption indices, reading only this process's images."""
        shapes = examples.shapes(self.settings.batch_size)
        function = backend.report_compilations(function, name, shapes, progress)
        return lambda i: function(*examples.minibatch(i, backend.local_rows(len(i))))

    # An epoch.

    def _train_epoch(self, step: Step, bar: Any, stop: StopRequests) -> None:
        """Train on the remaining minibatches of the current epoch."""
        history = self.history
        saved = time.perf_counter()
        started = saved - history.seconds
        self.rng.set_state(history.stream)
        bar.set_description(f"epoch {history.epoch}/{self.settings.iterations}", refresh=False)
        order = batches(self.inputs.train.lengths(), self.settings.batch_size, self.rng)
        for batch, indices in enumerate(order, start=1):
            if batch <= history.done:
                continue
            cost = float(step(indices))
            self._check_cost(cost, batch, indices)
            history.costs.append((history.epoch, batch, cost))
            history.done, history.seconds = batch, time.perf_counter() - started
            bar.set_postfix_str(f"cost {cost:.4f}", refresh=False)
            bar.update()
            stopping = stop()
            if stopping or time.perf_counter() - saved >= 60 * self.checkpoint_minutes:
                self.save()
                saved = time.perf_counter()
            if stopping:
                message = f"stopped in epoch {history.epoch} after minibatch {batch}"
                raise Stopped(message, stop.status)

    def _check_cost(self, cost: float, batch: int, indices: Indices) -> None:
        if not np.isfinite(cost):
            raise UserError(
                f"the cost is {cost} at epoch {self.history.epoch}, minibatch {batch} (training "
                f"captions {', '.join(map(str, indices))}, counted from 0); {ADVICE}"
            )

    def _finish_epoch(self, validate: Step) -> EpochResult:
        """Validate and write; the checkpoint comes last, so that all it vouches for exists."""
        history, epoch = self.history, self.history.epoch
        costs = self._validation_costs(validate)
        history.times.append((epoch, history.seconds))
        history.validation.append((epoch, *costs.values()))
        history.stream = self.rng.get_state()
        result = EpochResult(epoch, history.mean_cost(epoch), costs, history.seconds)
        self.writer.write_tables(history)
        if self._is_snapshot(epoch):
            self.writer.write_weights(epoch, self.state, history)
        history.epoch, history.done, history.seconds = epoch + 1, 0, 0.0
        self.writer.write_checkpoint(self.state, history)
        return result

    def _is_snapshot(self, epoch: int) -> bool:
        """Return whether the weights after this epoch are kept."""
        last = epoch == self.history.last_epoch(self.settings)
        return last or (epoch - 1) % self.settings.snapshot_freq == 0

    def _validation_costs(self, validate: Step) -> dict[str, float]:
        """Return the mean validation cost of each pathway, and their weighted sum as "cost"."""
        model, lengths = self.inputs.model, self.inputs.valid.lengths()
        order = batches(lengths, self.settings.batch_size, self.rng)
        costs = np.mean([validate(indices) for indices in order], axis=0)
        if not np.isfinite(costs).all():
            raise UserError(
                f"the validation cost is {costs} after epoch {self.history.epoch}; {ADVICE}"
            )
        pathways, weights = list(model.weights()), model.validation_weights()
        total = costs @ [weights.get(pathway, 0.0) for pathway in pathways]
        return dict(zip([*pathways, "cost"], [*costs, total], strict=True))

    def _summary(self, result: EpochResult) -> str:
        patience = self.settings.patience
        early = self.finished and result.epoch < self.settings.iterations
        return (
            f"epoch {result.epoch}/{self.settings.iterations}: cost {result.cost:.5f}, "
            f"validation {result.validation['cost']:.5f}, {result.seconds:.1f} s"
            + (f"; no lower one in {patience} epochs, so this is the last" if early else "")
        )

    def _write_last_weights(self, epoch: int) -> None:
        """Write the weights of a training that ends early, unless the epoch is a snapshot."""
        if not self._is_snapshot(epoch):
            self.writer.write_weights(epoch, self.state, self.history)

    def remove_other_weights(self, folder: RunFolder) -> None:
        """Remove weights that an uninterrupted training would not have kept.

        They exist if the training was ended early, or resumed to a later epoch.
        """
        for epoch in folder.iterations():
            if not self._is_snapshot(epoch):
                folder.weights(epoch).unlink()

    def save(self) -> None:
        """Write the tables up to here, and a checkpoint."""
        self.writer.write_tables(self.history)
        self.writer.write_checkpoint(self.state, self.history)
