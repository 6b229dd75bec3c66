"""Captions and features made badly: `dataset.json`, COCO's, `.mat` and `.npy` files."""

import gzip
import io
import json
import struct
from pathlib import Path

import numpy as np
import scipy.io
from hostile import damage
from hypothesis import strategies as st

from imaginet_pt.data import data_provider, image_features, table_of_captions
from imaginet_pt.replication import synsets

IMAGES = [
    {
        "imgid": i,
        "filename": f"{i}.jpg",
        "split": ["train", "val", "test"][i],
        "wnid": "n01440764",
        "sentences": [{"raw": "A dog runs.", "tokens": ["a"], "imgid": i}, {"raw": "A cat."}],
    }
    for i in range(3)
]
DATASET = {"dataset": "tiny", "images": IMAGES}
COCO = {
    "images": [{"id": 30, "file_name": "b.jpg"}, {"id": 20, "file_name": "a.jpg"}],
    "annotations": [{"image_id": i, "id": n, "caption": "A cat."} for n, i in enumerate([20, 30])],
}
FEATURES = np.arange(12, dtype="f4").reshape(3, 4)


def described(captions):
    """A dataset.json of images with these captions, a list of strings each."""
    images = [
        {
            "imgid": i,
            "filename": f"{i}.jpg",
            "split": "train",
            "sentences": [{"raw": t} for t in own],
        }
        for i, own in enumerate(captions)
    ]
    return json.dumps({"images": images[::-1]}, ensure_ascii=len(images) % 2 == 0).encode()


whole = st.lists(st.lists(st.text(), max_size=3), min_size=1, max_size=4).map(described)


TABLES = [
    b'image,caption\na.jpg,A dog runs.\na.jpg,"A cat, asleep."\nb/c.jpg,A bird.\n',
    "\ufeffsplit,image,caption\r\ntrain,a.jpg,Ein K\u00e4tzchen\r\nval,b.jpg,x\r\n".encode(),
]
TABLE_CORPUS = [
    b"image,caption\n" + b"a.jpg,A dog.\n" * 10**5,
    b"image,caption\na.jpg," + b"a" * 10**7,
    b'image,caption\na.jpg,"' + b"a\n" * 10**6,
    b"image,caption\na.jpg" + b"," * 10**6,
    b"image,caption\n../a.jpg,A dog.\n",
    b"," * 10**6,
    b"\n" * 10**6,
    b"\0" * 10**6,
    b"",
]


def read_table(folder, content):
    """A table becomes a data set that loads, with the captions that stand in it."""
    (folder / "captions.csv").write_bytes(content)
    images = table_of_captions.write(folder / "captions.csv", folder / "out")
    name, read = data_provider.read_images(folder / "out")
    assert read == images and name == "out"
    text = content.decode("utf-8-sig").replace('""', '"')
    assert all(caption in text for image in images for caption in image.sentences)


def with_caption(text):
    images = [IMAGES[0] | {"sentences": [{"raw": text}]}, *IMAGES[1:]]
    return json.dumps({"images": images}).encode()


JSON_CORPUS = [
    with_caption("a" * 10**7),
    with_caption("a\ud800"),
    b"[" * 10**7,
    b'{"images": [' + b"[]," * 6_000_000 + b"[]]}",
    b'{"images": [' + b"{}," * 10**6 + b"{}]}",
    b'{"images":' * 10**5,
    b"1" * 10**6,
    b'{"images": ' + b"9" * 4000 + b"}",
    b"\xff\xfe{}",
    bytes(10**6),
    b"",
]


def images_of(content):
    """The images of a dataset.json as the standard library reads it."""
    return json.loads(content)["images"]


def read_dataset(folder, content):
    # An image has an imgid and, in one of its sentences, another beside the tokens.
    count = content.count(b'"imgid": ') - content.count(b'"tokens"')
    np.save(folder / "feats.npy", np.zeros((max(count, 1), 2), "f4"))
    (folder / "dataset.json").write_bytes(content)
    dataset = data_provider.load(folder)
    for image, record in zip(dataset.images, images_of(content), strict=True):
        assert image.imgid == record["imgid"] and image.filename == record["filename"]
        assert list(image.sentences) == [s["raw"] for s in record.get("sentences", [])]
    check_dataset(dataset)


def check_dataset(dataset):
    assert sorted(im.imgid for im in dataset.images) == list(range(len(dataset.images)))
    for image in dataset.images:
        assert not Path(image.filename).is_absolute() and ".." not in Path(image.filename).parts
        for text in (*image.sentences, image.filename, image.split):
            text.encode("utf-8")
        assert all(text.strip() for text in image.sentences)


def read_coco(folder, content):
    name = "captions_val2017.json.gz" if content[:2] == b"\x1f\x8b" else "captions_val2017.json"
    (folder / name).write_bytes(content)
    dataset = data_provider.load(folder / name)
    check_dataset(dataset)
    plain = gzip.decompress(content) if name.endswith("gz") else content
    texts = [record["caption"] for record in json.loads(plain)["annotations"]]
    assert sorted(t for im in dataset.images for t in im.sentences) == sorted(texts)


def packed(strategy):
    return strategy | strategy.map(gzip.compress) | damage.damaged([gzip.compress(b"{}")])


def read_features(name):
    def read(folder, content):
        (folder / name).write_bytes(content)
        array, digests = image_features.load(folder, len(FEATURES))
        assert array.shape[0] == len(FEATURES) and array.dtype == np.float32
        assert np.isfinite(array).all() and list(digests) == [name]
        if content in WHOLE:
            np.testing.assert_array_equal(array, FEATURES)

    return read


def mat(array, variable="feats", **options):
    file = io.BytesIO()
    scipy.io.savemat(file, {"others": np.eye(2), variable: array}, **options)
    return file.getvalue()


def promising(content):
    """The file with a header that promises 10^12 values: 10^6 rows and columns."""
    old, new = struct.pack("<ii", *FEATURES.T.shape), struct.pack("<ii", 10**6, 10**6)
    return content.replace(old, new)


WHOLE = [mat(FEATURES.T), mat(FEATURES.T, do_compression=True), damage.npy_file(FEATURES)]
MATS = [
    *WHOLE[:2],
    *(mat(change(FEATURES.T)) for name, change in damage.CHANGES.items()
      if name not in ("objects", "records", "times")),
    mat(FEATURES.T, "fc7"), mat(FEATURES.T, format="4"), mat({"a": 1}),
    b"MATLAB 7.3 MAT-file".ljust(124) + b"\x00\x02IM" + bytes(512),
]  # fmt: skip
MAT_CORPUS = [
    *MATS, promising(WHOLE[0]), mat(np.zeros((2**22, 3), "u2"), do_compression=True),
    promising(WHOLE[0]).replace(struct.pack("<I", 48), struct.pack("<I", 2**32 - 8)),
]  # fmt: skip
NPY_CORPUS = [damage.npy_file(FEATURES, (10**12, 3)), damage.npy_file(FEATURES, (3, 10**12))]


def read_labelled(folder, content):
    """A dataset.json with wnids, or else ILSVRC's file of numbers, beside features."""
    np.save(folder / "feats.npy", FEATURES)
    name = "dataset.json" if content[:1] == b"{" else synsets.GROUND_TRUTH
    (folder / name).write_bytes(content)
    images = synsets.load(folder)
    assert len(images.labels) == len(images.features) == len(FEATURES)
    assert all(images.levels[label] for label in images.labels)
