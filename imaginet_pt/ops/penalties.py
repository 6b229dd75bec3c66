"""Gradients of the L1 and L2 penalties, for all update rules and for Adam's operation."""

from types import ModuleType
from typing import Any


def add_penalties(step: Any, p: Any, *, l1: float, l2: float, xp: ModuleType) -> Any:
    """Return `step` + `l2` p + `l1` sign(p); a penalty of weight zero adds no operation.

    Args:
        step: the step to add the penalties to, of the shape of `p`.
        p: a parameter.
        l1: weight of the penalty |p|.
        l2: weight of the penalty p^2 / 2.
        xp: the array module whose `sign` is used: NumPy, JAX's, or `pytensor.tensor`.
    """
    if l2:
        step = step + l2 * p
    return step + l1 * xp.sign(p) if l1 else step
