"""Several processes, on one machine or many, that train one run together.

Each is started with the same command but for its --process-id. All of them hold the whole state,
draw the same order of minibatches, and make the same updates; JAX's distributed runtime adds up
their gradients. The first one writes the run, and the others read what they need of it.
"""

import contextlib
import hashlib
import itertools
import json
from dataclasses import dataclass

import numpy as np

from ..errors import UserError

JOIN_SECONDS = 60  # in which all processes must have come
HEARTBEAT_SECONDS = 20  # after which one that says nothing is given up


class Lost(Exception):
    """Another process has ended, or cannot be reached."""


@dataclass(frozen=True)
class Processes:
    """The process `index` of `count`, which meet at `coordinator`, HOST:PORT of the first."""

    coordinator: str | None = None
    index: int = 0
    count: int = 1

    def __str__(self):
        return f"process {self.index} of {self.count}"

    @property
    def first(self):
        """Whether this is the one that writes."""
        return self.index == 0

    def join(self):
        """Meet the others, before JAX is used for anything else."""
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

    def agree(self, wish):
        """Whether any process wishes so. All must ask, each as often as the others."""
        return bool(self._gathered(np.array([bool(wish)])).any())

    def check_same(self, description, arrays):
        """All processes must be about to do the same.

        description: what JSON can hold; arrays: a function that gives dicts of arrays.

        Raises:
            UserError: they are not.
        """
        if self.count == 1:
            return
        content = hashlib.sha256(json.dumps(description).encode())
        for name, array in itertools.chain(*(group.items() for group in arrays())):
            content.update(name.encode())
            content.update(np.ascontiguousarray(array).tobytes())
        digests = self._gathered(np.frombuffer(content.digest(), np.uint8))
        if (digests != digests[0]).any():
            raise UserError(
                f"{self} would train something else than another does; give all of them the same "
                "options, data and files"
            )

    def _gathered(self, array):
        """The arrays of all processes, (count, ...)."""
        if self.count == 1:
            return array[None]
        from jax.experimental import multihost_utils

        with self.exchange():
            return multihost_utils.process_allgather(array)

    @contextlib.contextmanager
    def exchange(self):
        """A block in which this process waits for the others; JAX's errors there are `Lost`."""
        try:
            yield
        except (ValueError, RuntimeError) as error:
            if self.count == 1:
                raise
            raise Lost(f"{error}".partition("\n")[0]) from error


ALONE = Processes()
