"""What the page of `imaginet neighbors` shows: sentences, and what is nearest to each."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import pandas as pd

from ..data.dataset import Image


class Near(NamedTuple):
    """A caption or an image near a query.

    Attributes:
        rank: from 1.
        similarity: its cosine.
        name: the file name of an image, empty for a caption.
        text: the caption, or the image's first one.
        picture: the address of the image's picture, empty where there is none.
    """

    rank: int
    similarity: float
    name: str
    text: str
    picture: str = ""


def sections(
    sentences: Sequence[str],
    captions: pd.DataFrame,
    texts: Sequence[str],
    images: pd.DataFrame | None,
    by_id: Mapping[int, Image],
    pictures: Mapping[int, str],
) -> list[dict[str, Any]]:
    """Return a section for each sentence: its orders, each with the nearest captions and images.

    Args:
        sentences: that were searched with.
        captions: `neighbors.table` of captions, whose index is a place in `texts`.
        texts: the captions.
        images: `neighbors.table` of images, whose index is an imgid; None where there are none.
        by_id: the images by imgid.
        pictures: the address of each picture by imgid.
    """
    rows: dict[tuple[int, str], dict[str, Any]] = {}
    for near in captions.itertuples():
        order = rows.setdefault((near.number, near.order), _order(near))
        order["captions"].append(Near(near.rank, near.similarity, "", texts[near.index]))
    for near in [] if images is None else images.itertuples():
        rows[near.number, near.order]["images"].append(_image(near, by_id[near.index], pictures))
    return [
        {"sentence": sentence, "orders": [o for (n, _), o in rows.items() if n == number]}
        for number, sentence in enumerate(sentences, start=1)
    ]


def _order(near: Any) -> dict[str, Any]:
    return {"name": near.order, "query": near.query, "captions": [], "images": []}


def _image(near: Any, image: Image, pictures: Mapping[int, str]) -> Near:
    text = image.sentences[0] if image.sentences else ""
    picture = pictures.get(image.imgid, "")
    return Near(near.rank, near.similarity, image.filename, text, picture)


def shown_images(images: pd.DataFrame | None, by_id: Mapping[int, Image]) -> Iterable[Image]:
    """Return the images that the page shows, each once."""
    return [] if images is None else [by_id[i] for i in dict.fromkeys(images["index"])]
