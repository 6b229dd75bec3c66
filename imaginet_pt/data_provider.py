"""Captioned images: neuraltalk's dataset.json with its features, and COCO's caption files."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from imaginet_pt.errors import UserError


@dataclass(frozen=True)
class Image:
    """One image; its features are row `imgid` of `Dataset.features`."""

    imgid: int
    split: str
    filename: str
    sentences: tuple[str, ...]
    label: str = ""


@dataclass(frozen=True)
class Captions:
    """The captions of a split: `texts[i]` describes row `rows[i]` (int64) of the features."""

    texts: list[str]
    rows: np.ndarray


@dataclass(frozen=True)
class Dataset:
    """Images and their features: (images, features) float32, row = imgid, or None for text only."""

    name: str
    images: tuple[Image, ...]
    features: np.ndarray | None
    digests: dict[str, str]
    synthetic: bool

    def split(self, name) -> list[Image]:
        """The images of one split, in the file's order; a split without images is a UserError."""
        chosen = [image for image in self.images if image.split == name]
        if not chosen:
            present = ", ".join(sorted({image.split for image in self.images}))
            raise UserError(f"{self.name}: no image in split {name!r}; use one of: {present}")
        return chosen

    def captions(self, split) -> Captions:
        """The split's captions, image by image; an image without one is a UserError."""
        images = self.split(split)
        for image in images:
            if not image.sentences:
                raise UserError(f"{self.name}: image {image.imgid} of split {split!r} has no "
                                "caption; give it one or take it out of the split")
        pairs = [(text, image.imgid) for image in images for text in image.sentences]
        return Captions([text for text, _ in pairs],
                        np.array([row for _, row in pairs], dtype=np.int64))


def load(where: str | Path) -> Dataset:
    raise NotImplementedError
