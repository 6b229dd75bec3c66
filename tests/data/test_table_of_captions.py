"""A table of captions becomes a data set, and a data set without a split val gets one."""

import json
import re

import numpy as np
import pytest
import small

from imaginet_pt.__main__ import main
from imaginet_pt.data import data_provider, table_of_captions
from imaginet_pt.errors import UserError

TABLE = """\ufeffimage,caption
a.jpg,A dog runs.
b.jpg,"A cat, asleep."
a.jpg,"A ""big"" dog."
c.jpg,Un café.
"""


@pytest.fixture
def table(tmp_path):
    (tmp_path / "mine.csv").write_text(TABLE, encoding="utf-8")
    return tmp_path / "mine.csv"


def captions(images):
    return [(image.filename, *image.sentences) for image in images]


def test_a_row_is_a_caption_and_images_stand_as_they_first_appear(table, tmp_path):
    features = np.arange(6, dtype="f4").reshape(3, 2)
    np.save(tmp_path / "mine.npy", features)
    written = table_of_captions.write(table, tmp_path / "out", tmp_path / "mine.npy", 0.4)
    dataset = data_provider.load(tmp_path / "out")
    assert dataset.name == "out" and dataset.images == written
    assert captions(dataset.images) == [
        ("a.jpg", "A dog runs.", 'A "big" dog.'), ("b.jpg", "A cat, asleep."), ("c.jpg", "Un café.")
    ]  # fmt: skip
    np.testing.assert_array_equal(dataset.features, features)
    assert sorted(image.split for image in written) == ["train", "train", "val"]


def test_splits_of_the_table_are_kept(tmp_path):
    rows = ["image,caption,split", "a.jpg,A dog.,train", "b.jpg,A cat.,test", "c.jpg,x,val"]
    (tmp_path / "mine.csv").write_text("\r\n".join(rows))
    images = table_of_captions.write(tmp_path / "mine.csv", tmp_path / "out")
    assert [image.split for image in images] == ["train", "test", "val"]


def test_a_folder_gets_a_split_val_once_and_the_same_each_time(tmp_path):
    source = small.write(tmp_path / "data", images=30)
    content = json.loads((source / "dataset.json").read_text())
    for i, image in enumerate(content["images"]):
        image["split"] = "test" if i < 10 else "train"
    (source / "dataset.json").write_text(json.dumps(content))
    first = table_of_captions.write(source, tmp_path / "one", val_fraction=0.25)
    assert [image.split for image in first].count("val") == 5
    assert all(image.split == "test" for image in first[:10])
    again = table_of_captions.write(source / "dataset.json", tmp_path / "two", val_fraction=0.25)
    assert again == first
    assert table_of_captions.write(tmp_path / "one", tmp_path / "three", val_fraction=0.9) == first
    before, after = data_provider.load(source), data_provider.load(tmp_path / "three")
    np.testing.assert_array_equal(before.features, after.features)
    assert captions(before.images) == captions(after.images)


def test_an_image_without_split_and_captions_is_kept(tmp_path):
    source = small.write(tmp_path / "data", images=30)
    content = json.loads((source / "dataset.json").read_text())
    del content["images"][4]["split"]
    content["images"][4]["sentences"] = []
    (source / "dataset.json").write_text(json.dumps(content))
    table_of_captions.write(source, tmp_path / "new")
    assert data_provider.load(tmp_path / "new").images[4].split == ""


WRONG = {
    "no caption": ("image,text\na.jpg,A dog.\n", "no column caption in 'image, text'"),
    "empty": ("", "no column image and caption"),
    "only a head": ("image,caption\n", "no captions in it"),
    "a comma": ("image,caption\na.jpg,A dog, asleep.\n", "line 2: too many commas"),
    "a cell too few": ("image,caption\na.jpg\n", "line 2: 'caption' is None"),
    "blank": ("image,caption\na.jpg,A dog.\nb.jpg, \n", "line 3: 'caption' is empty"),
    "outside": ("image,caption\n../a.jpg,A dog.\n", "inside the image folder"),
    "two splits": ("image,caption,split\na,x,train\na,y,val\n", "line 3: a is in split train"),
    "an open quote": (
        'image,caption\na.jpg,"A dog.\n' + "b.jpg,A cat.\n" * 10**4,
        "unexpected end of data",
    ),
    "a quote that opens a caption alone": ('image,caption\na.jpg,"A dog" runs\n', "expected after"),
    "a column twice": ("image,caption,caption\na.jpg,x,y\n", "column 'caption' is there twice"),
}


@pytest.mark.parametrize("text, told", WRONG.values(), ids=WRONG)
def test_what_is_no_such_table_is_refused_and_nothing_written(text, told, tmp_path):
    (tmp_path / "mine.csv").write_text(text)
    with pytest.raises(UserError, match=re.escape(told)) as caught:
        table_of_captions.write(tmp_path / "mine.csv", tmp_path / "out")
    assert "\n" not in str(caught.value) and not (tmp_path / "out").exists()


@pytest.mark.parametrize("share", [0, 1, -0.5, float("nan")])
def test_a_share_that_is_none(share, table, tmp_path):
    with pytest.raises(UserError, match="`val_fraction` is"):
        table_of_captions.write(table, tmp_path / "out", val_fraction=share)


def test_features_of_other_images_are_refused_before_anything_is_written(table, tmp_path):
    np.save(tmp_path / "mine.npy", np.ones((4, 2)))
    with pytest.raises(UserError, match="features of 4 images, but dataset.json has 3"):
        table_of_captions.write(table, tmp_path / "out", tmp_path / "mine.npy")
    assert not (tmp_path / "out").exists()


def test_nothing_is_written_over(table, tmp_path):
    table_of_captions.write(table, tmp_path / "out")
    with pytest.raises(UserError, match="has dataset.json already; choose a new folder"):
        table_of_captions.write(table, tmp_path / "out")


def test_the_command_says_what_to_do_next(table, tmp_path, capsys):
    out = tmp_path / "my data"
    assert main(["data", "import", str(table), str(out)]) == 0
    told = capsys.readouterr().err
    assert "3 images, 2 in train, 1 in val" in told
    assert f"imaginet data features PICTURES '{out}'" in told
    assert f"imaginet data check '{out}'" in told
