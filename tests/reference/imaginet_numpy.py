"""The whole paper in one file: VISUAL and MULTITASK, and how they learn, in NumPy alone.

Chrupała, Kádár and Alishahi (2015), "Learning language through pictures". A GRU reads a caption and
imagines the vector of its picture; MULTITASK has a second one that predicts the next word, from the
same word embeddings. Numbers in brackets are the paper's equations. What the authors' program does
differently from the paper is done here as in the program, and said where it is.

    words = vocabulary(captions, least=10)
    ids = encode(captions, words)
    rng = np.random.RandomState(1)
    params = parameters(rng, len(words), images.shape[1], multitask=True)
    for cost in train(params, Split(ids, images), Split(valid_ids, valid_images), rng): ...

Everything is slow and plain: each gradient is derived by hand, and stands below what it is of.
"""

import string
from collections import Counter
from typing import NamedTuple

import numpy as np

PAD, END, UNK = 0, 1, 2
LEARNING_RATE, ALPHA, BATCH_SIZE = 0.0002, 0.1, 64


# Captions become lists of word ids.


def tokenize(text):
    """Split a caption at spaces, in lower case; each punctuation mark is a token of its own."""
    for mark in string.punctuation + "\n\t":
        text = text.replace(mark, f" {mark} ")
    return [token for token in text.lower().split(" ") if token]


def vocabulary(captions, least):
    """List the words that occur in at least `least` captions, the most frequent first."""
    counts = Counter(word for text in captions for word in dict.fromkeys(tokenize(text)))
    frequent = [word for word, count in counts.most_common() if count >= least]
    return ["PAD", "END", "UNK", *frequent[:9994]]


def encode(captions, words):
    """Turn captions into lists of ids; a word that is not in the vocabulary is UNK."""
    ids = {word: i for i, word in enumerate(words)}
    return [[ids.get(token, UNK) for token in tokenize(text)] for text in captions]


# Minibatches.


class Split(NamedTuple):
    """Captions, lists of ids, and the vector of each caption's picture, (captions, features)."""

    captions: list
    images: np.ndarray


def batches(lengths, size, rng):
    """Yield the captions of each minibatch: chunks of 20 batches, sorted by length, shuffled."""
    for start in range(0, len(lengths), 20 * size):
        chunk = np.arange(start, min(start + 20 * size, len(lengths)))
        chunk = chunk[np.argsort(np.take(lengths, chunk), kind="stable")]
        pieces = [chunk[i : i + size] for i in range(0, len(chunk), size)]
        for i in rng.permutation(len(pieces)):
            yield pieces[i]


def padded(sequences):
    """Return sequences as an array (time, batch), with PAD on the left. There is no mask."""
    time = max(map(len, sequences))
    return np.array([[PAD] * (time - len(ids)) + ids for ids in sequences]).T


def minibatch(split, indices):
    """Return input words X and next words Y, (time, batch), and images Z, (batch, features)."""
    captions = [split.captions[i] for i in indices]
    X = padded([[PAD, *ids] for ids in captions])
    Y = padded([[*ids, END] for ids in captions])
    return X, Y, split.images[indices]


# Parameters: a dictionary of arrays, drawn in the program's order.


def orthogonal(rng, shape):
    """Draw a matrix with orthonormal rows or columns, times 1.1 (Saxe et al. 2014)."""
    u, _, v = np.linalg.svd(rng.normal(0.0, 1.0, shape), full_matrices=False)
    return (1.1 * (u if u.shape == shape else v)).astype("float32")


def gru_parameters(rng, size_in, size):
    """Draw the parameters of a GRU; the first state h0 is learned too."""
    w_z, w_r = orthogonal(rng, (size_in, size)), orthogonal(rng, (size_in, size))
    u_z, u_r = orthogonal(rng, (size, size)), orthogonal(rng, (size, size))
    w_h, u_h = orthogonal(rng, (size_in, size)), orthogonal(rng, (size, size))
    params = {"h0": np.zeros((1, size), "float32")}
    params |= {"w_z": w_z, "w_r": w_r, "w_h": w_h, "u_z": u_z, "u_r": u_r, "u_h": u_h}
    return params | {name: np.zeros(size, "float32") for name in ("b_z", "b_r", "b_h")}


def dense_parameters(rng, size_in, size):
    """Draw the parameters of a dense layer."""
    return {"w": orthogonal(rng, (size_in, size)), "b": np.zeros(size, "float32")}


def parameters(rng, words, features, embedding=1024, hidden=1024, multitask=True):
    """Draw all parameters: embeddings, [GRU and scores of words], GRU and image."""
    params = {"embeddings": rng.uniform(-0.05, 0.05, (words, embedding)).astype("float32")}
    for pathway, size in [("textual", words)] * multitask + [("visual", features)]:
        layers = {"gru": gru_parameters(rng, embedding, hidden)}
        layers["dense"] = dense_parameters(rng, hidden, size)
        for layer, arrays in layers.items():
            params |= {f"{pathway}.{layer}.{name}": a for name, a in arrays.items()}
    return params


def within(params, prefix):
    """Return the parameters whose names begin with `prefix`, without it."""
    return {n.removeprefix(prefix): p for n, p in params.items() if n.startswith(prefix)}


# The parts of the network, each followed by its gradient.


def gate(x):
    """Return the program's gate, a sigmoid that is 3.75 times as steep."""
    return 1 / (1 + np.exp(-3.75 * x))


def clipped_rectify(x):
    """Return x within [0, 5]."""
    return np.clip(x, 0, 5)


def clipped_rectify_slope(x):
    """Return the derivative of `clipped_rectify`."""
    return ((x > 0) & (x <= 5)).astype(x.dtype)


def gru(p, x):
    """Run a GRU [1 to 4] over x, (time, batch, size_in); return its steps.

    The paper has z and 1 - z the other way round; this is the program's order.
    """
    h = np.repeat(p["h0"], x.shape[1], axis=0)
    steps = []
    for x_t in x:
        z = gate(x_t @ p["w_z"] + h @ p["u_z"] + p["b_z"])
        r = gate(x_t @ p["w_r"] + h @ p["u_r"] + p["b_r"])
        a = x_t @ p["w_h"] + (r * h) @ p["u_h"] + p["b_h"]
        before, h = h, z * h + (1 - z) * clipped_rectify(a)
        steps.append((x_t, before, z, r, a, h))
    return steps


def gru_gradient(p, steps, d_states):
    """Return the gradients by the parameters and by x, given those by the states (time, ...)."""
    d = {name: np.zeros_like(array) for name, array in p.items()}
    d_x = np.zeros((len(steps), *steps[0][0].shape), steps[0][0].dtype)
    d_h = np.zeros_like(steps[0][1])
    for t in reversed(range(len(steps))):
        x, h, z, r, a, _ = steps[t]
        d_h = d_h + d_states[t]
        d_a = d_h * (1 - z) * clipped_rectify_slope(a)
        d_rh = d_a @ p["u_h"].T
        d_z = d_h * (h - clipped_rectify(a)) * 3.75 * z * (1 - z)
        d_r = d_rh * h * 3.75 * r * (1 - r)
        for g, d_g, state in (("z", d_z, h), ("r", d_r, h), ("h", d_a, r * h)):
            d[f"w_{g}"] += x.T @ d_g
            d[f"u_{g}"] += state.T @ d_g
            d[f"b_{g}"] += d_g.sum(axis=0)
            d_x[t] += d_g @ p[f"w_{g}"].T
        d_h = d_h * z + d_rh * r + d_z @ p["u_z"].T + d_r @ p["u_r"].T
    d["h0"] += d_h.sum(axis=0)
    return d, d_x


def image_cost(predicted, Z):
    """Return the mean squared error [12] and its gradient by the prediction."""
    difference = predicted - Z
    return np.mean(difference**2), 2 * difference / Z.size


def words_cost(scores, targets):
    """Return the mean cross-entropy [11] and its gradient by the scores, (places, words).

    Probabilities are clipped to [1e-7, 1 - 1e-7], where the gradient is zero.
    """
    p = np.exp(scores - scores.max(axis=1, keepdims=True))
    p /= p.sum(axis=1, keepdims=True)
    places = np.arange(len(targets))
    right = p[places, targets]
    inside = (right >= 1e-7) & (right <= 1 - 1e-7)
    gradient = p * (inside / len(targets))[:, None].astype(p.dtype)
    gradient[places, targets] -= (inside / len(targets)).astype(p.dtype)
    return -np.log(np.clip(right, 1e-7, 1 - 1e-7)).mean(), gradient


def dense_gradient(p, inputs, d_outputs):
    """Return the gradients of `inputs @ w + b` by w and b, and by the inputs."""
    d = {"w": inputs.T @ d_outputs, "b": d_outputs.sum(axis=0)}
    return d, d_outputs @ p["w"].T


def visual(params, x, Z):
    """Return the cost of the visual pathway [9, 12], and gradients by its parameters and by x."""
    p, dense = within(params, "visual.gru."), within(params, "visual.dense.")
    steps = gru(p, x)
    last = steps[-1][-1]
    a = last @ dense["w"] + dense["b"]
    cost, d_image = image_cost(clipped_rectify(a), Z)
    d_dense, d_last = dense_gradient(dense, last, d_image * clipped_rectify_slope(a))
    d_states = np.zeros((len(steps), *last.shape), last.dtype)
    d_states[-1] = d_last
    d_gru, d_x = gru_gradient(p, steps, d_states)
    return cost, {"visual.gru.": d_gru, "visual.dense.": d_dense}, d_x


def textual(params, x, Y):
    """Return the cost of the textual pathway [8, 11], and gradients by parameters and by x."""
    p, dense = within(params, "textual.gru."), within(params, "textual.dense.")
    steps = gru(p, x)
    states = np.stack([step[-1] for step in steps])
    flat = states.reshape(-1, states.shape[-1])
    cost, d_scores = words_cost(flat @ dense["w"] + dense["b"], Y.ravel())
    d_dense, d_flat = dense_gradient(dense, flat, d_scores)
    d_gru, d_x = gru_gradient(p, steps, d_flat.reshape(states.shape))
    return cost, {"textual.gru.": d_gru, "textual.dense.": d_dense}, d_x


def cost_and_gradients(params, X, Y, Z, alpha=ALPHA):
    """Return the cost of a minibatch [10] and its gradient by each parameter."""
    x = params["embeddings"][X]
    pathways = [(1.0, *visual(params, x, Z))]
    if "textual.dense.w" in params:
        pathways = [(alpha, *textual(params, x, Y)), (1 - alpha, *pathways[0][1:])]
    total, d = 0.0, {"embeddings": np.zeros_like(params["embeddings"])}
    for weight, cost, by_layer, d_x in pathways:
        total += weight * cost
        np.add.at(d["embeddings"], X, (weight * d_x).astype(d_x.dtype))
        for prefix, gradients in by_layer.items():
            d |= {prefix + n: (weight * g).astype(g.dtype) for n, g in gradients.items()}
    return total, d


# Learning.


class Adam:
    """Adam (Kingma and Ba 2015) as the program has it.

    b1 and b2 are one minus the published decay rates, and its bias correction uses them as they
    are: in effect there is none, and the first steps are about three times the published ones.
    """

    b1, b2, epsilon = 0.1, 0.001, 1e-8

    def __init__(self, params, rate=LEARNING_RATE):
        self.rate, self.t = rate, 0
        self.m = {name: np.zeros_like(p) for name, p in params.items()}
        self.v = {name: np.zeros_like(p) for name, p in params.items()}

    def step(self, params, gradients):
        """Change `params` in place."""
        self.t += 1
        rate = self.rate * np.sqrt(1 - self.b2**self.t) / (1 - self.b1**self.t)
        for name, g in gradients.items():
            m, v = self.m[name], self.v[name]
            m += self.b1 * (g - m)
            v += self.b2 * (g * g - v)
            params[name] -= (rate * m / (np.sqrt(v) + self.epsilon)).astype(m.dtype)


def train(params, training, valid, rng, epochs=8, size=BATCH_SIZE):
    """Change `params` epoch by epoch; yield the cost of each minibatch.

    The pass over the validation data after each epoch draws the order of its minibatches from the
    same random stream.
    """
    adam = Adam(params)
    lengths, valid_lengths = ([len(ids) for ids in s.captions] for s in (training, valid))
    for _ in range(epochs):
        for indices in batches(lengths, size, rng):
            cost, gradients = cost_and_gradients(params, *minibatch(training, indices))
            adam.step(params, gradients)
            yield cost
        for _ in batches(valid_lengths, size, rng):
            pass
