"""The callback after each epoch of a training."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class EpochResult:
    """The results of an epoch whose files are written.

    Attributes:
        epoch: its number, from 1.
        cost: the mean cost of its minibatches.
        validation: the validation cost of each pathway in use ("textual", "reconstruction",
            "visual"), and as "cost" their weighted sum.
        seconds: how long it took.
    """

    epoch: int
    cost: float
    validation: Mapping[str, float]
    seconds: float


# Called after each epoch, when its files are written; a true value ends the training there.
OnEpoch = Callable[[EpochResult], object]
