"""Feature vectors of scenes that look like a rectified layer of a convolutional network.

Each name has a prototype, a sum of random parts: one of its own, and one for each of its ancestors,
which all descendants of that ancestor share. A scene's vector is

    max(0, sum over roles r of (sum of the prototypes in r) (a M + b M_r) + noise - threshold)

with random projections M, the same for every role, and M_r, one for each role: so a vector shows
what is there, and who does what to whom.
"""

from collections.abc import Sequence
from dataclasses import fields
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from .graph import Scene
from .lexicon import PATHS, SYNONYMS

SIZE = 256  # of a feature vector
LATENT = 64  # of a prototype
SHARED, BOUND = 0.1, 0.25  # a and b
NOISE = 0.3
THRESHOLD = 0.3
OWN = 1.3  # length of a name's own part; an ancestor's is 1


class Eye(NamedTuple):
    """What turns scenes into vectors.

    Attributes:
        prototypes: (LATENT,) of each name.
        projections: (LATENT, SIZE) of each role.
    """

    prototypes: dict[str, npt.NDArray[np.float64]]
    projections: dict[str, npt.NDArray[np.float64]]


def draw_eye(scenes: int, rng: np.random.Generator) -> tuple[Eye, npt.NDArray[np.float64]]:
    """Draw what turns scenes into vectors, and the noise of `scenes` of them, (scenes, SIZE)."""
    known = prototypes(rng)
    shared = rng.standard_normal((LATENT, SIZE))
    noise = rng.standard_normal((scenes, SIZE))
    roles = [f.name for f in fields(Scene)]
    own = {role: rng.standard_normal((LATENT, SIZE)) for role in roles}
    return Eye(known, {role: SHARED * shared + BOUND * own[role] for role in roles}), noise


def features(scenes: Sequence[Scene], rng: np.random.Generator) -> npt.NDArray[np.float32]:
    """Return the vectors of scenes, (scenes, 256).

    Args:
        scenes: the scenes.
        rng: draws prototypes, noise and projections.
    """
    return see(scenes, *draw_eye(len(scenes), rng))


def see(
    scenes: Sequence[Scene], eye: Eye, noise: npt.NDArray[np.float64]
) -> npt.NDArray[np.float32]:
    """Return the vectors of scenes, (scenes, 256), with standard normal `noise` of that shape."""
    nothing = np.zeros(LATENT)
    total = NOISE * noise
    filled = [scene.roles() for scene in scenes]
    for role, projection in eye.projections.items():
        fillers = [
            sum((eye.prototypes[name] for name in each.get(role, [])), nothing) for each in filled
        ]
        total += np.stack(fillers) @ projection
    # Rounded, so that the last bits, which depend on the BLAS, do not show.
    return np.maximum(total - THRESHOLD, 0).round(4).astype(np.float32)


def prototypes(rng: np.random.Generator) -> dict[str, npt.NDArray[np.float64]]:
    """Draw {name: (64,) vector} of every noun, attribute, number, relation and time."""
    ancestors = dict.fromkeys(ancestor for path in PATHS.values() for ancestor in path)
    names = dict.fromkeys([*SYNONYMS, "2", "3"])
    parts = {name: rng.standard_normal(LATENT) / np.sqrt(LATENT) for name in ancestors | names}
    return {
        name: OWN * parts[name] + sum(parts[ancestor] for ancestor in PATHS.get(name, []))
        for name in names
    }
