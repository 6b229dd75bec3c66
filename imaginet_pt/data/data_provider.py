"""Load captioned images: neuraltalk's dataset.json with features, or a COCO caption file."""

import os
import shlex
from collections.abc import Sequence
from dataclasses import replace
from os import PathLike
from pathlib import Path
from typing import Any

from ..errors import UserError, quoted
from ..files import json_files, validation
from ..files.reading import digest, guard
from . import image_features
from .dataset import Dataset, Image
from .scenes import corpus


def load(source: str | PathLike[str], say: image_features.Say | None = None) -> Dataset:
    """Load the data at `source`: "scenes", a folder in neuraltalk's layout, or COCO's captions.

    The folder, which may also be named by the `dataset.json` in it, holds that and either
    `vgg_feats.mat` (`feats`, features x images, column = imgid), or `feats.npy` or `feats.zarr`
    (images x features). The caption file is COCO's `.json`, plain or `.json.gz`, and gives text
    alone.

    Args:
        source: "scenes", or the path of a folder or file.
        say: called with a line before image features are converted, which may take minutes.

    Raises:
        UserError: something is missing or is not as described; one line says what.
    """
    if source == "scenes":
        return replace(corpus.load(), source="scenes")
    path = folder_of(source)
    absolute = os.path.abspath(path)
    with guard(source):  # what the system says where a folder may not be searched
        if path.is_dir():
            return replace(_load_neuraltalk(path, say), source=absolute)
        if path.is_file() and path.name.endswith((".json", ".json.gz")):
            return replace(_load_coco(path), source=absolute)
    if path.suffix == ".csv" and path.is_file():
        raise UserError(
            f"{source} is a table; make a data set of it: imaginet data import "
            f"{shlex.quote(str(source))} NEW_FOLDER"
        )
    raise UserError(
        f"no data at {source}: wanted scenes, a folder with dataset.json and "
        f"{image_features.NAMES}, or a COCO caption file (.json or .json.gz)"
    )


def folder_of(source: str | PathLike[str]) -> Path:
    """Return `source` as a path: the folder, where it is the dataset.json inside."""
    path = Path(source)
    return path.parent if path.name == "dataset.json" else path


def read_images(folder: Path) -> tuple[str, tuple[Image, ...]]:
    """Return name and images of the `dataset.json` in `folder`, without their features.

    Raises:
        UserError: it is missing or is not as described.
    """
    path = folder / "dataset.json"
    convert = {"images": lambda i, record: _image(record, f"{path}: images[{i}]")}
    content = json_files.read_json(path, convert)
    images = tuple(validation.field(content, "images", list, path))
    if not images:
        raise UserError(f"{path}: 'images' is empty; add images")
    _check_ids(images, path)
    if content.get("dataset") not in (None, ""):
        return validation.name(content, "dataset", path), images
    return _name(folder.resolve().name), images


def _load_neuraltalk(folder: Path, say: image_features.Say | None) -> Dataset:
    name, images = read_images(folder)
    features, digests = image_features.load(folder, len(images), say)
    digests = {"dataset.json": digest(folder / "dataset.json")} | digests
    return Dataset(name, images, features, digests, synthetic=False)


def _name(name: str) -> str:
    """Return the name of a folder or file, if it can serve as the data's name in reports."""
    if not name.isprintable() or not name.strip():
        raise UserError(f"the data's name is {quoted(name)}; rename it with printable characters")
    return name


def _image(record: Any, place: str) -> Image:
    """Convert a record of dataset.json; only one without sentences may lack a split."""
    imgid = validation.field(record, "imgid", int, place)
    sentences = validation.field(record, "sentences", list, place) if "sentences" in record else []
    texts = [_caption(s, f"{place}: sentences[{i}]") for i, s in enumerate(sentences)]
    split = validation.name(record, "split", place) if texts or "split" in record else ""
    label = validation.name(record, "wnid", place) if "wnid" in record else ""
    return Image(imgid, split, filename(record, "filename", place), tuple(texts), label)


def _caption(sentence: Any, place: str) -> str:
    """A caption: a string, or an object with its text in `raw` or only its words in `tokens`."""
    if type(sentence) is str:
        sentence = {"raw": sentence}
    elif type(sentence) is dict and "raw" not in sentence and "tokens" in sentence:
        words = validation.field(sentence, "tokens", list, place)
        sentence = {"raw": " ".join(validation.check_words(words, f"{place}: 'tokens'"))}
    return validation.text(sentence, "raw", place)


def filename(record: Any, key: str, place: str) -> str:
    """Return the file name `record[key]`, which stays inside its folder by every system's rules.

    Raises:
        UserError: it does not.
    """
    value = validation.name(record, key, place)
    if not validation.stays_inside(value):
        raise UserError(
            f"{place}: {key!r} is {quoted(value)}; make it a path inside the image folder"
        )
    return value


def _check_ids(images: Sequence[Image], path: Path) -> None:
    """Check that each imgid is the number of a feature column, a different one for each image."""
    seen = set()
    for i, image in enumerate(images):
        place = f"{path}: images[{i}]: imgid {quoted(image.imgid)}"
        if not 0 <= image.imgid < len(images):
            raise UserError(f"{place} is no feature column; use 0 to {len(images) - 1}")
        if image.imgid in seen:
            raise UserError(f"{place} is there twice; give each image its own")
        seen.add(image.imgid)


def _load_coco(path: Path) -> Dataset:
    """Load COCO's captions: imgid is the index in `images`; the file's name has the split."""
    content = json_files.read_json(
        path,
        {
            "images": lambda i, record: _coco_image(record, f"{path}: images[{i}]"),
            "annotations": lambda i, record: _coco_caption(record, f"{path}: annotations[{i}]"),
        },
    )
    images = _coco_list(content, "images", path)
    captions = _coco_captions(images, _coco_list(content, "annotations", path), path)
    split = "val" if path.name.startswith("captions_val") else "train"
    pairs = enumerate(zip(images, captions, strict=True))
    records = tuple(Image(i, split, file, tuple(texts)) for i, ((_, file), texts) in pairs)
    name = _name(path.name.removesuffix(".gz").removesuffix(".json"))
    return Dataset(name, records, None, {path.name: digest(path)}, synthetic=False)


def _coco_image(record: Any, place: str) -> tuple[int, str]:
    """COCO's id and the file name of an image."""
    return validation.field(record, "id", int, place), filename(record, "file_name", place)


def _coco_caption(record: Any, place: str) -> tuple[int, str]:
    """Return COCO's id of an image, and a caption of it."""
    image = validation.field(record, "image_id", int, place)
    return image, validation.text(record, "caption", place)


def _coco_list(content: dict[str, Any], key: str, path: Path) -> list[tuple[int, str]]:
    if not content.get(key):
        raise UserError(
            f"{path}: no {key!r}; a COCO caption file has images and annotations "
            "(for a dataset.json give its folder)"
        )
    entries: list[tuple[int, str]] = validation.field(content, key, list, path)
    return entries


def _coco_captions(
    images: list[tuple[int, str]], annotations: list[tuple[int, str]], path: Path
) -> list[list[str]]:
    """Return the captions of each image, in the order of the images."""
    captions: dict[int, list[str]] = {}
    for i, (image, _) in enumerate(images):
        if image in captions:
            raise UserError(f"{path}: images[{i}]: id {image} is there twice; take one out")
        captions[image] = []
    for i, (image, text) in enumerate(annotations):
        if image not in captions:
            place = f"{path}: annotations[{i}]"
            raise UserError(f"{place}: image_id {image} is not among the images; add the image")
        captions[image].append(text)
    return list(captions.values())
