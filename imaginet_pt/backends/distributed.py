"""Several processes, on one machine or many, that train one run together.

All are started by the same command, except for their number. Each holds the whole state, draws the
same order of minibatches, and makes the same updates; JAX's distributed runtime adds up their
gradients. The first process writes the run; the others only read what they need from it.
"""

import contextlib
import hashlib
import itertools
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..errors import UserError
from ..ops.types import Array, Arrays

JOIN_SECONDS = 60  # in which all processes must have come
HEARTBEAT_SECONDS = 20  # after which a silent one is given up


class Lost(Exception):
    """Another process has ended, or cannot be reached."""


@dataclass(frozen=True)
class Processes:
    """The processes that train together, and which of them this is.

    Attributes:
        coordinator: HOST:PORT of the first, where they meet.
        index: the number of this process, from 0.
        count: the number of processes.
    """

    coordinator: str | None = None
    index: int = 0
    count: int = 1

    def __str__(self) -> str:
        """Return which process this is, in words."""
        return f"process {self.index} of {self.count}"

    @property
    def first(self) -> bool:
        """Whether this is the process that writes."""
        return self.index == 0

    def join(self) -> None:
        """Wait for the other processes to join; call this before any other use of JAX."""
        if self.count == 1:
            return
        import jax

        jax.config.update("jax_cpu_collectives_implementation", "gloo")
        jax.distributed.initialize(
            self.coordinator,
            self.count,
            self.index,
            initialization_timeout=JOIN_SECONDS,
            heartbeat_timeout_seconds=HEARTBEAT_SECONDS,
        )

    def agree(self, wish: object) -> bool:
        """Tell whether `wish` is true in any process; all must call this equally often."""
        return bool(self._gather(np.array([bool(wish)])).any())

    def check_same(self, description: Any, arrays: Callable[[], Sequence[Arrays]]) -> None:
        """Check that all processes are about to do the same.

        Args:
            description: what this process is about to do, in JSON's types.
            arrays: returns the arrays that it begins with; called only if there are others.

        Raises:
            UserError: another process is about to do something else.
        """
        if self.count == 1:
            return
        content = hashlib.sha256(json.dumps(description).encode())
        for name, array in itertools.chain(*(group.items() for group in arrays())):
            content.update(name.encode())
            content.update(np.ascontiguousarray(array).tobytes())
        digests = self._gather(np.frombuffer(content.digest(), np.uint8))
        if (digests != digests[0]).any():
            raise UserError(
                f"{self} would train something else than another does; give all of them the same "
                "options, data and files"
            )

    def _gather(self, array: Array) -> Array:
        """Return the arrays of all processes, (count, ...)."""
        if self.count == 1:
            return array[None]
        from jax.experimental import multihost_utils

        with self.exchange():
            return np.asarray(multihost_utils.process_allgather(array))

    @contextlib.contextmanager
    def exchange(self) -> Iterator[None]:
        """Name JAX's errors in a block that computes, and exchanges data with other processes.

        Raises:
            MemoryError: a device has too little memory.
            Lost: another process has ended.
        """
        try:
            yield
        except (ValueError, RuntimeError) as error:
            reason = f"{error}".partition("\n")[0]
            if reason.startswith("RESOURCE_EXHAUSTED"):
                raise MemoryError(reason) from error
            if self.count == 1:
                raise
            raise Lost(reason) from error


ALONE = Processes()
