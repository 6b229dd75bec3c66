"""Open pictures: of known formats and pixels, and of a size that fits in memory."""

import contextlib
from collections.abc import Iterator
from os import PathLike
from typing import Any

from ..errors import UserError, explained
from .reading import open_file

MAX_PIXELS = 2**25  # 100 MB once they are decoded; a camera's pictures have 12 to 24 million
# Pillow has other formats, of which EPS is a program that Ghostscript would run.
FORMATS = ("JPEG", "PNG", "GIF", "BMP", "TIFF", "WEBP", "PPM")
# Pixels of more bits: Pillow would make 255 of whatever is above it, so that all is white.
DEEP = ("I", "I;16", "I;16B", "I;16L", "I;16N", "F")


@contextlib.contextmanager
def open_picture(path: str | PathLike[str]) -> Iterator[Any]:
    """Open a picture as Pillow's `Image`, with the block under `reading.guard`.

    Raises:
        UserError: it is missing, no picture, damaged, has too many pixels, or more than 8 bits in
            each of them.
    """
    from PIL import Image, UnidentifiedImageError

    with open_file(path, "replace it") as file:
        none = f"{path} is no picture in {', '.join(FORMATS)}; replace it"
        with explained(lambda error: none, UnidentifiedImageError):
            picture = Image.open(file, formats=FORMATS)
        if picture.width * picture.height > MAX_PIXELS:
            raise UserError(
                f"{path} has {picture.width:,} x {picture.height:,} pixels, more than "
                f"{MAX_PIXELS:,}; make it smaller"
            )
        if picture.mode in DEEP:
            raise UserError(f"{path} has pixels of more than 8 bits; save it with 8")
        yield picture
