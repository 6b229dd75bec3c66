"""Check, before anything is drawn, that there is enough memory for training."""

import math
import os
import resource
from collections.abc import Iterable
from pathlib import Path

from ..errors import UserError
from ..ops.types import Arrays

CGROUP = Path("/sys/fs/cgroup/memory.max")  # the limit of a container: a number, or "max"


def available_memory() -> int:
    """Return how many bytes of memory this process may use, given the machine and its limits."""
    limits = [os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")]
    soft, _ = resource.getrlimit(resource.RLIMIT_AS)
    if soft != resource.RLIM_INFINITY:
        limits.append(soft)
    if CGROUP.is_file() and (text := CGROUP.read_text().strip()).isdecimal():
        limits.append(int(text))
    return min(limits)


def check_memory(params: Arrays, trained: Iterable[str], slots: int) -> None:
    """Check that a model can be trained in the available memory.

    Args:
        params: its parameters by name; only the shapes matter, so placeholders will do.
        trained: names of the parameters that are trained; each needs a gradient.
        slots: the number of arrays that the update rule keeps for each trained parameter.

    Raises:
        UserError: there is too little memory.
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
