"""The built-in corpus `scenes`: synthetic images and captions, made from a seed in seconds."""

import hashlib
from collections.abc import Iterable

import numpy as np
import numpy.typing as npt

from ..dataset import Dataset, Image
from .features import features
from .grammar import describe
from .graph import draw, single
from .lexicon import PATHS

EXEMPLARS = 5  # single-thing scenes of each noun


def load(seed: int = 0, train: int = 2000, val: int = 400) -> Dataset:
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


def _digest(images: Iterable[Image], vectors: npt.NDArray[np.float32]) -> str:
    """SHA-256 over the captions and the features."""
    digest = hashlib.sha256(vectors.tobytes())
    for image in images:
        digest.update("\n".join((image.split, image.label, *image.sentences, "")).encode())
    return digest.hexdigest()
