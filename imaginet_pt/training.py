"""The loop over epochs and minibatches of one run, which can be stopped and taken up again."""

import contextlib
import functools
import signal
import time
from dataclasses import dataclass, field

import numpy as np

from . import functions
from .errors import UserError
from .iterators import batches
from .run_folder import read_arrays, write_arrays, write_table


class Stopped(Exception):
    """The user asked to stop, and the checkpoint is written."""


@contextlib.contextmanager
def stop_requests():
    """A list that the first Ctrl-C puts something into; a second one ends the program at once."""
    requests = []

    def note(number, frame):
        requests.append(number)
        signal.signal(signal.SIGINT, before)

    before = signal.signal(signal.SIGINT, note)
    try:
        yield requests
    finally:
        signal.signal(signal.SIGINT, before)


@dataclass
class History:
    """Where a run stands and what it has seen.

    epoch: the current one, from 1; done: minibatches of it behind us; stream: state of the random
    stream when it began. costs: of all minibatches, (epoch, batch, cost); validation: (epoch, cost
    of each pathway, of both); times: (epoch, seconds).
    """

    stream: tuple
    epoch: int = 1
    done: int = 0
    costs: list = field(default_factory=list)
    validation: list = field(default_factory=list)
    times: list = field(default_factory=list)

    def arrays(self):
        kind, keys, at, gauss, cached = self.stream
        return {
            "stream.keys": keys,
            "stream.at": np.array([at, gauss, cached]),
            "at": np.array([self.epoch, self.done]),
            "costs": np.array(self.costs).reshape(-1, 3),
            "validation": np.array(self.validation),
            "times": np.array(self.times),
        }

    @classmethod
    def of(cls, arrays):
        at, gauss, cached = arrays["stream.at"]
        epoch, done = arrays["at"].tolist()
        stream = ("MT19937", arrays["stream.keys"], int(at), int(gauss), float(cached))
        rows = {name: arrays[name].tolist() for name in ("costs", "validation", "times")}
        return cls(stream, epoch, done, **rows)


@dataclass
class Trainer:
    """A model, its state and its data, and the loop that brings them together.

    model: `Imaginet`; rule: the update rule; state: `functions.State`; train, valid: `Examples`;
    rng: RandomState, from which the order of minibatches is drawn; folder: `RunFolder`.
    """

    model: object
    rule: object
    state: functions.State
    train: object
    valid: object
    settings: object
    rng: np.random.RandomState
    folder: object
    history: History

    def run(self, backend, progress):
        """Train to the last epoch, with a weights file and a validation pass after each.

        Raises:
            Stopped: after Ctrl-C, with the checkpoint written.
            UserError: the cost is not a number, or a file cannot be written.
        """
        progress.say(f"compiling with {backend.description} ...")
        step = functions.training(self.model, self.rule, self.state, backend)
        validate = functools.cache(
            lambda: functions.validation(self.model, self.state.params, backend)
        )
        per_epoch = -(-len(self.train.captions) // self.settings.batch_size)
        total, begun = per_epoch * self.settings.iterations, len(self.history.costs)
        with stop_requests() as requests, progress.bar("training", total, begun) as bar:
            while self.history.epoch <= self.settings.iterations:
                self._epoch(step, bar, requests)
                self._finish_epoch(validate())
                progress.say(self._summary())

    def _epoch(self, step, bar, requests):
        h, started = self.history, time.perf_counter()
        self.rng.set_state(h.stream)
        order = batches(self.train.lengths(), self.settings.batch_size, self.rng)
        for batch, indices in enumerate(order, start=1):
            if batch <= h.done:
                continue
            cost = float(step(*self.train.minibatch(indices)))
            self._check(cost, batch, indices)
            h.costs.append((h.epoch, batch, cost))
            h.done = batch
            bar.update()
            if requests:
                self.save()
                raise Stopped(f"stopped in epoch {h.epoch} after minibatch {batch}")
        h.times.append((h.epoch, time.perf_counter() - started))

    def _check(self, cost, batch, indices):
        if not np.isfinite(cost):
            raise UserError(
                f"the cost is {cost} at epoch {self.history.epoch}, minibatch {batch} (training "
                f"captions {', '.join(map(str, indices[:5]))}, ...); lower --rate or set --clipnorm"
            )

    def _finish_epoch(self, validate):
        h = self.history
        h.validation.append((h.epoch, *self._validation(validate)))
        h.stream = self.rng.get_state()
        if (h.epoch - 1) % self.settings.snapshot_freq == 0 or h.epoch == self.settings.iterations:
            write_arrays(self.folder.weights(h.epoch), self.state.arrays()[0])
        h.epoch, h.done = h.epoch + 1, 0
        self.save()

    def _validation(self, validate):
        """Mean over the validation minibatches of each pathway's cost, and their weighted sum."""
        order = batches(self.valid.lengths(), self.settings.batch_size, self.rng)
        costs = np.mean([validate(*self.valid.minibatch(i)) for i in order], axis=0)
        return (*costs, costs @ list(self.model.validation_weights().values()))

    def _summary(self):
        h = self.history
        epoch = h.epoch - 1
        mean = np.mean([cost for e, _, cost in h.costs if e == epoch])
        return (
            f"epoch {epoch}/{self.settings.iterations}: cost {mean:.5f}, "
            f"validation {h.validation[-1][-1]:.5f}, {h.times[-1][1]:.1f} s"
        )

    def save(self):
        """Write the checkpoint, and the tables up to here."""
        params, update = self.state.arrays()
        groups = {"params": params, "update": update, "history": self.history.arrays()}
        named = {f"{g}/{name}": a for g, arrays in groups.items() for name, a in arrays.items()}
        write_arrays(self.folder / "checkpoint.npz", named)
        h = self.history
        rows = [(int(e), int(b), f"{cost:.9g}") for e, b, cost in h.costs]
        write_table(self.folder / "costs.csv", ["epoch", "batch", "cost"], rows)
        header = ["epoch", *self.model.weights(), "cost"]
        rows = [(int(e), *(f"{cost:.9g}" for cost in costs)) for e, *costs in h.validation]
        write_table(self.folder / "validation.csv", header, rows)
        rows = [(int(e), f"{seconds:.3f}") for e, seconds in h.times]
        write_table(self.folder / "times.csv", ["epoch", "seconds"], rows)


def read_checkpoint(path):
    """Parameters, arrays of the update rule and `History` of a checkpoint."""
    groups = {"params": {}, "update": {}, "history": {}}
    for name, array in read_arrays(path).items():
        group, _, rest = name.partition("/")
        groups[group][rest] = array
    return groups["params"], groups["update"], History.of(groups["history"])
