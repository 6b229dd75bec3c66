"""The same model as one who knows JAX would write it: packed gates, `lax.scan`, donated state."""

import functools
import math

import jax
import jax.numpy as jnp
from benchmarks import workload

jax.config.update("jax_enable_x64", False)

GATE = 3.75  # slope of the steeper sigmoid


def packed(params):
    """The parameters by pathway and name, those of gates side by side."""
    tree = {"embeddings": jnp.asarray(params["embeddings"])}
    for pathway in sorted({name.split(".")[0] for name in params} - {"embeddings"}):
        p = {n.removeprefix(f"{pathway}."): a for n, a in params.items() if n.startswith(pathway)}
        tree[pathway] = {
            "h0": jnp.asarray(p["gru.h0"]),
            "w": jnp.concatenate([p["gru.w_z"], p["gru.w_r"], p["gru.w_h"]], axis=1),
            "b": jnp.concatenate([p["gru.b_z"], p["gru.b_r"], p["gru.b_h"]]),
            "u_zr": jnp.concatenate([p["gru.u_z"], p["gru.u_r"]], axis=1),
            "u_h": jnp.asarray(p["gru.u_h"]),
            "out_w": jnp.asarray(p["dense.w"]),
            "out_b": jnp.asarray(p["dense.b"]),
        }
    return tree


def gru(p, x):
    """x: (time, batch, size) -> states (time, batch, size)."""
    n = p["h0"].shape[1]

    def step(h, x_t):
        zr = jax.nn.sigmoid(GATE * (x_t[:, : 2 * n] + h @ p["u_zr"]))
        z, r = zr[:, :n], zr[:, n:]
        h = z * h + (1 - z) * jnp.clip(x_t[:, 2 * n :] + (r * h) @ p["u_h"], 0, 5)
        return h, h

    _, states = jax.lax.scan(step, jnp.tile(p["h0"], (x.shape[1], 1)), x @ p["w"] + p["b"])
    return states


def cost(params, X, Y, Z, alpha):
    """Equation 10, with probabilities clipped to [1e-7, 1 - 1e-7] as in the original."""
    x, total = params["embeddings"][X], 0.0
    if alpha > 0:
        p = params["textual"]
        log_p = jax.nn.log_softmax(gru(p, x) @ p["out_w"] + p["out_b"])
        log_p = jnp.take_along_axis(log_p, Y[..., None], axis=-1)
        total -= alpha * jnp.clip(log_p, math.log(1e-7), math.log1p(-1e-7)).mean()
    if alpha < 1:
        p = params["visual"]
        image = jnp.clip(gru(p, x)[-1] @ p["out_w"] + p["out_b"], 0, 5)
        total += (1 - alpha) * jnp.mean((image - Z) ** 2)
    return total


@functools.partial(jax.jit, static_argnames=("alpha", "rule"), donate_argnums=0)
def train(state, X, Y, Z, alpha, rule):
    """One step of the original's Adam: the new (params, m, v, t), and the cost."""
    params, m, v, t = state
    value, g = jax.value_and_grad(cost)(params, X, Y, Z, alpha)
    t = t + 1
    rate = rule.lr * jnp.sqrt(1 - rule.b2**t) / (1 - rule.b1**t)
    m = jax.tree.map(lambda m, g: m + rule.b1 * (g - m), m, g)
    v = jax.tree.map(lambda v, g: v + rule.b2 * (g * g - v), v, g)
    params = jax.tree.map(lambda p, m, v: p - rate * m / (jnp.sqrt(v) + rule.e), params, m, v)
    return (params, m, v, t), value


def make(path, _):
    """`step(i)`: the cost of the i-th minibatch, after which the model has learned from it."""
    model, size, params, minibatches = workload.read(path)
    alpha, rule = workload.MODELS[model].get("alpha", 0.0), workload.rule(model, size)
    idle = {0.0: "textual.", 1.0: "visual."}.get(alpha, "none")
    tree = packed({name: array for name, array in params.items() if not name.startswith(idle)})
    zeros = functools.partial(jax.tree.map, jnp.zeros_like)
    state = [(tree, zeros(tree), zeros(tree), jnp.float32(0))]

    def step(i):
        state[0], value = train(state[0], *minibatches[i % len(minibatches)], alpha, rule)
        return float(value)

    return step
