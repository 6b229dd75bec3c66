"""COCO's caption files: text alone, plain or packed, and one line for whatever is wrong."""

import gzip
import json

import pytest
from refusals import refused

from imaginet_pt.data import data_provider
from imaginet_pt.errors import UserError
from imaginet_pt.files import reading
from imaginet_pt.files.reading import digest


def test_a_caption_file_whose_name_cannot_be_shown_needs_another(tmp_path):
    path = tmp_path / "a\tb.json"
    path.write_bytes(coco())
    with pytest.raises(UserError, match="rename it"):
        data_provider.load(path)


def coco(**changes):
    images = [{"id": 30, "file_name": "b.jpg"}, {"id": 20, "file_name": "a.jpg"}]
    texts = [(20, "A cat."), (30, "A dog.\n"), (20, "The cat.")]
    annotations = [{"image_id": i, "id": n, "caption": t} for n, (i, t) in enumerate(texts)]
    return json.dumps({"images": images, "annotations": annotations} | changes).encode()


NAMES = {"captions_train2014.json": "train", "captions_val2017.json.gz": "val", "my.json": "train"}


@pytest.mark.parametrize("name, split", NAMES.items())
def test_reads_coco_captions_as_text_alone(tmp_path, name, split):
    path = tmp_path / name
    path.write_bytes(gzip.compress(coco()) if name.endswith(".gz") else coco())
    dataset = data_provider.load(path)
    assert dataset.features is None and dataset.digests == {name: digest(path)}
    assert dataset.name == name.split(".")[0]
    captions = dataset.captions(split)
    assert captions.texts == ["A dog.\n", "A cat.", "The cat."]
    assert captions.rows.tolist() == [0, 1, 1]


COCO = {
    "no annotations": ({"annotations": None}, ["no 'annotations'", "give its folder"]),
    "images text": ({"images": "b"}, ["'images' is 'b'"]),
    "image id twice": ({"images": [{"id": 1, "file_name": "a"}] * 2}, ["images[1]: id 1", "twice"]),
    "unknown image": ({"annotations": [{"image_id": 7, "caption": "A"}]}, ["image_id 7"]),
    "caption empty": ({"annotations": [{"image_id": 20, "caption": ""}]}, ["annotations[0]"]),
    "file name": ({"images": [{"id": i, "file_name": "../a"} for i in (20, 30)]}, ["'../a'"]),
}


@pytest.mark.parametrize("changes, words", COCO.values(), ids=COCO)
def test_refuses_wrong_coco_captions(tmp_path, changes, words):
    path = tmp_path / "captions_val.json"
    path.write_bytes(coco(**changes))
    refused(path, "captions_val.json", *words)


def test_refuses_a_broken_or_bursting_archive(tmp_path):
    path = tmp_path / "captions_val.json.gz"
    path.write_bytes(gzip.compress(coco())[:-20])
    refused(path, "cannot read")
    content = gzip.compress(coco())
    path.write_bytes(content[:10] + b"\xff" * 20 + content[30:])
    refused(path, "cannot read", "decompressing")
    path.write_bytes(b"not gzip")
    refused(path, "Not a gzipped file")
    path.write_bytes(gzip.compress(b" " * (reading.UNPACKED_FLOOR + 1)))
    refused(path, "holds more than 33,554,432 bytes")


def test_reads_coco_val2017(shared):
    dataset = data_provider.load(shared / "data/coco_val2017/captions_val2017.json.gz")
    assert len(dataset.captions("val").texts) == 25_014 and len(dataset.images) == 5_000
