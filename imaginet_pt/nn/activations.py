"""Activation functions, by the names they have in Passage's `activations.py`.

Each maps a tensor of pre-activations to one of the same shape; the three `maxout` kinds halve the
last axis (the larger of each pair of neighbours), so a layer that uses one has twice the columns.
"""

import pytensor.tensor as pt


def softmax(x):
    """exp(x) / sum of exp(x) over the last axis."""
    return pt.special.softmax(x, axis=-1)


def rectify(x):
    """max(x, 0), as (x + |x|) / 2."""
    return (x + abs(x)) / 2


def clipped_rectify(x):
    """x within [0, 5]."""
    return pt.clip(rectify(x), 0, 5)


def steeper_sigmoid(x):
    """The gates of the GRU and the LSTM: 1 / (1 + exp(-3.75 x))."""
    return pt.sigmoid(3.75 * x)


def hard_sigmoid(x):
    """x + 0.5 within [0, 1]."""
    return pt.clip(x + 0.5, 0, 1)


def hard_tanh(x):
    """x within [-1, 1]."""
    return pt.clip(x, -1, 1)


def linear(x):
    """x."""
    return x


def t_rectify(x):
    """x where x > 1, else 0."""
    return x * (x > 1)


def t_linear(x):
    """x where |x| > 1, else 0."""
    return x * (abs(x) > 1)


def maxout(x):
    """The larger of each two neighbours on the last axis, which is halved."""
    return pt.maximum(x[..., 0::2], x[..., 1::2])


def clipped_maxout(x):
    """`maxout` within [-5, 5]."""
    return pt.clip(maxout(x), -5, 5)


ACTIVATIONS = {
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


def columns(activation, size):
    """Columns of pre-activation that give `size` activations: twice as many for maxout."""
    return 2 * size if "maxout" in activation else size
