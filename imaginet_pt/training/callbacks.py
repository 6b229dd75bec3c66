"""What a training tells its caller after each epoch."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class EpochResult:
    """An epoch that is over and written.

    Attributes:
        epoch: its number, from 1.
        cost: mean cost of its minibatches.
        validation: validation cost of each pathway in use ("textual", "visual"), and "cost", their
            weighted sum.
        seconds: what it took.
    """

    epoch: int
    cost: float
    validation: Mapping[str, float]
    seconds: float


# Called after each epoch, when its files are written; a true value ends the training there.
OnEpoch = Callable[[EpochResult], object]
