"""Update rules, by the names they have in Passage's `updates.py`.

A rule is a frozen description: `state(params)` gives its first arrays by name, and calling it with
dicts of symbolic parameters, gradients and state gives the new parameters and the new state. A new
rule is a class with `slots` (its arrays for each parameter) and `step`, and an entry in `UPDATES`.
"""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import pytensor.tensor as pt

from ..ops.adam import AdamStep


def clip_norms(gradients, clipnorm):
    """Gradients scaled so that the norm over all of them together is at most `clipnorm`, if > 0."""
    if clipnorm <= 0:
        return gradients
    norm = pt.sqrt(sum(pt.sqr(g).sum() for g in gradients.values()))
    scale = pt.switch(norm >= clipnorm, clipnorm / norm, 1)
    return {name: g * scale for name, g in gradients.items()}


@dataclass(frozen=True, kw_only=True)
class Update:
    """What all rules share. lr: learning rate; clipnorm: `clip_norms`, before the penalties.

    l1, l2: weights of the penalties' gradients; maxnorm: largest norm of a column of a matrix, or
    of a vector, after the step. Zero is none of each.
    """

    lr: float
    clipnorm: float = 0.0
    l1: float = 0.0
    l2: float = 0.0
    maxnorm: float = 0.0
    slots: ClassVar[tuple] = ()

    def state(self, params):
        """First state for arrays by name: `step`, the updates made, and zeros for each slot."""
        zeros = {f"{s}.{name}": np.zeros_like(p) for s in self.slots for name, p in params.items()}
        return zeros | {"step": np.zeros((), dtype="float32")}

    def __call__(self, params, gradients, state):
        """New parameters and new state, by name."""
        t = state["step"] + 1
        new_params, new_state = {}, {"step": t}
        for name, g in clip_norms(gradients, self.clipnorm).items():
            old = [state[f"{slot}.{name}"] for slot in self.slots]
            p, *slots = self.step(params[name], g, t, *old)
            new_params[name] = self._limited(p)
            new_state |= {f"{s}.{name}": new for s, new in zip(self.slots, slots, strict=True)}
        return new_params, new_state

    def step(self, p, g, t, *slots):
        """(new parameter, new slots ...) at the t-th update, from 1: the equation of the rule.

        p, its gradient g and the slots are of one shape.
        """
        raise TypeError(f"{type(self).__name__} is not a rule: it has no step")

    def penalized(self, p, g):
        """`g` and the gradients of the penalties on `p`."""
        if self.l2:
            g = g + self.l2 * p
        return g + self.l1 * pt.sign(p) if self.l1 else g

    def _limited(self, p):
        if self.maxnorm <= 0:
            return p
        norms = pt.sqrt(pt.sqr(p).sum(axis=0))
        return p * (pt.clip(norms, 0, self.maxnorm) / (1e-7 + norms))


@dataclass(frozen=True, kw_only=True)
class SGD(Update):
    """p' = p - lr g."""

    lr: float = 0.01

    def step(self, p, g, t):
        return (p - self.lr * self.penalized(p, g),)


@dataclass(frozen=True, kw_only=True)
class Momentum(Update):
    """v' = momentum v - lr g;  p' = p + v' (Polyak 1964)."""

    lr: float = 0.01
    momentum: float = 0.9
    slots = ("v",)

    def step(self, p, g, t, v):
        v = self.momentum * v - self.lr * self.penalized(p, g)
        return p + v, v


@dataclass(frozen=True, kw_only=True)
class NAG(Update):
    """v' = momentum v - lr g;  p' = p + momentum v' - lr g; penalties in the last term only.

    Nesterov's accelerated gradient (1983), as Bengio, Boulanger-Lewandowski and Pascanu (2013).
    """

    lr: float = 0.01
    momentum: float = 0.9
    slots = ("v",)

    def step(self, p, g, t, v):
        v = self.momentum * v - self.lr * g
        return p + self.momentum * v - self.lr * self.penalized(p, g), v


@dataclass(frozen=True, kw_only=True)
class RMSprop(Update):
    """a' = rho a + (1 - rho) g^2;  p' = p - lr g / sqrt(a' + epsilon), Tieleman and Hinton 2012."""

    lr: float = 0.001
    rho: float = 0.9
    epsilon: float = 1e-6
    slots = ("a",)

    def step(self, p, g, t, a):
        g = self.penalized(p, g)
        a = self.rho * a + (1 - self.rho) * pt.sqr(g)
        return p - self.lr * g / pt.sqrt(a + self.epsilon), a


@dataclass(frozen=True, kw_only=True)
class Adam(Update):
    """Adam (Kingma and Ba 2015) in the one-minus-beta form of the original.

        m' = m + b1 (g - m)
        v' = v + b2 (g^2 - v)
        p' = p - lr sqrt(1 - b2^t) / (1 - b1^t) m' / (sqrt(v') + e)

    b1 and b2 are one minus the published decay rates, and the bias correction uses them as they
    are, so in effect there is none: the first steps are about three times the published ones.
    Penalties are added to the normalized step.
    """

    lr: float = 0.0002
    b1: float = 0.1
    b2: float = 0.001
    e: float = 1e-8
    slots = ("m", "v")

    def step(self, p, g, t, m, v):
        rate = self.lr * pt.sqrt(1 - self.b2**t) / (1 - self.b1**t)
        return AdamStep(self.b1, self.b2, self.e, self.l1, self.l2)(p, g, m, v, rate)


@dataclass(frozen=True, kw_only=True)
class Adagrad(Update):
    """a' = a + g^2;  p' = p - lr g / sqrt(a' + epsilon) (Duchi, Hazan and Singer 2011)."""

    lr: float = 0.01
    epsilon: float = 1e-6
    slots = ("a",)

    def step(self, p, g, t, a):
        g = self.penalized(p, g)
        a = a + pt.sqr(g)
        return p - self.lr / pt.sqrt(a + self.epsilon) * g, a


@dataclass(frozen=True, kw_only=True)
class Adadelta(Update):
    """a' = rho a + (1 - rho) g^2;  u = g sqrt(d + epsilon) / sqrt(a' + epsilon);  p' = p - lr u;

    d' = rho d + (1 - rho) u^2 (Zeiler 2012).
    """

    lr: float = 0.5
    rho: float = 0.95
    epsilon: float = 1e-6
    slots = ("a", "d")

    def step(self, p, g, t, a, d):
        g = self.penalized(p, g)
        a = self.rho * a + (1 - self.rho) * pt.sqr(g)
        u = g * pt.sqrt(d + self.epsilon) / pt.sqrt(a + self.epsilon)
        return p - self.lr * u, a, self.rho * d + (1 - self.rho) * pt.sqr(u)


UPDATES = {rule.__name__: rule for rule in (SGD, Momentum, NAG, RMSprop, Adam, Adagrad, Adadelta)}
