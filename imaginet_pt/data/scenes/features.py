"""Feature vectors of scenes that look like a rectified layer of a convolutional network.

Each name has a prototype, a sum of random parts: one of its own, and one for each of its ancestors,
which all descendants of that ancestor share. A scene's vector is

    max(0, sum over roles r of (sum of the prototypes in r) (a M + b M_r) + noise - threshold)

with random projections M, the same for every role, and M_r, one for each role: so a vector shows
what is there, and who does what to whom.
"""

from collections.abc import Sequence
from dataclasses import fields

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


def features(scenes: Sequence[Scene], rng: np.random.Generator) -> npt.NDArray[np.float32]:
    """Return the vectors of scenes, (scenes, 256).

    Args:
        scenes: the scenes.
        rng: draws prototypes, noise and projections.
    """
    known = prototypes(rng)
    shared = rng.standard_normal((LATENT, SIZE))
    nothing = np.zeros(LATENT)
    total = NOISE * rng.standard_normal((len(scenes), SIZE))
    roles = [scene.roles() for scene in scenes]
    for role in (f.name for f in fields(Scene)):
        fillers = np.stack(
            [sum((known[name] for name in filled.get(role, [])), nothing) for filled in roles]
        )
        total += fillers @ (SHARED * shared + BOUND * rng.standard_normal((LATENT, SIZE)))
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
