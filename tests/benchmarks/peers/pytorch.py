"""The same model as one who knows PyTorch would write it: packed gates, fused Adam, no copies.

Its costs are those of this project (tests/test_peers.py), so its Adam gets the step size and the
epsilon at which PyTorch's bias correction does what the original's does.
"""

import math

import torch
from benchmarks import workload
from torch import nn
from torch.nn import functional as F

GATE = 3.75  # slope of the steeper sigmoid


class GRU(nn.Module):
    """The original's GRU: steeper gates, clipped and rectified candidate, learned first state."""

    def __init__(self, params, scope):
        super().__init__()
        p = {name: torch.from_numpy(params[f"{scope}.gru.{name}"]) for name in NAMES}
        self.h0 = nn.Parameter(p["h0"])
        self.w = nn.Parameter(torch.cat([p["w_z"], p["w_r"], p["w_h"]], dim=1))
        self.b = nn.Parameter(torch.cat([p["b_z"], p["b_r"], p["b_h"]]))
        self.u_zr = nn.Parameter(torch.cat([p["u_z"], p["u_r"]], dim=1))
        self.u_h = nn.Parameter(p["u_h"])

    def forward(self, x):
        """x: (time, batch, size) -> states (time, batch, size)."""
        n = self.h0.shape[1]
        h, states = self.h0.expand(x.shape[1], n), []
        for x_t in torch.addmm(self.b, x.flatten(0, 1), self.w).unflatten(0, x.shape[:2]):
            zr = torch.sigmoid(GATE * torch.addmm(x_t[:, : 2 * n], h, self.u_zr))
            z, r = zr[:, :n], zr[:, n:]
            candidate = torch.addmm(x_t[:, 2 * n :], r * h, self.u_h).clamp(0, 5)
            h = torch.lerp(candidate, h, z)
            states.append(h)
        return torch.stack(states)


NAMES = "h0 w_z w_r w_h b_z b_r b_h u_z u_r u_h".split()


class Dense(nn.Module):
    """`h w + b`."""

    def __init__(self, params, scope):
        super().__init__()
        self.w = nn.Parameter(torch.from_numpy(params[f"{scope}.dense.w"]))
        self.b = nn.Parameter(torch.from_numpy(params[f"{scope}.dense.b"]))

    def forward(self, h):
        return torch.addmm(self.b, h, self.w)


class Pathway(nn.Module):
    def __init__(self, params, scope):
        super().__init__()
        self.gru, self.dense = GRU(params, scope), Dense(params, scope)


def cross_entropy(scores, targets):
    """Mean of -log p(target), p clipped to [1e-7, 1 - 1e-7] as in the original."""
    log_p = -F.cross_entropy(scores, targets, reduction="none")
    return -log_p.clamp(math.log(1e-7), math.log1p(-1e-7)).mean()


class Imaginet(nn.Module):
    """The pathways in use and the cost of equation 10."""

    def __init__(self, params, alpha):
        super().__init__()
        self.embeddings = nn.Parameter(torch.from_numpy(params["embeddings"]))
        self.alpha = alpha
        self.textual = Pathway(params, "textual") if alpha > 0 else None
        self.visual = Pathway(params, "visual") if alpha < 1 else None

    def forward(self, X, Y, Z):
        x, cost = F.embedding(X, self.embeddings), 0.0
        if self.textual is not None:
            scores = self.textual.dense(self.textual.gru(x).flatten(0, 1))
            cost = cost + self.alpha * cross_entropy(scores, Y.flatten())
        if self.visual is not None:
            image = self.visual.dense(self.visual.gru(x)[-1]).clamp(0, 5)
            cost = cost + (1 - self.alpha) * F.mse_loss(image, Z)
        return cost


class Adam(torch.optim.Adam):
    """PyTorch's fused Adam with the step size of the original's at each step."""

    def __init__(self, params, rule):
        super().__init__(params, betas=(1 - rule.b1, 1 - rule.b2), fused=True)
        self.rule, self.t = rule, 0

    def step(self):
        self.t += 1
        r, t = self.rule, self.t
        root = (1 - (1 - r.b2) ** t) ** 0.5
        group = self.param_groups[0]
        group["eps"] = r.e / root
        group["lr"] = r.lr * (1 - r.b2**t) ** 0.5 / (1 - r.b1**t) * (1 - (1 - r.b1) ** t) / root
        super().step()


def make(path, compiled):
    """`step(i)`: the cost of the i-th minibatch, after which the model has learned from it."""
    model, size, params, minibatches = workload.read(path)
    alpha = workload.MODELS[model].get("alpha", 0.0)
    imaginet = Imaginet(params, alpha)
    optimizer = Adam(list(imaginet.parameters()), workload.rule(model, size))
    cost_of = torch.compile(imaginet) if compiled else imaginet
    tensors = [tuple(map(torch.from_numpy, minibatch)) for minibatch in minibatches]
    tensors = [(X.long(), Y.long(), Z) for X, Y, Z in tensors]

    def step(i):
        optimizer.zero_grad(set_to_none=True)
        cost = cost_of(*tensors[i % len(tensors)])
        cost.backward()
        optimizer.step()
        return cost.item()

    return step
