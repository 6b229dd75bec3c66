"""Runs with plain functions in the place of compiled ones, for tests of the loop and its files."""

import os
import signal
from pathlib import Path

import numpy as np
from crash import kill_and_resume

from imaginet_pt.backends.pytensor_backend import PyTensorBackend
from imaginet_pt.progress import Progress
from imaginet_pt.settings import Settings
from imaginet_pt.training import experiment

QUIET = Progress(quiet=True)
BACKEND = PyTensorBackend("none", "", "nothing")
SETTINGS = Settings(
    model_type="shared_embeddings", hidden_size=3, embedding_size=3, iterations=3, batch_size=8,
    word_freq_threshold=1,
)  # fmt: skip
LAST = SETTINGS.iterations + 1  # the epoch that would follow


class Model:
    """Functions in the place of compiled ones. `at` is called in step `when`, before its update."""

    def __init__(self):
        self.steps, self.when, self.at = 0, None, None

    def train_step(self, model, rule, state, backend):
        self.state = state

        def step(X, Y, Z):
            self.steps += 1
            cost = np.float32(Y.mean() + sum(p.get_value().mean() for p in state.params.values()))
            made = self.at() if self.steps == self.when else None
            for p in state.params.values():
                p.set_value(p.get_value() * np.float32(0.9) + np.float32(0.01) * cost)
            return cost if made is None else made

        return step

    def validation_costs(self, model, params, backend):
        def costs(X, Y, Z):
            both = [X.mean() + params["embeddings"].get_value().mean(), Z.mean()]
            return both[: len(model.weights())]

        return costs


def train(dataset, out, **options):
    experiment.train(dataset, SETTINGS, out, BACKEND, QUIET, **options)


def resume(dataset, out, **options):
    experiment.resume(dataset, out, BACKEND, QUIET, **options)


def written(out):
    return kill_and_resume.contents(Path(out))


def place(out):
    """Epoch and minibatch of the newest checkpoint."""
    return kill_and_resume.position(Path(out))


def interrupt():
    os.kill(os.getpid(), signal.SIGINT)


class Killed(BaseException):
    """Stands for the end of the process: nothing in the package handles it."""


def kill():
    raise Killed
