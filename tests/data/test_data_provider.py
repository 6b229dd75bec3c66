"""Datasets: what is read, and one line for whatever cannot be."""

import json
import re
import tempfile
import tracemalloc
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from refusals import one_line, refused

from imaginet_pt.data import data_provider
from imaginet_pt.data.dataset import Image
from imaginet_pt.errors import UserError
from imaginet_pt.files import json_files
from imaginet_pt.files.reading import digest


def image(imgid, split="train", texts=("A dog runs.", "A dog.")):
    sentences = [{"raw": text, "tokens": text.split(), "imgid": imgid} for text in texts]
    return {"imgid": imgid, "filename": f"{imgid}.jpg", "split": split, "sentences": sentences}


def write(folder, images, name="tiny"):
    (folder / "dataset.json").write_text(json.dumps({"images": images, "dataset": name}))
    np.save(folder / "feats.npy", np.arange(3 * len(images), dtype="f4").reshape(-1, 3))
    return folder


@pytest.fixture
def folder(tmp_path):
    return write(tmp_path, [image(1), image(0, "val", ["A cat sits."]), image(2, "restval")])


def test_reads_images_in_order_with_raw_sentences(folder):
    dataset = data_provider.load(folder)
    assert (dataset.name, dataset.synthetic) == ("tiny", False)
    assert [im.imgid for im in dataset.images] == [1, 0, 2]
    assert dataset.images[0] == Image(1, "train", "1.jpg", ("A dog runs.", "A dog."), "")
    np.testing.assert_array_equal(dataset.features, np.arange(9).reshape(3, 3))
    assert dataset.digests == {n: digest(folder / n) for n in ("dataset.json", "feats.npy")}


def test_captions_are_strings_or_words_too(tmp_path):
    sentences = ["A dog runs.", {"tokens": ["a", "dog"]}, {"raw": "A dog.", "tokens": ["a"]}]
    dataset = data_provider.load(write(tmp_path, [image(0) | {"sentences": sentences}]))
    assert dataset.images[0].sentences == ("A dog runs.", "a dog", "A dog.")


def test_a_folder_is_named_by_its_dataset_json_too(folder):
    named, other = data_provider.load(folder / "dataset.json"), data_provider.load(folder)
    assert named.images == other.images and named.source == other.source
    np.testing.assert_array_equal(named.features, other.features)


def test_a_table_is_answered_with_the_line_that_works(tmp_path):
    table = tmp_path / "my captions.csv"
    table.write_text("image,caption\na.jpg,A dog.\n")
    refused(table, f"imaginet data import '{table}' NEW_FOLDER")


def test_captions_point_at_feature_rows(folder):
    captions = data_provider.load(folder).captions("train")
    assert captions.texts == ["A dog runs.", "A dog."]
    assert captions.rows.dtype == np.int64 and captions.rows.tolist() == [1, 1]


def test_a_split_without_images_names_those_there_are(folder):
    with pytest.raises(UserError) as caught:
        data_provider.load(folder).split("test")
    one_line(caught, ["tiny", "'test'", "restval, train, val"])


def test_without_a_split_val_the_line_that_draws_one_is_told(tmp_path):
    with pytest.raises(UserError) as caught:
        data_provider.load(write(tmp_path, [image(0)])).captions("val")
    one_line(caught, ["'val'; it has: train; draw one: imaginet data import FOLDER NEW_FOLDER"])


def test_images_without_sentences_load_but_give_no_captions(tmp_path):
    record = {"imgid": 0, "filename": "n1.jpg", "wnid": "n01440764", "label": "tench"}
    dataset = data_provider.load(write(tmp_path, [record, image(1, "val", [])]))
    assert dataset.images[0] == Image(0, "", "n1.jpg", (), "n01440764")
    with pytest.raises(UserError) as caught:
        dataset.captions("val")
    one_line(caught, ["image 1 (1.jpg)", "'val'", "no caption"])


@pytest.mark.parametrize("name", [None, ""])
def test_name_falls_back_to_the_folder(tmp_path, name):
    folder = tmp_path / "mine"
    folder.mkdir()
    assert data_provider.load(write(folder, [image(0)], name)).name == "mine"


@pytest.mark.parametrize("name", ["a\tb", "a\u00a0b", "a\u202eb", "a\nb", "\x1b[31m", " "])
def test_a_folder_whose_name_cannot_be_shown_needs_another(tmp_path, name):
    """Its name would stand in run.json, and no command would open the run."""
    folder = tmp_path / name
    folder.mkdir()
    write(folder, [image(0)], "")
    with pytest.raises(UserError, match="rename it with printable characters") as caught:
        data_provider.load(folder)
    assert str(caught.value).isprintable()
    write(folder, [image(0)], "named")
    assert data_provider.load(folder).name == "named"


def test_a_data_set_is_shown_in_one_short_line(folder):
    shown = repr(data_provider.load(folder))
    assert shown == "Dataset('tiny', images=3, captions=5, features=3 x 3)"


@pytest.mark.parametrize("name", ["x" * 300, "x" * 5000, "a\0b"])
def test_names_that_no_file_has_are_refused(name):
    with pytest.raises(UserError):
        data_provider.load(name)


CHANGES = {
    "imgid text": ({"imgid": "0"}, ["'imgid' is '0'", "integer"]),
    "imgid true": ({"imgid": True}, ["'imgid' is True"]),
    "imgid float": ({"imgid": 0.0}, ["'imgid' is 0.0"]),
    "imgid too large": ({"imgid": 2}, ["imgid 2 is no feature column; use 0 to 1"]),
    "imgid negative": ({"imgid": -1}, ["imgid -1"]),
    "imgid twice": ({"imgid": 0}, ["imgid 0", "twice"]),
    "split number": ({"split": 3}, ["'split' is 3"]),
    "split blank": ({"split": " "}, ["'split' is empty"]),
    "file name absolute": ({"filename": "/etc/passwd"}, ["'/etc/passwd'", "inside"]),
    "file name upward": ({"filename": "a/../../b.jpg"}, ["'a/../../b.jpg'"]),
    "file name upward, Windows": ({"filename": "..\\b.jpg"}, ["inside the image folder"]),
    "file name with newline": ({"filename": "a\nb"}, ["printable"]),
    "sentences object": ({"sentences": {}}, ["'sentences' is {}"]),
    "sentence number": ({"sentences": [5]}, ["sentences[0]", "object"]),
    "sentence blank": ({"sentences": [" "]}, ["sentences[0]", "empty"]),
    "no raw": ({"sentences": [{}]}, ["no 'raw'"]),
    "tokens empty": ({"sentences": [{"tokens": []}]}, ["sentences[0]", "empty"]),
    "tokens text": ({"sentences": [{"tokens": "a dog"}]}, ["'tokens' is 'a dog'", "list"]),
    "tokens number": ({"sentences": [{"tokens": ["a", 5]}]}, ["'tokens': entry 1 is 5"]),
    "caption empty": ({"sentences": [{"raw": ""}]}, ["images[1]: sentences[0]", "empty"]),
    "caption blank": ({"sentences": [{"raw": " \n"}]}, ["empty"]),
    "caption surrogate": ({"sentences": [{"raw": "a \ud800"}]}, ["lone surrogate"]),
    "caption huge": ({"sentences": [{"raw": "a" * 10**7}]}, ["10,000,000 characters"]),
    "wnid number": ({"wnid": 5}, ["'wnid' is 5"]),
}


@pytest.mark.parametrize("change, words", CHANGES.values(), ids=CHANGES)
def test_refuses_a_wrong_image_record(tmp_path, change, words):
    refused(write(tmp_path, [image(0), image(1) | change]), "dataset.json: images[1]", *words)


@pytest.mark.parametrize("key", ["imgid", "filename", "split"])
def test_refuses_a_missing_key(tmp_path, key):
    record = image(0)
    del record[key]
    refused(write(tmp_path, [record]), "images[0]", f"no {key!r}; add it")


CONTENTS = {
    "broken": ('{"images": [', ["not JSON", "line 1"]),
    "a list": ("[]", ["object", "[]"]),
    "no images": ("{}", ["no 'images'"]),
    "images empty": ('{"images": []}', ["'images' is empty"]),
    "images object": ('{"images": {"a": 1}}', ["'images' is"]),
    "deep": ("[" * 10**5, ["not JSON"]),
    "long number": ("1" * 5000, ["not JSON"]),
    "not UTF-8": (b"\xff\xfe", ["not JSON", "utf-8"]),
    "name": ('{"images": [{"imgid": 0, "filename": "a"}], "dataset": 5}', ["'dataset' is 5"]),
}


@pytest.mark.parametrize("content, words", CONTENTS.values(), ids=CONTENTS)
def test_refuses_a_wrong_dataset_json(folder, content, words):
    content = content if isinstance(content, bytes) else content.encode()
    (folder / "dataset.json").write_bytes(content)
    refused(folder, "dataset.json", *words)


def test_refuses_what_is_not_there(tmp_path):
    refused(tmp_path / "nothing", "nothing", "scenes, a folder with dataset.json")
    refused(tmp_path, "dataset.json", "No such file")


def coco(**changes):
    images = [{"id": 30, "file_name": "b.jpg"}, {"id": 20, "file_name": "a.jpg"}]
    texts = [(20, "A cat."), (30, "A dog.\n"), (20, "The cat.")]
    annotations = [{"image_id": i, "id": n, "caption": t} for n, (i, t) in enumerate(texts)]
    return json.dumps({"images": images, "annotations": annotations} | changes).encode()


def test_refuses_a_json_file_over_the_bound(folder, monkeypatch):
    monkeypatch.setattr(json_files, "MAX_JSON", 100)
    refused(folder, "dataset.json holds more than 100 bytes")


def test_tokens_are_not_kept(tmp_path):
    """Nor anything else of a record that is not used: neuraltalk's tokens are most of the file."""
    record = image(0) | {"sentences": [{"raw": "A dog.", "tokens": ["dog"] * 100_000}]}
    images = [record | {"imgid": i} for i in range(60)]
    size = (write(tmp_path, images) / "dataset.json").stat().st_size
    del images, record
    tracemalloc.start()
    dataset = data_provider.load(tmp_path)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert dataset.images[0].sentences == ("A dog.",)
    assert peak < 0.4 * size


def test_reads_flickr8k(shared, tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    dataset = data_provider.load(shared / "data/flickr8k")
    captions = dataset.captions("train")
    assert dataset.features.shape == (7000, 1280) and len(captions.texts) == 30_000
    assert captions.texts[1] == "Black dog chasing brown dog through snow"
    assert np.array_equal(captions.rows[::5], [im.imgid for im in dataset.split("train")])


scalars = st.none() | st.booleans() | st.integers(-2, 3) | st.floats() | st.text(max_size=5)
KEYS = ["imgid", "id", "image_id", "filename", "file_name", "split", "raw", "caption", "wnid"]
keys = st.sampled_from([*KEYS, "images", "annotations", "sentences", "dataset"])
values = st.recursive(
    scalars, lambda v: st.lists(v, max_size=2) | st.dictionaries(keys, v, max_size=2), max_leaves=4
)
sentences = st.lists(st.fixed_dictionaries({"raw": st.text() | values}), max_size=2)
records = st.fixed_dictionaries(
    {"filename": st.text(max_size=4) | st.just("a.jpg"), "imgid": st.integers(-1, 3) | values},
    optional={"split": st.sampled_from(["train", "val"]) | values, "sentences": sentences},
)
documents = values | st.fixed_dictionaries(
    {"images": st.lists(records | values, max_size=3)}, optional={"dataset": values}
)


def accepted(path):
    """The dataset, or None where it is refused in one line; nothing else may happen."""
    try:
        return data_provider.load(path)
    except UserError as error:
        assert len(str(error).splitlines()) == 1
        return None


@settings(max_examples=200, deadline=None)
@given(documents)
def test_any_dataset_json_is_accepted_or_refused(document):
    with tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        images = document.get("images") if isinstance(document, dict) else None
        count = len(images) if images and isinstance(images, list) else 1
        np.save(folder / "feats.npy", np.zeros((count, 2), "f4"))
        (folder / "dataset.json").write_text(json.dumps(document))
        dataset = accepted(folder)
        if dataset:
            assert sorted(im.imgid for im in dataset.images) == list(range(len(images)))
            assert all(s.strip() for im in dataset.images for s in im.sentences)
            assert not any(re.search(r"(^|/)\.\.(/|$)|^/", im.filename) for im in dataset.images)


@settings(max_examples=200, deadline=None)
@given(st.dictionaries(keys, values) | st.binary(max_size=30))
def test_any_caption_file_is_accepted_or_refused(document):
    content = document if isinstance(document, bytes) else coco(**document)
    with tempfile.TemporaryDirectory() as folder:
        for name, data in (("a.json", content), ("a.json.gz", content)):
            (Path(folder) / name).write_bytes(data)
            accepted(Path(folder) / name)
