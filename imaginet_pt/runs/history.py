"""What a training has seen so far: the position, the random stream, costs and times."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np


@dataclass
class History:
    """Where a run stands and what it has seen.

    epoch: the current one, from 1; done: minibatches of it behind us; stream: state of the random
    stream when it began; seconds: what it took so far. costs: of all minibatches, (epoch, batch,
    cost); validation: (epoch, cost of each pathway, of both); times: (epoch, seconds).
    """

    stream: Any
    epoch: int = 1
    done: int = 0
    seconds: float = 0.0
    costs: list = field(default_factory=list)
    validation: list = field(default_factory=list)
    times: list = field(default_factory=list)

    def arrays(self):
        """All of it as arrays by name; `costs`, `validation` and `times` have a row an entry."""
        _, keys, at, gauss, cached = self.stream
        return {
            "stream.keys": keys,
            "stream.at": np.array([at, gauss, cached]),
            "at": np.array([self.epoch, self.done]),
            "seconds": np.array(self.seconds),
            "costs": np.array(self.costs).reshape(-1, 3),
            "validation": np.array(self.validation),
            "times": np.array(self.times),
        }

    @classmethod
    def of(cls, arrays):
        """What `arrays` gave; KeyError, ValueError or TypeError where they are anything else."""
        at, gauss, cached = arrays["stream.at"]
        epoch, done = map(int, arrays["at"])
        stream = ("MT19937", arrays["stream.keys"], int(at), int(gauss), float(cached))
        np.random.RandomState().set_state(stream)
        rows = {name: _rows(name, arrays[name]) for name in COLUMNS}
        seconds = float(arrays["seconds"])
        if not (epoch >= 1 and done >= 0 and seconds >= 0):
            raise ValueError(f"epoch {epoch}, minibatch {done}, {seconds} seconds")
        return cls(stream, epoch, done, seconds, **rows)


COLUMNS = {"costs": (3,), "validation": (3, 4), "times": (2,)}  # how many each table may have


def _rows(name, array):
    """The rows of a table of numbers, the first of which is an epoch."""
    array = array.astype("float64")
    if array.size and (array.ndim != 2 or array.shape[1] not in COLUMNS[name]):
        raise ValueError(f"{name} of shape {array.shape}")
    if not np.isfinite(array).all():
        raise ValueError(f"{name} that are not finite")
    return array.tolist() if array.size else []
