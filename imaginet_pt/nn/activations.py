"""Activation functions, under the names they have in Passage's `activations.py`.

Each maps a tensor of pre-activations to one of the same shape. Only the three `maxout` kinds halve
the last axis (the larger of each pair of neighbours): a layer with one has twice the columns.
"""

from collections.abc import Callable

import pytensor.tensor as pt

from ..ops.types import Tensor


def softmax(x: Tensor) -> Tensor:
    """Return exp(x) / sum(exp(x)), the sum over the last axis."""
    return pt.special.softmax(x, axis=-1)


def rectify(x: Tensor) -> Tensor:
    """Return max(x, 0), computed as (x + |x|) / 2."""
    return (x + abs(x)) / 2


def clipped_rectify(x: Tensor) -> Tensor:
    """Return x clipped to [0, 5]."""
    return pt.clip(rectify(x), 0, 5)


def steeper_sigmoid(x: Tensor) -> Tensor:
    """Return 1 / (1 + exp(-3.75 x)), the gate of the GRU and the LSTM."""
    return pt.sigmoid(3.75 * x)


def hard_sigmoid(x: Tensor) -> Tensor:
    """Return x + 0.5 clipped to [0, 1]."""
    return pt.clip(x + 0.5, 0, 1)


def hard_tanh(x: Tensor) -> Tensor:
    """Return x clipped to [-1, 1]."""
    return pt.clip(x, -1, 1)


def linear(x: Tensor) -> Tensor:
    """Return x."""
    return x


def t_rectify(x: Tensor) -> Tensor:
    """Return x where x > 1, else 0."""
    return x * (x > 1)


def t_linear(x: Tensor) -> Tensor:
    """Return x where |x| > 1, else 0."""
    return x * (abs(x) > 1)


def maxout(x: Tensor) -> Tensor:
    """Return the larger of each two neighbours on the last axis, which is halved."""
    return pt.maximum(x[..., 0::2], x[..., 1::2])


def clipped_maxout(x: Tensor) -> Tensor:
    """Return `maxout` clipped to [-5, 5]."""
    return pt.clip(maxout(x), -5, 5)


ACTIVATIONS: dict[str, Callable[[Tensor], Tensor]] = {
    "softmax": softmax,
    "rectify": rectify,
    "tanh": pt.tanh,
    "sigmoid": pt.sigmoid,
    "linear": linear,
    "t_rectify": t_rectify,
    "t_linear": t_linear,
    "maxout": maxout,
    "conv_maxout": maxout,
    "clipped_maxout": clipped_maxout,
    "clipped_rectify": clipped_rectify,
    "hard_tanh": hard_tanh,
    "steeper_sigmoid": steeper_sigmoid,
    "hard_sigmoid": hard_sigmoid,
}


def columns(activation: str, size: int) -> int:
    """Return how many pre-activations `size` activations need: twice as many for maxout.

    >>> columns("tanh", 3), columns("maxout", 3)
    (3, 6)
    """
    return 2 * size if "maxout" in activation else size
