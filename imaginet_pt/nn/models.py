"""The models: one scheme for all of them, from word ids to the cost, as expressions.

    X -> embeddings -> [shared layer] -> [textual layer] -> scores of the next word
                                      -> [visual layer]  -> image vector
                    [visual layer, last state] + X -> [reconstruction layer] -> scores of each word

A model is a frozen description. It draws its parameters, arrays with dotted names, in the order of
the original's `params`, and builds costs and outputs from symbolic parameters of the same names.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import pytensor.tensor as pt

from ..ops.gather import Gather
from ..ops.prefixes import Prefixes
from ..ops.types import Array, Tensor, Tensors
from .costs import IMAGE_COSTS, cross_entropy, masked_cross_entropy
from .inits import InitialValue, materialize
from .layers import RECURRENT, Composition, Dense, Embedding, Generator, Layer
from .model_settings import ModelSettings
from .sequences import Beside, Mask, States, VectorSequence

# Layers of each type of model, in the original's order, `main.py: train`; the last is ours.
PLANS = {
    "simple": "visual.recurrent visual.dense",
    "deep-simple": "shared.recurrent visual.recurrent visual.dense",
    "shared_embeddings": "textual.recurrent textual.dense visual.recurrent visual.dense",
    "shared_all": "shared.recurrent textual.dense visual.dense",
    "add": "shared.add visual.dense",
    "mult": "shared.mult visual.dense",
    "matrix": "shared.matrix visual.dense",
    "reconstruction": "visual.recurrent visual.dense reconstruction.recurrent reconstruction.dense",
}
WORDS = ("textual", "reconstruction")  # pathways that predict words
PAD = 0  # the target at a position of padding, as in `data.preprocessing`

# The original's name for the last state of each pathway.
HIDDEN = {"textual": "hidden_text", "visual": "hidden_vis"}


def in_scope(params: Tensors, scope: str) -> dict[str, Tensor]:
    """Return the parameters whose names begin with `scope` and a dot, without that prefix."""
    prefix = f"{scope}."
    return {n.removeprefix(prefix): p for n, p in params.items() if n.startswith(prefix)}


@dataclass(frozen=True)
class Imaginet:
    """Equations 5 to 12 of the paper, and their variants.

    `reconstruction` does what section 5 of the paper plans: in the place of MULTITASK's pathway
    that predicts the next word from the words before it, one that reconstructs the sentence from
    v, the last state of the visual pathway. As in the decoder of Cho et al. (2014), v stands beside
    the embedding of the word before at each position (E of equation 5, S_t the words, S_0 = PAD):

        v    = h_T,  h_t = GRU(h_{t-1}, S_t E)            the visual pathway, equations 5 to 7
        g_t  = GRU(g_{t-1}, [S_{t-1} E, v])
        p_t  = softmax(g_t W + b)
        L    = alpha * mean_t -log p_t(S_t)  +  (1 - alpha) * the cost of images, equation 12

    where W and b are the weights of the words' output layer, and h_0 and g_0 are learned.

    Attributes:
        embedding: the words' vectors, shared by all pathways.
        layers: the layers by dotted name (`visual.gru`); within a scope, from input to output.
        image_cost: name of the cost of image vectors.
        alpha: weight of the words' cost.
        interpolated: whether the weight of the images' cost is 1 - alpha, rather than 1.
        zero_shot: whether a minibatch whose images are all zero has no cost of images.
        mask: whether padding neither moves a state nor counts in the cost of words.
    """

    embedding: Embedding
    layers: Mapping[str, Layer]
    image_cost: str
    alpha: float
    interpolated: bool = True
    zero_shot: bool = False
    mask: bool = False

    def parameters(self, rng: Generator) -> dict[str, Array]:
        """Draw the initial arrays by name, in the original's order.

        With None for `rng`, return placeholders of their shapes, which take no memory.
        """
        values: dict[str, InitialValue] = self.embedding.parameters(rng)
        for name, layer in self.layers.items():
            values |= {f"{name}.{part}": value for part, value in layer.parameters(rng).items()}
        return materialize(values)

    def weights(self) -> dict[str, float]:
        """Return the weight of each pathway's cost (equation 10); a weight of zero is left out."""
        words = [scope for scope in WORDS if f"{scope}.dense" in self.layers]
        if not words:
            return {"visual": 1.0}
        weights = dict.fromkeys(words, self.alpha)
        weights["visual"] = 1 - self.alpha if self.interpolated else 1.0
        return {pathway: weight for pathway, weight in weights.items() if weight}

    def validation_weights(self) -> dict[str, float]:
        """Return `weights` for the validation cost, which the original always interpolates."""
        return replace(self, interpolated=True).weights()

    def trained(self, names: Iterable[str]) -> list[str]:
        """Return the parameters among `names` on which the cost depends."""
        idle = {*WORDS, "visual"} - set(self.weights())
        return [name for name in names if name.split(".")[0] not in idle]

    def _apply_recurrent(
        self, scope: str, params: Tensors, sequence: VectorSequence
    ) -> VectorSequence:
        """Return the states of the recurrent layer of `scope`, or `sequence` if it has none."""
        for name, layer in self.layers.items():
            if name.startswith(scope) and not isinstance(layer, Dense):
                sequence = States(layer(in_scope(params, name), sequence), sequence.mask)
        return sequence

    def states(self, params: Tensors, X: Tensor, mask: Mask = None) -> dict[str, Tensor]:
        """Return the recurrent states (time, batch, size) of each pathway in use.

        Args:
            params: parameters by name.
            X: word ids, (time, batch).
            mask: where a word moves the states, (time, batch); None for everywhere.
        """
        shared = self._apply_recurrent("shared", params, self.embedding(params, X, mask))
        states = {
            scope: self._apply_recurrent(scope, params, shared).unrolled()
            for scope in self.weights()
            if scope != "reconstruction"
        }
        if "reconstruction" in self.weights():
            beside = Beside(shared, states["visual"][-1], self.embedding.size)
            reconstruction = self._apply_recurrent("reconstruction", params, beside)
            states["reconstruction"] = reconstruction.unrolled()
        return states

    def _scores(self, scope: str, params: Tensors, states: Tensor) -> tuple[Tensor, Tensor]:
        """Return the scores of the next word without their bias, (n, words), and the bias.

        Args:
            scope: a pathway of `WORDS`.
            params: parameters by name.
            states: states of the pathway, (n, size).
        """
        dense = in_scope(params, f"{scope}.dense")
        return pt.dot(states, dense["w"]), dense["b"]

    def words_cost(
        self, scope: str, params: Tensors, states: Tensor, X: Tensor, Y: Tensor
    ) -> Tensor:
        """Return the cost of the next words, equations 9 and 11.

        Captions with a common prefix share states: each prefix is scored once. That of a
        reconstruction, whose states know the whole caption, is scored for each caption.

        Args:
            scope: a pathway of `WORDS`.
            params: parameters by name.
            states: states of the pathway, (time, batch, size).
            X: word ids, (time, batch).
            Y: ids of the next words, (time, batch).
        """
        mask = pt.neq(Y, PAD)
        states, rows = states.reshape((-1, states.shape[2])), pt.arange(Y.size)
        if scope == "textual":
            # Padding and the PAD that begins a caption leave states that differ.
            positions, rows = Prefixes()(pt.switch(mask, X + 1, 0) if self.mask else X)
            states = Gather()(states, positions)
        scores, bias = self._scores(scope, params, states)
        if self.mask:
            return masked_cross_entropy(scores, bias, rows, Y.flatten(), mask.flatten())
        return cross_entropy(scores, bias, rows, Y.flatten())

    def word_scores(self, params: Tensors, X: Tensor) -> Tensor:
        """Score all words as the next one at each position of X, before the softmax, equation 9.

        Args:
            params: parameters by name.
            X: word ids, (time, batch).

        Returns:
            (time, batch, words), float32.
        """
        states = self.states(params, X)["textual"]
        scores, b = self._scores("textual", params, states.reshape((-1, states.shape[2])))
        return (scores + b).reshape((X.shape[0], X.shape[1], -1))

    def image(self, params: Tensors, states: Tensor) -> Tensor:
        """Return image vectors (batch, features) from states (time, batch, size), equation 9."""
        return self.layers["visual.dense"](in_scope(params, "visual.dense"), states[-1])

    def costs(self, params: Tensors, X: Tensor, Y: Tensor, Z: Tensor) -> dict[str, Tensor]:
        """Return the cost of each pathway in use.

        Args:
            params: parameters by name.
            X: word ids, (time, batch).
            Y: ids of the next words, (time, batch).
            Z: image features, (batch, features).
        """
        states, costs = self.states(params, X, pt.neq(Y, PAD) if self.mask else None), {}
        for scope in (scope for scope in WORDS if scope in states):
            costs[scope] = self.words_cost(scope, params, states[scope], X, Y)
        if "visual" in states:
            predicted = self.image(params, states["visual"])
            costs["visual"] = IMAGE_COSTS[self.image_cost](Z, predicted)
        return costs

    def cost(self, params: Tensors, X: Tensor, Y: Tensor, Z: Tensor) -> Tensor:
        """Return the cost to train on, equation 10; the arguments are those of `costs`."""
        costs = self.costs(params, X, Y, Z)
        if self.zero_shot and "visual" in costs:
            has_image = pt.any(pt.neq(Z, 0))
            costs["visual"] = pt.switch(has_image, costs["visual"], pt.zeros_like(costs["visual"]))
        return sum(weight * costs[scope] for scope, weight in self.weights().items())

    def outputs(self, params: Tensors, X: Tensor) -> dict[str, Tensor]:
        """Return the vectors of the sentences X (time, batch), each of shape (batch, size).

        Under the original's names: `hidden_text` and `hidden_vis` are the last states of the
        pathways, `output_vis` the image vectors. Where no layer is recurrent, `hidden_vis` too is
        the image vectors. There is no mask: X must hold no padding where the model was trained
        with one.
        """
        states = self.states(params, X)
        outputs = {name: states[scope][-1] for scope, name in HIDDEN.items() if scope in states}
        if "visual" in states:
            outputs["output_vis"] = self.image(params, states["visual"])
        if any(isinstance(layer, Composition) for layer in self.layers.values()):
            outputs["hidden_vis"] = outputs["output_vis"]
        return outputs


def build(settings: ModelSettings, n_words: int, n_features: int) -> Imaginet:
    """Build the model of `settings` for a vocabulary and a size of image vectors."""
    layers: dict[str, Layer] = {}
    sizes: dict[str, int] = {}
    outputs = dict.fromkeys(WORDS, (n_words, "softmax"))
    outputs["visual"] = (n_features, settings.out_activation)
    for scope, kind in (part.split(".") for part in PLANS[settings.model_type].split()):
        beside = settings.hidden_size if scope == "reconstruction" else 0
        size_in = sizes.get(scope, sizes.get("shared", settings.embedding_size + beside))
        layer = _layer(kind, size_in, outputs.get(scope, ()), settings)
        layers[f"{scope}.{type(layer).__name__.lower()}"] = layer
        sizes[scope] = layer.size
    return Imaginet(
        Embedding(n_words, settings.embedding_size),
        layers,
        settings.cost,
        settings.alpha,
        not settings.non_interpolated,
        bool(settings.zero_shot),
        settings.mask,
    )


def _layer(kind: str, size_in: int, output: tuple[Any, ...], settings: ModelSettings) -> Layer:
    """Return a layer of a kind in `PLANS`; `output` is the size and activation of a dense one."""
    if kind == "recurrent":
        cell = RECURRENT[settings.hidden_type]
        return cell(size_in, settings.hidden_size, settings.activation)
    return Dense(size_in, *output) if kind == "dense" else Composition(size_in, kind)
