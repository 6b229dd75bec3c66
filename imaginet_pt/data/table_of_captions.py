"""Make a data set in neuraltalk's layout of a table of captions, or of one without a split val."""

import csv
import io
import json
import os
import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from os import PathLike
from pathlib import Path
from typing import Any

import numpy as np

from ..errors import UserError, quoted
from ..files import reading, validation
from ..files.atomic import atomic
from ..files.folders import make_folder
from . import data_provider, image_features
from .dataset import Image

COLUMNS = ("image", "caption")
WANTED = "give a CSV file in UTF-8 with the columns image and caption"
MAX_TABLE = 2**28  # bytes; COCO's captions as a table have 40 MB
VAL_FRACTION = 0.1  # of the images, where no other share is given
SEED = 0  # of the images that are drawn for split val


def write(
    source: str | PathLike[str],
    out: str | PathLike[str],
    features: str | PathLike[str] | None = None,
    val_fraction: float = VAL_FRACTION,
    sharded: bool = False,
) -> tuple[Image, ...]:
    """Write `dataset.json`, and image features where there are any, into a new folder.

    Args:
        source: a CSV file with a row for each caption, or a folder in neuraltalk's layout.
        out: the new folder.
        features: a `.npy` file with a row for each image, in the order in which the images first
            appear in the table. A folder's own features are copied.
        val_fraction: share of the images of split train that go to split val, drawn at random
            from a fixed seed; none where there is a split val.
        sharded: write the features into several files instead of copying their file.

    Returns:
        The images.

    Raises:
        UserError: the source, the features or the share cannot be used, or `out` has data already.
    """
    if not 0 < val_fraction < 1:
        raise UserError(f"`val_fraction` is {val_fraction}; it must be between 0 and 1")
    name, images, own = _read(data_provider.folder_of(source), Path(os.path.abspath(out)).name)
    if features:
        own = Path(features)
        image_features.check_npy(own, len(images))
    images = _with_val(images, val_fraction)
    _write(Path(out), name, images, own, sharded)
    return images


def _read(source: Path, new_name: str) -> tuple[str, tuple[Image, ...], Path | None]:
    """Return name and images of a table or a folder, and the file of the folder's features.

    A table, which has no name of its own, gets `new_name`.
    """
    if source.is_dir():
        return *data_provider.read_images(source), image_features.find(source)
    captions: dict[str, list[str]] = {}
    splits: dict[str, str] = {}
    for place, image, caption, split in _rows(source):
        captions.setdefault(image, []).append(caption)
        if splits.setdefault(image, split) != split:
            raise UserError(f"{place}: {image} is in split {splits[image]} already; keep one")
    if not captions:
        raise UserError(f"{source}: no captions in it; {WANTED}")
    images = [
        Image(i, splits[image], image, tuple(texts))
        for i, (image, texts) in enumerate(captions.items())
    ]
    return new_name, tuple(images), None


def _rows(path: Path) -> Iterator[tuple[str, str, str, str]]:
    """Yield place, image, caption and split of each row of a CSV file."""
    content = reading.read_bytes(path, MAX_TABLE, WANTED)
    with reading.guard(path, WANTED):
        rows = csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline=""), strict=True)
        columns = rows.fieldnames or []
        if missing := [name for name in COLUMNS if name not in columns]:
            head = quoted(", ".join(columns))
            raise UserError(f"{path}: no column {' and '.join(missing)} in {head}; {WANTED}")
        if twice := [name for name in columns if columns.count(name) > 1]:
            raise UserError(f"{path}: column {quoted(twice[0])} is there twice; keep one")
        for row in rows:
            place = f"{path}: line {rows.line_num}"
            if None in row:
                raise UserError(f"{place}: too many commas; put the caption in quotation marks")
            split = validation.name(row, "split", place) if "split" in row else "train"
            image = data_provider.filename(row, "image", place)
            yield place, image, validation.text(row, "caption", place), split


def _with_val(images: Sequence[Image], fraction: float) -> tuple[Image, ...]:
    """Return the images with a split val, drawn from split train where there is none."""
    train = [i for i, image in enumerate(images) if image.split == "train"]
    if len(train) < 2 or any(image.split == "val" for image in images):
        return tuple(images)
    count = min(max(1, round(fraction * len(train))), len(train) - 1)
    drawn = set(np.random.default_rng(SEED).permutation(train)[:count].tolist())
    return tuple(
        replace(image, split="val") if i in drawn else image for i, image in enumerate(images)
    )


def _write(
    out: Path, name: str, images: Sequence[Image], features: Path | None, sharded: bool
) -> None:
    """Write the files, the captions last, so that a folder with captions is whole."""
    present = [file for file in ("dataset.json", *image_features.FILES) if (out / file).exists()]
    if present:
        raise UserError(f"{out} has {present[0]} already; choose a new folder")
    make_folder(out)
    if features and (sharded or features.suffix == image_features.SUFFIX):
        image_features.write_sharded(features, out, len(images))
    elif features:
        target = "vgg_feats.mat" if features.suffix == ".mat" else "feats.npy"
        with reading.open_file(features) as source, atomic(out / target, "wb") as file:
            shutil.copyfileobj(source, file)
    with atomic(out / "dataset.json") as file:
        json.dump({"dataset": name, "images": [_record(image) for image in images]}, file)


def _record(image: Image) -> Mapping[str, Any]:
    """Return an image as a record of dataset.json."""
    record = {
        "imgid": image.imgid, "filename": image.filename,
        "sentences": [{"raw": text} for text in image.sentences],
    }  # fmt: skip
    optional = {"split": image.split, "wnid": image.label}
    return record | {name: value for name, value in optional.items() if value}
