"""Update rules, by the names they have in Passage's `updates.py`.

A rule is a frozen description: `state(params)` gives its initial arrays by name, and calling it
with dicts of symbolic parameters, gradients and state gives the new parameters and new state.
"""

from dataclasses import dataclass

import numpy as np
import pytensor.tensor as pt


def clip_norms(gradients, clipnorm):
    """Gradients scaled so that the norm over all of them together is at most `clipnorm`, if > 0."""
    if clipnorm <= 0:
        return gradients
    norm = pt.sqrt(sum(pt.sqr(g).sum() for g in gradients.values()))
    scale = pt.switch(norm >= clipnorm, clipnorm / norm, 1)
    return {name: g * scale for name, g in gradients.items()}


@dataclass(frozen=True)
class Adam:
    """Adam (Kingma and Ba 2015) in the one-minus-beta form of the original.

        m' = m + b1 (g - m)
        v' = v + b2 (g^2 - v)
        p' = p - lr sqrt(1 - b2^t) / (1 - b1^t) m' / (sqrt(v') + e)

    b1 and b2 are one minus the published decay rates, and the bias correction uses them as they
    are, so in effect there is none: the first steps are about three times the published ones.
    """

    lr: float = 0.0002
    clipnorm: float = 0.0
    b1: float = 0.1
    b2: float = 0.001
    e: float = 1e-8

    def state(self, params):
        moments = {f"{m}.{name}": np.zeros_like(p) for m in "mv" for name, p in params.items()}
        return moments | {"step": np.zeros((), dtype="float32")}

    def __call__(self, params, gradients, state):
        gradients = clip_norms(gradients, self.clipnorm)
        step = state["step"] + 1
        rate = self.lr * pt.sqrt(1 - self.b2**step) / (1 - self.b1**step)
        new_params, new_state = {}, {"step": step}
        for name, g in gradients.items():
            # In this form g is read as it is: b1 * g would be a second matrix product.
            m = state[f"m.{name}"] + self.b1 * (g - state[f"m.{name}"])
            v = state[f"v.{name}"] + self.b2 * (pt.sqr(g) - state[f"v.{name}"])
            new_params[name] = params[name] - rate * m / (pt.sqrt(v) + self.e)
            new_state |= {f"m.{name}": m, f"v.{name}": v}
        return new_params, new_state
