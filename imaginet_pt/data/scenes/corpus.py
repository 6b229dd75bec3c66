"""The built-in corpus `scenes`: synthetic images and captions, made from a seed in seconds."""

import hashlib
from collections.abc import Iterable

import numpy as np
import numpy.typing as npt

from ..dataset import Dataset, Image
from .features import SIZE, draw_eye, features, see
from .grammar import describe
from .graph import draw, single
from .lexicon import PATHS

EXEMPLARS = 5  # single-thing scenes of each noun


TRAIN, VAL = 2000, 400  # scenes
FRESH = "fresh"  # the split of scenes that `load` does not have


def load(seed: int = 0, train: int = TRAIN, val: int = VAL) -> Dataset:
    """Make synthetic scenes with five captions each, and features of shape (images, 256).

    Splits: `train` and `val`, which share no scene, and `single`, scenes of one thing without
    captions, labelled with the thing's name. The same seed gives the same bytes.
    """
    rng = np.random.default_rng(seed)
    scenes = draw(train + val, rng)
    captions = [describe(scene, rng) for scene in scenes]
    labels = [noun for noun in PATHS for _ in range(EXEMPLARS)]
    alone = [single(noun, rng) for noun in labels]
    rows: list[tuple[str, tuple[str, ...], str]] = [
        *(("train", texts, "") for texts in captions[:train]),
        *(("val", texts, "") for texts in captions[train:]),
        *(("single", (), noun) for noun in labels),
    ]
    images = tuple(
        Image(i, split, f"scene{i:05}", texts, label)
        for i, (split, texts, label) in enumerate(rows)
    )
    vectors = features(scenes + alone, rng)
    digests = {"scenes": _digest(images, vectors)}
    return Dataset("scenes (synthetic)", images, vectors, digests, synthetic=True)


def fresh(count: int, seed: int = 0) -> Dataset:
    """Make `count` scenes that `load(seed)` does not have, seen as those are, with five captions.

    Their one split is `FRESH`.
    """
    rng = np.random.default_rng(seed)
    known = draw(TRAIN + VAL, rng)
    for scene in known:
        describe(scene, rng)
    alone = [single(noun, rng) for noun in PATHS for _ in range(EXEMPLARS)]
    eye, _ = draw_eye(len(known) + len(alone), rng)
    own = np.random.default_rng([seed, 1])
    drawn = draw(2 * count + len(known), own)
    seen = set(known)
    scenes = [scene for scene in drawn if scene not in seen][:count]
    images = tuple(
        Image(i, FRESH, f"fresh{i:05}", describe(scene, own)) for i, scene in enumerate(scenes)
    )
    vectors = see(scenes, eye, own.standard_normal((count, SIZE)))
    digests = {"scenes": _digest(images, vectors)}
    return Dataset("scenes (synthetic), fresh ones", images, vectors, digests, synthetic=True)


def _digest(images: Iterable[Image], vectors: npt.NDArray[np.float32]) -> str:
    """SHA-256 over the captions and the features."""
    digest = hashlib.sha256(vectors.tobytes())
    for image in images:
        digest.update("\n".join((image.split, image.label, *image.sentences, "")).encode())
    return digest.hexdigest()
