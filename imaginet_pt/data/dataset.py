"""The data set that all other rooms work on: images, captions and features."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ..errors import UserError, quoted
from .feature_file import Features


@dataclass(frozen=True)
class Image:
    """One image: `imgid` is its row in `Dataset.features`, `label` its wnid if it has one."""

    imgid: int
    split: str
    filename: str
    sentences: tuple[str, ...]
    label: str = ""


@dataclass(frozen=True)
class Captions:
    """Captions of a split: `texts[i]` describes the image in row `rows[i]` of the features."""

    texts: list[str]
    rows: npt.NDArray[np.int64]


@dataclass(frozen=True, repr=False, eq=False)
class Dataset:
    """Images with their captions and features, in the file's order.

    `load_data` and `scenes` of the package make one. It equals itself alone, since the features may
    be too large to compare.

    Attributes:
        name: such as "flickr8k" or "scenes (synthetic)".
        images: the images, each with its captions.
        features: (images, features) float32, row = imgid, or None for text alone.
        digests: SHA-256 of each source file, by the file's name.
        synthetic: whether the data is made up.
        source: the path to load it from again; empty if there is none.
    """

    name: str
    images: tuple[Image, ...]
    features: Features | None
    digests: dict[str, str]
    synthetic: bool
    source: str = ""

    def __repr__(self) -> str:
        """Return name and sizes in one line."""
        captions = sum(len(image.sentences) for image in self.images)
        sizes = "none" if self.features is None else " x ".join(map(str, self.features.shape))
        return (
            f"Dataset({quoted(self.name)}, images={len(self.images)}, captions={captions}, "
            f"features={sizes})"
        )

    def split(self, name: str) -> list[Image]:
        """Return the images of one split, in order.

        Raises:
            UserError: the split has no image.
        """
        images = [image for image in self.images if image.split == name]
        if not images:
            present = ", ".join(sorted({image.split for image in self.images} - {""}))
            draw = (
                "; draw one: imaginet data import FOLDER NEW_FOLDER"
                if name == "val" and self.features is not None
                else ""
            )
            raise UserError(
                f"{self.name} has no image in split {quoted(name)}; "
                f"it has: {present or 'no split'}{draw}"
            )
        return images

    def captions(self, split: str) -> Captions:
        """Return the captions of one split, image by image, sentence by sentence.

        Raises:
            UserError: the split has no image, or an image without a caption.
        """
        images = self.split(split)
        for image in images:
            if not image.sentences:
                raise UserError(
                    f"{self.name}: image {image.imgid} ({image.filename}) of split {split!r} has "
                    "no caption; add one or take the image out of the split"
                )
        rows = [image.imgid for image in images for _ in image.sentences]
        texts = [sentence for image in images for sentence in image.sentences]
        return Captions(texts, np.array(rows, dtype=np.int64))
