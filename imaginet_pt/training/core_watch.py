"""Say when other work takes the cores that a training computes on."""

import time
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

WINDOW_SECONDS = 5.0  # of training, over which times are compared
SHARED = 1.5  # times its processor time that training takes where cores are shared

Step = Callable[[npt.NDArray[np.int64]], Any]


class CoreWatch:
    """A training step that compares wall time with processor time, and speaks up once.

    Alone on its cores a step takes at least as much processor time as wall time.
    """

    def __init__(self, step: Step, limits: Mapping[str, int], say: Callable[[str], None]) -> None:
        """Wrap `step`, which computes with so many threads of each kind; tell `say` in one line."""
        self._step, self._limits, self._say = step, limits, say
        self._wall = self._computing = 0.0
        self._told = False

    def __call__(self, indices: npt.NDArray[np.int64]) -> float:
        """Return the step's cost."""
        wall, computing = time.monotonic(), time.process_time()
        cost = float(self._step(indices))
        self._wall += time.monotonic() - wall
        self._computing += time.process_time() - computing
        if self._wall >= WINDOW_SECONDS:
            self._judge()
            self._wall = self._computing = 0.0
        return cost

    def _judge(self) -> None:
        if self._told or self._wall < SHARED * self._computing:
            return
        self._told = True
        fix = "; a new run with --threads 1 loses less" if max(self._limits.values()) > 1 else ""
        self._say(
            f"other work shares the cores: {self._wall:.1f} s of training had "
            f"{self._computing:.1f} s of processor time{fix}"
        )
