"""The loop over epochs and minibatches of one run, which can be stopped and taken up again."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..backends import functions
from ..data.iterators import batches
from ..errors import UserError
from ..files.arrays import write_arrays
from ..files.tables import write_table
from ..runs.checkpoint import Checkpoints
from ..runs.history import History
from ..runs.run_folder import RunFolder
from ..settings import Settings
from .interrupt import Stopped, stop_requests

CHECKPOINT_MINUTES = 10.0
# Called with the run's folder after each epoch; a true value ends the training there.
OnEpoch = Callable[[RunFolder], object]
WAY_OUT = "the checkpoint before it is kept; train with a lower --rate or with --clipnorm"


@dataclass
class Trainer:
    """A model, its state and its data, and the loop that brings them together.

    inputs: `experiment.Inputs`; rule: the update rule; state: `functions.State`; rng:
    RandomState, from which the order of minibatches is drawn; folder: `RunFolder`, locked;
    checkpoint_minutes: between checkpoints inside an epoch, 0 for one after each minibatch;
    on_epoch: called after each epoch, when its files are written.
    """

    inputs: Any
    rule: Any
    state: functions.State
    settings: Settings
    rng: np.random.RandomState
    folder: RunFolder
    checkpoints: Checkpoints
    history: History
    checkpoint_minutes: float = CHECKPOINT_MINUTES
    on_epoch: OnEpoch | None = None

    def run(self, backend, progress):
        """Train to the last epoch, with a weights file and a validation pass after each.

        Raises:
            Stopped: after Ctrl-C, with the checkpoint written.
            UserError: the cost is not a number, or a file cannot be written.
        """
        if self._finished():
            progress.say(f"{self.folder.path} is trained already")
            return
        step, validate = self._compiled(backend, progress)
        per_epoch = -(-len(self.inputs.train.captions) // self.settings.batch_size)
        total, begun = per_epoch * self.settings.iterations, len(self.history.costs)
        stop = stop_requests(backend.processes.agree)
        with stop as stopping, progress.bar("training", total, begun) as bar:
            while not self._finished():
                self._epoch(step, bar, stopping)
                self._finish_epoch(validate)
                progress.say(self._summary())
                if self.on_epoch and self.on_epoch(self.folder):
                    break
                if stopping() and not self._finished():
                    raise Stopped(f"stopped after epoch {self.history.epoch - 1}")

    def _finished(self):
        return self.history.epoch > self.settings.iterations

    def _compiled(self, backend, progress):
        """The functions of a training step and of the validation costs, of places of captions."""
        try:
            progress.say(f"compiling with {backend.description} ...")
            step = functions.train_step(self.inputs.model, self.rule, self.state, backend)
            validate = functions.validation_costs(self.inputs.model, self.state.params, backend)
        except KeyboardInterrupt:
            raise Stopped("stopped while compiling") from None
        parts = [("training", step, self.inputs.train), ("validation", validate, self.inputs.valid)]
        return [self._of_places(*part, backend, progress) for part in parts]

    def _of_places(self, name, function, examples, backend, progress):
        """`function` of minibatches as one of places of `examples`, whose images here are read."""
        shapes = examples.shapes(self.settings.batch_size)
        function = backend.report_compilations(function, name, shapes, progress)
        return lambda i: function(*examples.minibatch(i, backend.local_rows(len(i))))

    def _epoch(self, step, bar, stopping):
        h = self.history
        saved = time.perf_counter()
        started = saved - h.seconds
        self.rng.set_state(h.stream)
        bar.set_description(f"epoch {h.epoch}/{self.settings.iterations}", refresh=False)
        order = batches(self.inputs.train.lengths(), self.settings.batch_size, self.rng)
        for batch, indices in enumerate(order, start=1):
            if batch <= h.done:
                continue
            cost = float(step(indices))
            self._check(cost, batch, indices)
            h.costs.append((h.epoch, batch, cost))
            h.done, h.seconds = batch, time.perf_counter() - started
            bar.set_postfix_str(f"cost {cost:.4f}", refresh=False)
            bar.update()
            stop = stopping()
            if stop or time.perf_counter() - saved >= 60 * self.checkpoint_minutes:
                self.save()
                saved = time.perf_counter()
            if stop:
                raise Stopped(f"stopped in epoch {h.epoch} after minibatch {batch}")

    def _check(self, cost, batch, indices):
        if not np.isfinite(cost):
            raise UserError(
                f"the cost is {cost} at epoch {self.history.epoch}, minibatch {batch} (training "
                f"captions {', '.join(map(str, indices))}, from 0); {WAY_OUT}"
            )

    def _finish_epoch(self, validate):
        """Validate and write. The checkpoint is last, so that what it calls done is all there."""
        h = self.history
        h.times.append((h.epoch, h.seconds))
        h.validation.append((h.epoch, *self._validation(validate)))
        h.stream = self.rng.get_state()
        self._write_tables()
        if (h.epoch - 1) % self.settings.snapshot_freq == 0 or h.epoch == self.settings.iterations:
            self._write_weights()
        h.epoch, h.done, h.seconds = h.epoch + 1, 0, 0.0
        self._write_checkpoint()

    def _validation(self, validate):
        """Mean over the validation minibatches of each pathway's cost, and their weighted sum."""
        order = batches(self.inputs.valid.lengths(), self.settings.batch_size, self.rng)
        costs = np.mean([validate(indices) for indices in order], axis=0)
        if not np.isfinite(costs).all():
            raise UserError(
                f"the validation cost is {costs} after epoch {self.history.epoch}; {WAY_OUT}"
            )
        return (*costs, costs @ list(self.inputs.model.validation_weights().values()))

    def _summary(self):
        h = self.history
        epoch = h.epoch - 1
        mean = np.mean([cost for e, _, cost in h.costs if e == epoch])
        return (
            f"epoch {epoch}/{self.settings.iterations}: cost {mean:.5f}, "
            f"validation {h.validation[-1][-1]:.5f}, {h.times[-1][1]:.1f} s"
        )

    def save(self):
        """Write the tables up to here, and the checkpoint."""
        self._write_tables()
        self._write_checkpoint()

    def _arrays(self):
        """Parameters and arrays of the update rule; `UserError` if one is not finite."""
        params, update = self.state.arrays()
        wrong = [n for n, a in (params | update).items() if not np.isfinite(a).all()]
        if wrong:
            raise UserError(
                f"{', '.join(wrong)} not finite in epoch {self.history.epoch}, minibatch "
                f"{self.history.done}; {WAY_OUT}"
            )
        return params, update

    def _write_weights(self):
        write_arrays(self.folder.weights(self.history.epoch), self._arrays()[0])

    def _write_checkpoint(self):
        params, update = self._arrays()
        self.checkpoints.save(params, update, self.history)

    def _write_tables(self):
        h = self.history
        costs = [(int(e), int(b), f"{cost:.9g}") for e, b, cost in h.costs]
        write_table(self.folder / "costs.csv", ["epoch", "batch", "cost"], costs)
        header = ["epoch", *self.inputs.model.weights(), "cost"]
        validation = [(int(e), *(f"{cost:.9g}" for cost in row)) for e, *row in h.validation]
        write_table(self.folder / "validation.csv", header, validation)
        times = [(int(e), f"{seconds:.3f}") for e, seconds in h.times]
        write_table(self.folder / "times.csv", ["epoch", "seconds"], times)


class Follower(Trainer):
    """One of several processes that train together, which leaves the writing to the first."""

    def _write_nothing(self):
        pass

    _write_tables = _write_weights = _write_checkpoint = _write_nothing
