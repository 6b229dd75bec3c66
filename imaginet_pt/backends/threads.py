"""How many threads compute a training.

More threads add up products in another order, so that costs differ in their last digits. Hence the
number depends on the model and on the cores, never on what else the machine does, and a run keeps
the number that it began with: equal commands, equal bytes.
"""

import contextlib
import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any

from threadpoolctl import threadpool_limits

from ..errors import UserError, UserTypeError, quoted
from .protocol import Backend

AUTO = "auto"
VARIABLES = [
    "OMP_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "MKL_NUM_THREADS",
]  # limit those of products
MAX_THREADS = 64  # of the OpenBLAS that the package brings
# Multiply-adds at each position of a minibatch that another thread is worth its core for. With half
# as many a second one gains less than a fifth: `python tests/benchmarks/threads.py`.
WORTH_A_THREAD = 30_000_000

# The most threads of each kind of library, by threadpoolctl's names.
Limits = Mapping[str, int]
# For each kind of library: where run.json has the number, first what counts most. Runs that were
# begun before there was `--threads` name only the variables.
RECORDED = {
    "blas": ["blas", "OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "cpus"],
    "openmp": ["openmp", "OMP_NUM_THREADS", "cpus"],
}


def parse(value: int | str) -> int | None:
    """Return the number of threads that a user asks for, None for `auto`.

    Raises:
        UserTypeError: neither a number nor a string.
        UserError: neither `auto` nor a number of threads.
    """
    if isinstance(value, bool) or not isinstance(value, int | str):
        raise UserTypeError(f"`threads` is {quoted(value)}; it must be {AUTO} or an integer")
    if value == AUTO:
        return None
    number = count(value)
    if number is None or number > MAX_THREADS:
        raise UserError(
            f"`threads` is {quoted(value)}; it must be {AUTO} or between 1 and {MAX_THREADS}"
        )
    return number


def available_cores() -> int:
    """Return how many cores this process may use, by the system and by `VARIABLES`."""
    counted = getattr(os, "sched_getaffinity", lambda _: range(os.cpu_count() or 1))(0)
    numbers = [count(os.environ.get(name)) for name in VARIABLES]
    return min([len(counted), *filter(None, numbers)])


def choose(wanted: int | None, work: int, backend: Backend | None) -> dict[str, int]:
    """Return how many threads a training takes, by kind of library.

    Args:
        wanted: the number, or None to choose it by the work and the cores.
        work: multiply-adds at each position of a minibatch.
        backend: what computes; None stands for NumPy.

    Raises:
        UserError: a number is wanted, and the backend has threads of its own.
    """
    if backend and backend.own_threads:
        if wanted is not None:
            raise UserError(f"`threads` is not for {backend.name}, which takes all cores")
        return {}
    worth = 1 + work // WORTH_A_THREAD
    number = wanted or min(available_cores(), worth, MAX_THREADS)
    return dict.fromkeys(RECORDED, number)


def describe(limits: Limits = MappingProxyType({})) -> dict[str, Any]:
    """Return what run.json says of threads: the number of processors, and the `limits`."""
    return {"cpus": os.cpu_count(), **limits}


def recorded(entry: Mapping[str, Any]) -> dict[str, int]:
    """Return the threads by kind of library that run.json's entry `threads` tells."""
    return {kind: _first_count(entry, names) for kind, names in RECORDED.items()}


@contextlib.contextmanager
def limited(limits: Limits) -> Iterator[None]:
    """Keep the libraries that are loaded, numba's own threads too, to so many in this block."""
    # numba first: it loads a library of threads when it is first asked for their number
    with _numba_limited(limits.get("openmp")), threadpool_limits(dict(limits)):
        yield


@contextlib.contextmanager
def _numba_limited(number: int | None) -> Iterator[None]:
    """Keep numba, if it is loaded, to `number` threads; threadpoolctl does not know them."""
    numba: Any = sys.modules.get("numba")
    if numba is None or number is None:
        yield
        return
    before = numba.get_num_threads()
    limit_numba(numba, number)
    try:
        yield
    finally:
        numba.set_num_threads(before)


def limit_numba(numba: Any, number: int | None) -> None:
    """Have numba compute with `number` threads, or as many as it has; None leaves it as it is."""
    if number is not None:
        numba.set_num_threads(min(number, numba.config.NUMBA_NUM_THREADS))


def _first_count(entry: Mapping[str, Any], names: Sequence[str]) -> int:
    numbers = (count(entry.get(name)) for name in names)
    return min(next(filter(None, numbers), available_cores()), MAX_THREADS)


def count(value: Any) -> int | None:
    """Return a count above 0 that is an integer or the text of one, else None."""
    text = str(value)
    return (
        int(text) if text.isascii() and text.isdecimal() and len(text) < 10 and int(text) else None
    )
