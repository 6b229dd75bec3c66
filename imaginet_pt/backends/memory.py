"""The memory that training needs, against what there is, before anything is drawn."""

import math
import os
import resource
from collections.abc import Iterable
from pathlib import Path

from ..errors import UserError
from ..ops.types import Arrays

CGROUP = Path("/sys/fs/cgroup/memory.max")  # the limit of a container: a number, or "max"


def available_memory() -> int:
    """Return how many bytes this process can have: the least of the machine's and its limits."""
    limits = [os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")]
    soft, _ = resource.getrlimit(resource.RLIMIT_AS)
    if soft != resource.RLIM_INFINITY:
        limits.append(soft)
    if CGROUP.is_file() and (text := CGROUP.read_text().strip()).isdecimal():
        limits.append(int(text))
    return min(limits)


def check_memory(params: Arrays, trained: Iterable[str], slots: int) -> None:
    """Check that a model can be trained in the memory there is.

    Args:
        params: its parameters by name, of which only the shapes are read: placeholders will do.
        trained: names of those that are trained, each of which has a gradient.
        slots: how many arrays of its own the update rule has for each of these.

    Raises:
        UserError: it cannot.
    """
    sizes = {name: math.prod(array.shape) for name, array in params.items()}
    numbers = sum(sizes.values())
    need = 4 * (numbers + (1 + slots) * sum(sizes[name] for name in trained))
    have = available_memory()
    if need > have:
        raise UserError(
            f"training takes {need / 1e9:,.1f} GB of memory ({numbers:,} parameters, and for each "
            f"a gradient and {slots} numbers of the update rule), and there are "
            f"{have / 1e9:,.1f} GB; lower `hidden_size` or `embedding_size`"
        )
