"""Thumbnails of a data set's pictures as addresses that hold them in themselves."""

import base64
import io
from pathlib import Path

from PIL import Image, ImageOps

from ..errors import UserError

SIZE = 128  # pixels of the longer side
QUALITY = 60  # of WebP
MAX_PIXELS = 2**26  # of a picture that is read: 8,192 x 8,192


def thumbnail(path: Path) -> str | None:
    """Return the picture at `path` as a small WebP in a data address; None if it is unreadable."""
    try:
        with Image.open(path) as picture:
            if picture.width * picture.height > MAX_PIXELS:
                return None
            small = ImageOps.exif_transpose(picture).convert("RGB")
            small.thumbnail((SIZE, SIZE))
    except Exception:  # decoders of broken pictures raise anything; a card will stand in
        return None
    file = io.BytesIO()
    small.save(file, "webp", quality=QUALITY)
    return f"data:image/webp;base64,{base64.b64encode(file.getvalue()).decode()}"


def folder(path: str) -> Path:
    """Return the folder of pictures at `path`.

    Raises:
        UserError: there is none.
    """
    if not Path(path).is_dir():
        raise UserError(f"`image_folder` {path}: no such folder; give that of the pictures")
    return Path(path)
