"""The captions and images that sentences are compared with: as many as `--captions` says."""

from collections.abc import Sequence
from typing import NamedTuple

from ..data.dataset import Dataset, Image
from ..errors import UserError

SPLIT = "val"
PICTURE_SIZE = (128, 96)  # pixels: a page may hold a thousand pictures
MOST_CAPTIONS = 5000  # where nothing else is said: all of Flickr8k's


class Gallery(NamedTuple):
    """Captions, each text once, and the images that they describe.

    Attributes:
        captions: the texts.
        images: the images that have at least one of the captions, by imgid.
        described: for each image the indices of its captions.
    """

    captions: list[str]
    images: list[Image]
    described: list[list[int]]


def choose(dataset: Dataset, most: int) -> Gallery:
    """Take `most` captions of the validation images: the first of each image, then the second.

    Raises:
        UserError: the split has no image, an image has no caption, or `most` is below 1.
    """
    if most < 1:
        raise UserError(f"`captions` is {most}; it must be at least 1")
    dataset.captions(SPLIT)  # says which image has no caption
    images = sorted(dataset.split(SPLIT), key=lambda image: image.imgid)
    numbers: dict[str, int] = {}
    described: list[list[int]] = [[] for _ in images]
    for place, text in _in_rounds(images)[:most]:
        number = numbers.setdefault(text, len(numbers))
        if number not in described[place]:
            described[place].append(number)
    kept = [place for place, captions in enumerate(described) if captions]
    return Gallery(list(numbers), [images[i] for i in kept], [described[i] for i in kept])


def _in_rounds(images: Sequence[Image]) -> list[tuple[int, str]]:
    """Return (place of the image, caption), the first captions of all images before the second."""
    return [
        (place, image.sentences[turn])
        for turn in range(max(len(image.sentences) for image in images))
        for place, image in enumerate(images)
        if turn < len(image.sentences)
    ]
