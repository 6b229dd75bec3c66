"""The history of a training: its position, random stream, and costs and times so far."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from ..settings import Settings

Row = tuple[float, ...]
ROW_LENGTHS = {"costs": (3,), "validation": (3, 4), "times": (2,)}  # numbers in a row


@dataclass
class History:
    """How far a training has come, with its costs and times.

    Attributes:
        stream: state of the random stream at the beginning of the current epoch, as
            `RandomState.get_state` returns it.
        epoch: the current epoch, from 1; one more than the last when the training is over.
        done: how many minibatches of the current epoch are done.
        seconds: how long the current epoch has taken so far.
        costs: (epoch, minibatch, cost) of all minibatches.
        validation: (epoch, cost of each pathway, weighted sum) of all epochs.
        times: (epoch, seconds) of all epochs.
    """

    stream: Any
    epoch: int = 1
    done: int = 0
    seconds: float = 0.0
    costs: list[Row] = field(default_factory=list)
    validation: list[Row] = field(default_factory=list)
    times: list[Row] = field(default_factory=list)

    def last_epoch(self, settings: Settings) -> int:
        """Return the epoch after which a training with these settings ends; see `last_epoch`."""
        return last_epoch(settings, [row[-1] for row in self.validation])

    def mean_cost(self, epoch: int) -> float:
        """Return the mean cost of the minibatches of an epoch."""
        return float(np.mean([cost for e, _, cost in self.costs if e == epoch]))

    def to_arrays(self) -> dict[str, npt.NDArray[Any]]:
        """Return the history as arrays by name; a table has a row for each entry."""
        _, keys, position, has_gauss, cached_gauss = self.stream
        return {
            "stream.keys": keys,
            "stream.at": np.array([position, has_gauss, cached_gauss]),
            "at": np.array([self.epoch, self.done]),
            "seconds": np.array(self.seconds),
            "costs": np.array(self.costs).reshape(-1, 3),
            "validation": np.array(self.validation),
            "times": np.array(self.times),
        }

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, npt.NDArray[Any]]) -> Self:
        """Restore the history from the arrays that `to_arrays` returned.

        Raises:
            KeyError, ValueError, TypeError: the arrays are not those of a history.
        """
        position, has_gauss, cached_gauss = arrays["stream.at"]
        keys = arrays["stream.keys"]
        stream = ("MT19937", keys, int(position), int(has_gauss), float(cached_gauss))
        np.random.RandomState().set_state(stream)
        epoch, done = map(int, arrays["at"])
        seconds = float(arrays["seconds"])
        if not (epoch >= 1 and done >= 0 and seconds >= 0):
            raise ValueError(f"epoch {epoch}, minibatch {done}, {seconds} seconds")
        tables = {name: _rows(name, arrays[name]) for name in ROW_LENGTHS}
        return cls(stream, epoch, done, seconds, **tables)


def last_epoch(settings: Settings, costs: Sequence[float]) -> int:
    """Return the epoch after which a training ends, as far as can be told.

    Args:
        settings: of the training: `iterations`, unless `patience` ends it before.
        costs: validation cost after each epoch so far.
    """
    for epoch in range(settings.least_iterations, len(costs) + 1):
        since = epoch - 1 - int(np.argmin(costs[:epoch]))  # epochs after that of the lowest cost
        if settings.patience and since >= settings.patience:
            return min(epoch, settings.iterations)
    return settings.iterations


def _rows(name: str, array: npt.NDArray[Any]) -> list[Row]:
    """Return the rows of the table `name`; ValueError if it is not one of finite numbers."""
    array = array.astype("float64")
    if array.size and (array.ndim != 2 or array.shape[1] not in ROW_LENGTHS[name]):
        raise ValueError(f"{name} of shape {array.shape}")
    if not np.isfinite(array).all():
        raise ValueError(f"{name} that are not finite")
    return [tuple(row) for row in array.tolist()] if array.size else []
