"""Captioned images: neuraltalk's dataset.json with features, or a COCO caption file."""

from pathlib import Path

from ..errors import UserError
from ..files import reading, validation
from ..files.reading import digest
from . import image_features
from .dataset import Dataset, Image
from .scenes import corpus


def load(where: str | Path) -> Dataset:
    """The data at `where`: "scenes", a folder in neuraltalk's layout, or a COCO caption file.

    The folder holds `dataset.json` and either `vgg_feats.mat` (`feats`, features x images,
    column = imgid) or `feats.npy` (images x features). The caption file is COCO's `.json`, plain
    or `.json.gz`, and gives text alone.

    Raises:
        UserError: something is missing or is not as described; one line says what.
    """
    if where == "scenes":
        return corpus.load()
    path = Path(where)
    if path.is_dir():
        return _neuraltalk(path)
    if path.is_file() and path.name.endswith((".json", ".json.gz")):
        return _coco(path)
    raise UserError(
        f"no data at {where}: wanted scenes, a folder with dataset.json and "
        f"{image_features.NAMES}, or a COCO caption file (.json or .json.gz)"
    )


def read_images(folder):
    """Name and images of the `dataset.json` in `folder`, without their features.

    Raises:
        UserError: it is missing or is not as described.
    """
    path = folder / "dataset.json"
    content = reading.read_json(path)
    records = validation.field(content, "images", list, path)
    if not records:
        raise UserError(f"{path}: 'images' is empty; add images")
    images = tuple(_image(record, f"{path}: images[{i}]") for i, record in enumerate(records))
    _check_ids(images, path)
    has_name = content.get("dataset") not in (None, "")
    return validation.name(content, "dataset", path) if has_name else folder.resolve().name, images


def _neuraltalk(folder):
    name, images = read_images(folder)
    array, digests = image_features.load(folder, len(images))
    digests = {"dataset.json": digest(folder / "dataset.json")} | digests
    return Dataset(name, images, array, digests, synthetic=False)


def _image(record, place):
    """One record of dataset.json; its split may be missing only where it has no sentences."""
    imgid = validation.field(record, "imgid", int, place)
    sentences = validation.field(record, "sentences", list, place) if "sentences" in record else []
    texts = [validation.text(s, "raw", f"{place}: sentences[{i}]") for i, s in enumerate(sentences)]
    split = validation.name(record, "split", place) if texts or "split" in record else ""
    label = validation.name(record, "wnid", place) if "wnid" in record else ""
    return Image(imgid, split, _filename(record, "filename", place), tuple(texts), label)


def _filename(record, key, place):
    """A file name that stays inside the image folder, by the rules of every system."""
    value = validation.name(record, key, place)
    if not validation.stays_inside(value):
        raise UserError(f"{place}: {key!r} is {value!r}; make it a path inside the image folder")
    return value


def _check_ids(images, path):
    """Each imgid is the number of a feature column, and there is one column an image."""
    seen = set()
    for i, image in enumerate(images):
        place = f"{path}: images[{i}]: imgid {image.imgid}"
        if not 0 <= image.imgid < len(images):
            raise UserError(f"{place} is no feature column; use 0 to {len(images) - 1}")
        if image.imgid in seen:
            raise UserError(f"{place} is there twice; give each image its own")
        seen.add(image.imgid)


def _coco(path):
    """COCO's captions: imgid is the place in `images`, the split is the one in the file's name."""
    content = reading.read_json(path)
    places = _coco_places(content, path)
    sentences = [[] for _ in places]
    for i, record in enumerate(_coco_list(content, "annotations", path)):
        place = f"{path}: annotations[{i}]"
        image = validation.field(record, "image_id", int, place)
        if image not in places:
            raise UserError(f"{place}: image_id {image} is not among the images; add the image")
        sentences[places[image]].append(validation.text(record, "caption", place))
    split = "val" if path.name.startswith("captions_val") else "train"
    images = tuple(
        Image(i, split, _filename(record, "file_name", f"{path}: images[{i}]"), tuple(texts))
        for i, (record, texts) in enumerate(zip(content["images"], sentences, strict=True))
    )
    name = path.name.removesuffix(".gz").removesuffix(".json")
    return Dataset(name, images, None, {path.name: digest(path)}, synthetic=False)


def _coco_list(content, key, path):
    if not content.get(key):
        raise UserError(
            f"{path}: no {key!r}; a COCO caption file has images and annotations "
            "(for a dataset.json give its folder)"
        )
    return validation.field(content, key, list, path)


def _coco_places(content, path):
    """Place in `images` of each COCO image id."""
    places = {}
    for i, record in enumerate(_coco_list(content, "images", path)):
        image = validation.field(record, "id", int, f"{path}: images[{i}]")
        if places.setdefault(image, i) != i:
            raise UserError(f"{path}: images[{i}]: id {image} is there twice; take one out")
    return places
