"""The pictures of a data set, from a folder of the user's, small enough to stand in a page."""

import io
from collections.abc import Iterable
from os import PathLike
from pathlib import Path

from ..data.dataset import Image
from ..errors import UserError, attempt
from ..files.pictures import open_picture
from .page import data_uri

SIZE = (320, 240)  # pixels that a picture has to fit in: twice those of its place on a page
QUALITY = 80  # of JPEG


def check_folder(folder: str | PathLike[str] | None) -> None:
    """Raise `UserError` where there is no such folder of pictures; None is none, and will do."""
    if folder is not None and not Path(folder).is_dir():
        raise UserError(f"`image_folder` {folder}: no such folder; give that of the pictures")


def thumbnails(
    images: Iterable[Image], folder: str | PathLike[str] | None, size: tuple[int, int] = SIZE
) -> tuple[dict[int, str], str]:
    """Make small pictures of images.

    Args:
        images: that a page shows.
        folder: where their pictures are, under their file names, or None.
        size: pixels that a picture has to fit in.

    Returns:
        The address of each picture, which holds it in itself, by imgid; and a note that says how
        many are missing, empty where none is or there is no folder.
    """
    if folder is None:
        return {}, ""
    by_id = {image.imgid: image for image in images}
    made = {imgid: thumbnail(Path(folder) / image.filename, size) for imgid, image in by_id.items()}
    found = {i: data_uri("image/jpeg", content) for i, content in made.items() if content}
    return found, missing_note(len(made), len(found), folder)


def thumbnail(path: Path, size: tuple[int, int] = SIZE) -> bytes | None:
    """Return the picture at `path` as a small JPEG; None if it is missing or unreadable."""
    return attempt(_thumbnail, path, size)[0]


def _thumbnail(path: Path, size: tuple[int, int]) -> bytes:
    with open_picture(path) as picture:
        picture.draft("RGB", size)  # a JPEG is decoded at about this size
        small, jpeg = picture.convert("RGB"), io.BytesIO()
        small.thumbnail(size)
        small.save(jpeg, "JPEG", quality=QUALITY)
        return jpeg.getvalue()


def missing_note(shown: int, found: int, folder: str | PathLike[str] | None) -> str:
    """Say how many of the images shown have no picture; empty without a folder of pictures."""
    if not folder or found == shown:
        return ""
    return f"{shown - found} of {shown} pictures are not in {folder} or unreadable."
