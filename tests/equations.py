"""The equations in plain NumPy, written apart from the package, to hold it against."""

import numpy as np
from pytensor.compile.mode import Mode

from imaginet_pt.backends.pytensor_backend import PyTensorBackend

# Evaluates expressions by NumPy, without compiling anything: for formulas, not for kernels.
PLAIN = PyTensorBackend("plain", Mode(linker="py", optimizer="fast_compile"), "NumPy")


def gate(x):
    return 1 / (1 + np.exp(-3.75 * x))


def clipped_rectify(x):
    return np.clip((x + np.abs(x)) / 2, 0, 5)


def gru(p, x, activation=clipped_rectify):
    """States (time, batch, size) for x (time, batch, size_in) and parameters by name."""
    h = np.repeat(p["h0"], x.shape[1], axis=0)
    states = []
    for x_t in x:
        z = gate(x_t @ p["w_z"] + h @ p["u_z"] + p["b_z"])
        r = gate(x_t @ p["w_r"] + h @ p["u_r"] + p["b_r"])
        h_tilde = activation(x_t @ p["w_h"] + (r * h) @ p["u_h"] + p["b_h"])
        h = z * h + (1 - z) * h_tilde
        states.append(h)
    return np.stack(states)


def lstm(p, x, activation=np.tanh):
    h = c = np.zeros((x.shape[1], p["u_i"].shape[0]))
    states = []
    for x_t in x:
        i, f, o = (gate(x_t @ p[f"w_{g}"] + h @ p[f"u_{g}"] + p[f"b_{g}"]) for g in "ifo")
        c = f * c + i * activation(x_t @ p["w_c"] + h @ p["u_c"] + p["b_c"])
        h = o * activation(c)
        states.append(h)
    return np.stack(states)


def softmax(x):
    e = np.exp(x - x.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)


def cross_entropy(probabilities, targets):
    """Mean of -log p(target), p (n, words) clipped as in the original."""
    p = np.clip(probabilities, 1e-7, 1 - 1e-7)
    return -np.log(p[np.arange(len(targets)), targets]).mean()


def adam(p, m, v, g, t, lr=0.0002, b1=0.1, b2=0.001, e=1e-8):
    """One step at time t (from 1): new p, m, v."""
    m = b1 * g + (1 - b1) * m
    v = b2 * g**2 + (1 - b2) * v
    rate = lr * np.sqrt(1 - b2**t) / (1 - b1**t)
    return p - rate * m / (np.sqrt(v) + e), m, v


def multitask(p, X, Y, Z, alpha):
    """Cost of MULTITASK (equation 10) for parameters by dotted name."""

    def scope(name):
        return {k.removeprefix(name + "."): v for k, v in p.items() if k.startswith(name + ".")}

    x = p["embeddings"][X]
    text, image = gru(scope("textual.gru"), x), gru(scope("visual.gru"), x)
    words = softmax(text @ p["textual.dense.w"] + p["textual.dense.b"])
    words_cost = cross_entropy(words.reshape(-1, words.shape[-1]), Y.ravel())
    picture = clipped_rectify(image[-1] @ p["visual.dense.w"] + p["visual.dense.b"])
    return alpha * words_cost + (1 - alpha) * np.mean((picture - Z) ** 2)
