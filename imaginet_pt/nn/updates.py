"""Update rules, under the names they have in Passage's `updates.py`.

A rule is a frozen description: `state(params)` returns its initial arrays by name; calling it with
symbolic parameters, gradients and state returns new parameters and a new state. A new rule is
a class with `slots` (its arrays for each parameter) and `step`, and an entry in `UPDATES`.
"""

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import pytensor.tensor as pt

from ..ops.adam import AdamStep
from ..ops.penalties import add_penalties
from ..ops.types import Array, Arrays, Tensor, Tensors


def clip_norms(gradients: Tensors, clipnorm: float) -> Tensors:
    """Scale gradients so that their norm, over all of them together, is at most `clipnorm`.

    With `clipnorm` 0 they stay as they are.
    """
    if clipnorm <= 0:
        return gradients
    norm = pt.sqrt(sum(pt.sqr(g).sum() for g in gradients.values()))
    scale = pt.switch(norm >= clipnorm, clipnorm / norm, 1)
    return {name: g * scale for name, g in gradients.items()}


@dataclass(frozen=True, kw_only=True)
class Update:
    """The base class of all rules. A weight or limit of zero switches it off.

    Attributes:
        lr: learning rate.
        clipnorm: largest norm of the gradient (`clip_norms`), before the penalties.
        l1: weight of the L1 penalty.
        l2: weight of the L2 penalty.
        maxnorm: largest norm of a column of a matrix, or of a vector, after the step.
        slots: names of the rule's own arrays for each parameter.
    """

    lr: float
    clipnorm: float = 0.0
    l1: float = 0.0
    l2: float = 0.0
    maxnorm: float = 0.0
    slots: ClassVar[tuple[str, ...]] = ()

    def state(self, params: Arrays) -> dict[str, Array]:
        """Return the initial state for `params`: zeros for each slot, and `step`, the update count.

        >>> Momentum().state({"w": np.ones(2, "float32")})
        {'v.w': array([0., 0.], dtype=float32), 'step': array(0., dtype=float32)}
        """
        slots = {f"{s}.{name}": p for s in self.slots for name, p in params.items()}
        zeros = {name: np.zeros(p.shape, p.dtype) for name, p in slots.items()}
        return zeros | {"step": np.zeros((), dtype="float32")}

    def __call__(
        self, params: Tensors, gradients: Tensors, state: Tensors
    ) -> tuple[dict[str, Tensor], dict[str, Tensor]]:
        """Return the new parameters and the new state, by name."""
        t = state["step"] + 1
        new_params: dict[str, Tensor] = {}
        new_state: dict[str, Tensor] = {"step": t}
        for name, g in clip_norms(gradients, self.clipnorm).items():
            old = [state[f"{slot}.{name}"] for slot in self.slots]
            p, *slots = self.step(params[name], g, t, *old)
            new_params[name] = self._limit_norm(p)
            new_state |= {f"{s}.{name}": new for s, new in zip(self.slots, slots, strict=True)}
        return new_params, new_state

    def step(
        self, p: Tensor, g: Tensor, t: Tensor, *args: Any, **kwargs: Any
    ) -> tuple[Tensor, ...]:
        """Return the new parameter and the new slots, by the rule's equation.

        Args:
            p: a parameter.
            g: its gradient, of the same shape.
            t: the number of this update, from 1.
            args: the slots, of the same shape as `p`.
            kwargs: none.
        """
        raise TypeError(f"{type(self).__name__} is not a rule: it has no step")

    def penalized(self, p: Tensor, g: Tensor) -> Tensor:
        """Return the gradient `g` plus the gradients of the penalties on `p`."""
        return add_penalties(g, p, l1=self.l1, l2=self.l2, xp=pt)

    def _limit_norm(self, p: Tensor) -> Tensor:
        if self.maxnorm <= 0:
            return p
        norms = pt.sqrt(pt.sqr(p).sum(axis=0))
        return p * (pt.clip(norms, 0, self.maxnorm) / (1e-7 + norms))


@dataclass(frozen=True, kw_only=True)
class SGD(Update):
    """Stochastic gradient descent: p' = p - lr g."""

    lr: float = 0.01

    def step(self, p: Tensor, g: Tensor, t: Tensor) -> tuple[Tensor]:
        """Return the new parameter."""
        return (p - self.lr * self.penalized(p, g),)


@dataclass(frozen=True, kw_only=True)
class Momentum(Update):
    """Momentum (Polyak 1964): v' = momentum v - lr g;  p' = p + v'."""

    lr: float = 0.01
    momentum: float = 0.9
    slots = ("v",)

    def step(self, p: Tensor, g: Tensor, t: Tensor, v: Tensor) -> tuple[Tensor, Tensor]:
        """Return the new parameter and velocity."""
        v = self.momentum * v - self.lr * self.penalized(p, g)
        return p + v, v


@dataclass(frozen=True, kw_only=True)
class NAG(Update):
    """Nesterov's accelerated gradient: v' = momentum v - lr g;  p' = p + momentum v' - lr g.

    Penalties are in the last term only. From Nesterov (1983), in the form of Bengio,
    Boulanger-Lewandowski and Pascanu (2013).
    """

    lr: float = 0.01
    momentum: float = 0.9
    slots = ("v",)

    def step(self, p: Tensor, g: Tensor, t: Tensor, v: Tensor) -> tuple[Tensor, Tensor]:
        """Return the new parameter and velocity."""
        v = self.momentum * v - self.lr * g
        return p + self.momentum * v - self.lr * self.penalized(p, g), v


@dataclass(frozen=True, kw_only=True)
class RMSprop(Update):
    """RMSprop (Tieleman and Hinton 2012).

    a' = rho a + (1 - rho) g^2
    p' = p - lr g / sqrt(a' + epsilon)
    """

    lr: float = 0.001
    rho: float = 0.9
    epsilon: float = 1e-6
    slots = ("a",)

    def step(self, p: Tensor, g: Tensor, t: Tensor, a: Tensor) -> tuple[Tensor, Tensor]:
        """Return the new parameter and mean square."""
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

    def step(
        self, p: Tensor, g: Tensor, t: Tensor, m: Tensor, v: Tensor
    ) -> tuple[Tensor, Tensor, Tensor]:
        """Return the new parameter and moments."""
        rate = self.lr * pt.sqrt(1 - self.b2**t) / (1 - self.b1**t)
        p, m, v = AdamStep(self.b1, self.b2, self.e, self.l1, self.l2)(p, g, m, v, rate)
        return p, m, v


@dataclass(frozen=True, kw_only=True)
class Adagrad(Update):
    """Adagrad (Duchi, Hazan and Singer 2011): a' = a + g^2;  p' = p - lr g / sqrt(a' + epsilon)."""

    lr: float = 0.01
    epsilon: float = 1e-6
    slots = ("a",)

    def step(self, p: Tensor, g: Tensor, t: Tensor, a: Tensor) -> tuple[Tensor, Tensor]:
        """Return the new parameter and sum of squares."""
        g = self.penalized(p, g)
        a = a + pt.sqr(g)
        return p - self.lr / pt.sqrt(a + self.epsilon) * g, a


@dataclass(frozen=True, kw_only=True)
class Adadelta(Update):
    """Adadelta (Zeiler 2012).

    a' = rho a + (1 - rho) g^2
    u  = g sqrt(d + epsilon) / sqrt(a' + epsilon)
    p' = p - lr u
    d' = rho d + (1 - rho) u^2
    """

    lr: float = 0.5
    rho: float = 0.95
    epsilon: float = 1e-6
    slots = ("a", "d")

    def step(
        self, p: Tensor, g: Tensor, t: Tensor, a: Tensor, d: Tensor
    ) -> tuple[Tensor, Tensor, Tensor]:
        """Return the new parameter and the mean squares of gradients and of updates."""
        g = self.penalized(p, g)
        a = self.rho * a + (1 - self.rho) * pt.sqr(g)
        u = g * pt.sqrt(d + self.epsilon) / pt.sqrt(a + self.epsilon)
        return p - self.lr * u, a, self.rho * d + (1 - self.rho) * pt.sqr(u)


UPDATES: dict[str, type[Update]] = {
    rule.__name__: rule for rule in (SGD, Momentum, NAG, RMSprop, Adam, Adagrad, Adadelta)
}
