"""The models: one shape for all of them, from word ids to the cost, as expressions.

    X -> embeddings -> [shared layer] -> [textual layer] -> scores of the next word
                                      -> [visual layer]  -> image vector

A model is a frozen description. It draws its parameters as arrays by dotted name, in the order of
the original's `params`, and builds costs and outputs from symbolic parameters of the same names.
"""

from dataclasses import dataclass, replace
from typing import Any

import pytensor.tensor as pt

from ..ops.gather import Gather
from ..ops.prefixes import Prefixes
from .costs import IMAGE_COSTS, cross_entropy
from .inits import materialize
from .layers import RECURRENT, Composition, Dense, Embedding, States

# Layers of each type of model, in the original's order; `main.py: train`.
PLANS = {
    "simple": "visual.recurrent visual.dense",
    "deep-simple": "shared.recurrent visual.recurrent visual.dense",
    "shared_embeddings": "textual.recurrent textual.dense visual.recurrent visual.dense",
    "shared_all": "shared.recurrent textual.dense visual.dense",
    "add": "shared.add visual.dense",
    "mult": "shared.mult visual.dense",
    "matrix": "shared.matrix visual.dense",
}


def within(params, scope):
    """The parameters under `scope`, with it removed from their names."""
    prefix = f"{scope}."
    return {n.removeprefix(prefix): p for n, p in params.items() if n.startswith(prefix)}


@dataclass(frozen=True)
class Imaginet:
    """Equations 5 to 12, and their variants.

    layers: by dotted name (`visual.gru`), those of a scope from its input to its output.
    alpha: weight of the words' cost; the picture's is 1 - alpha, or 1 where not `interpolated`.
    zero_shot: a minibatch whose images are all zero has no cost of the picture.
    """

    embedding: Embedding
    layers: dict[str, Any]
    image_cost: str
    alpha: float
    interpolated: bool = True
    zero_shot: bool = False

    def parameters(self, rng):
        """Initial arrays by name, drawn from `rng` (RandomState) in the original's order.

        Without `rng` their shapes alone, as zeros that take no memory.
        """
        arrays = self.embedding.parameters(rng)
        for name, layer in self.layers.items():
            arrays |= {f"{name}.{part}": array for part, array in layer.parameters(rng).items()}
        return materialize(arrays)

    def weights(self):
        """Weight of each pathway's cost (equation 10); a pathway of weight zero is left out."""
        if "textual.dense" not in self.layers:
            return {"visual": 1.0}
        weights = {"textual": self.alpha, "visual": 1 - self.alpha if self.interpolated else 1.0}
        return {pathway: weight for pathway, weight in weights.items() if weight}

    def validation_weights(self):
        """The same for the cost of validation, which the original always interpolates."""
        return replace(self, interpolated=True).weights()

    def trained(self, names):
        """Those of the parameters `names` on which the cost depends."""
        idle = {"textual", "visual"} - set(self.weights())
        return [name for name in names if name.split(".")[0] not in idle]

    def _through(self, scope, params, sequence):
        """`sequence` after the recurrent layer of `scope`, if it has one."""
        for name, layer in self.layers.items():
            if name.startswith(scope) and not isinstance(layer, Dense):
                sequence = States(layer(within(params, name), sequence))
        return sequence

    def states(self, params, X):
        """Recurrent states (time, batch, size) of each pathway in use, X: (time, batch) ids."""
        shared = self._through("shared", params, self.embedding(params, X))
        return {scope: self._through(scope, params, shared).values for scope in self.weights()}

    def _dense(self, scope, params):
        name = f"{scope}.dense"
        return self.layers[name], within(params, name)

    def _scores(self, params, states):
        """Scores of the next words before their bias, (n, words), and that bias.

        states: (n, size).
        """
        layer, own = self._dense("textual", params)
        return pt.dot(states, own["w"]), own["b"]

    def words_cost(self, params, states, X, Y):
        """Equations 9 and 11 for states (time, batch, size) after X and next words Y (time, batch).

        Captions that begin alike have one state as long as they do, whose scores are found once.
        """
        places, rows = Prefixes()(X)
        distinct = Gather()(states.reshape((-1, states.shape[2])), places)
        return cross_entropy(*self._scores(params, distinct), rows, Y.flatten())

    def word_scores(self, params, X):
        """Scores of all words to come next at each place of X (time, batch), before the softmax.

        Returns:
            (time, batch, words), float32: the argument of the softmax in equation 9.
        """
        states = self.states(params, X)["textual"]
        scores, b = self._scores(params, states.reshape((-1, states.shape[2])))
        return (scores + b).reshape((X.shape[0], X.shape[1], -1))

    def image(self, params, states):
        """Equation 9: image vectors (batch, features) from states (time, batch, size)."""
        layer, own = self._dense("visual", params)
        return layer(own, states[-1])

    def costs(self, params, X, Y, Z):
        """Cost of each pathway in use. X, Y: (time, batch) ids; Z: (batch, features)."""
        by_pathway = {
            "textual": lambda states: self.words_cost(params, states, X, Y),
            "visual": lambda states: IMAGE_COSTS[self.image_cost](Z, self.image(params, states)),
        }
        return {scope: by_pathway[scope](s) for scope, s in self.states(params, X).items()}

    def cost(self, params, X, Y, Z):
        """The cost to train on, equation 10."""
        costs = self.costs(params, X, Y, Z)
        if self.zero_shot and "visual" in costs:
            seen = pt.any(pt.neq(Z, 0))
            costs["visual"] = pt.switch(seen, costs["visual"], pt.zeros_like(costs["visual"]))
        return sum(weight * costs[scope] for scope, weight in self.weights().items())

    def outputs(self, params, X):
        """What a model makes of sentences, by the original's names, each (batch, size).

        `hidden_text` and `hidden_vis`: last states of the pathways; `output_vis`: image vectors,
        which are also `hidden_vis` where no layer is recurrent.
        """
        states = self.states(params, X)
        outputs = {HIDDEN[scope]: values[-1] for scope, values in states.items()}
        if "visual" in states:
            outputs["output_vis"] = self.image(params, states["visual"])
        if any(isinstance(layer, Composition) for layer in self.layers.values()):
            outputs["hidden_vis"] = outputs["output_vis"]
        return outputs


HIDDEN = {"textual": "hidden_text", "visual": "hidden_vis"}


def build(settings, n_words, n_features):
    """The model that `settings` describe, for a vocabulary and an image vector of these sizes."""
    layers, sizes = {}, {}
    make = {
        "recurrent": lambda size_in, scope: RECURRENT[settings.hidden_type](
            size_in, settings.hidden_size, settings.activation
        ),
        "dense": lambda size_in, scope: Dense(size_in, *ends[scope]),
        **{
            op: lambda size_in, scope, op=op: Composition(size_in, op)
            for op in ("add", "mult", "matrix")
        },
    }
    ends = {"textual": (n_words, "softmax"), "visual": (n_features, settings.out_activation)}
    for scope, kind in (part.split(".") for part in PLANS[settings.model_type].split()):
        size_in = sizes.get(scope, sizes.get("shared", settings.embedding_size))
        layer = make[kind](size_in, scope)
        layers[f"{scope}.{type(layer).__name__.lower()}"] = layer
        sizes[scope] = layer.size
    return Imaginet(
        Embedding(n_words, settings.embedding_size),
        layers,
        settings.cost,
        settings.alpha,
        not settings.non_interpolated,
        bool(settings.zero_shot),
    )
