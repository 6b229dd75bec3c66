"""`data check`: what a data set has and what is missing, on one screen."""

import contextlib
import json
import re

import numpy as np
import pytest
import small

from imaginet_pt.__main__ import main
from imaginet_pt.data import summary

# What MEN is known by, and three pairs of words of the data.
MEN = "sun sunlight 50\nautomobile car 50\ndog cat 40\nDog child 20\ndog zebra 3\n"
MEN += "".join(f"a{i} b{i} 1\n" for i in range(2995))


@pytest.fixture(autouse=True)
def few_are_enough(monkeypatch):
    monkeypatch.setattr(summary, "ENOUGH", 10)


@pytest.fixture
def data(tmp_path):
    return small.write(tmp_path / "data")


@pytest.fixture
def men(tmp_path):
    path = tmp_path / "men"
    path.write_text(MEN)
    return path


def screen(capsys, *arguments, status=0):
    with contextlib.nullcontext() if status == 0 else pytest.raises(SystemExit, match=f"{status}"):
        assert main(["data", "check", *map(str, arguments)]) == 0
    shown = capsys.readouterr().out
    lines = shown.splitlines()
    assert len(lines) <= 24
    assert max(len(line) for line in lines if not line.startswith("- ")) <= 100
    return shown


def row(shown, name):
    """The cells of the row that begins with `name`."""
    (line,) = (line for line in shown.splitlines() if line.strip().startswith(f"{name} "))
    return line.strip().removeprefix(name).split()


def missing(shown):
    return [line for line in shown.splitlines() if line.startswith("- ")]


def counted(data, threshold):
    """Words in `threshold` training captions, counted another way."""
    images = json.loads((data / "dataset.json").read_text())["images"]
    texts = [s["raw"] for image in images if image["split"] == "train" for s in image["sentences"]]
    captions = [set(re.findall(r"\w+|[^\w\s]", text.lower())) for text in texts]
    return {w for w in set().union(*captions) if sum(w in c for c in captions) >= threshold}


def test_few_captions_are_told(data, capsys, monkeypatch):
    monkeypatch.setattr(summary, "ENOUGH", 49)
    assert "- few captions, 48 to train on: " in screen(capsys, data)
    monkeypatch.setattr(summary, "ENOUGH", 48)
    assert "few captions" not in screen(capsys, data)


def test_counts_shapes_splits_and_cover(data, men, capsys):
    shown = screen(capsys, data, "--men", men)
    assert shown.startswith(f"small: {data}\n")
    assert "24 images, 72 captions, features 24 x 12 float32" in shown
    assert row(shown, "train")[:2] == ["16", "48"] and row(shown, "val")[:2] == ["8", "24"]
    for threshold in (5, 10):
        words = counted(data, threshold)
        pairs = sum({"dog", other} <= words for other in ("cat", "child", "zebra"))
        found = row(shown, f"in {threshold} training captions")
        assert [found[0], found[2]] == [str(len(words)), str(pairs)]
    assert "SimLex-999 (of 999)" in shown and "MEN (of 3,000)" in shown
    assert counted(data, 5) != counted(data, 10)


def test_the_real_data(shared, capsys):
    """The counts of pairs are those that training with threshold 5 reports in docs/results.md."""
    folder = shared / "data"
    shown = screen(capsys, folder / "flickr8k", "--men", folder / "wordsim/men3k.tsv")
    assert "7,000 images, 35,000 captions, features 7,000 x 1,280 float32" in shown
    assert row(shown, "in 5 training captions")[1:] == ["212", "1,341"]
    assert "split test" not in shown


def test_what_is_missing_is_told(data, men, capsys):
    (data / "feats.npy").unlink()
    content = json.loads((data / "dataset.json").read_text())
    content["images"] = [image for image in content["images"] if image["split"] == "train"]
    for i, image in enumerate(content["images"]):
        image["imgid"] = i
    content["images"][3]["sentences"] = []
    (data / "dataset.json").write_text(json.dumps(content))
    told = missing(screen(capsys, data, status=1))
    for words in (
        "no image features", "MEN", "cannot be trained on: small has no image in split 'val'",
        "cannot be trained on: small: image 3 (", "1 images in split train",
    ):  # fmt: skip
        assert sum(words in line for line in told) == 1, words
    assert len(told) == 5


def test_vgg16_is_not_missed_where_it_is(data, men, capsys):
    assert any("VGG16" in line for line in missing(screen(capsys, data, "--men", men)))
    np.save(data / "feats.npy", np.ones((24, 4096), "f4"))
    told = missing(screen(capsys, data, "--men", men))
    assert told == ["- nothing"]


@pytest.mark.parametrize(
    "split, use",
    [
        ("test", "evaluation by --split test"),
        ("restval", "none, as in the paper"),
        ("a", "none in"),
    ],
)
def test_what_each_split_is_used_for_is_said_where_it_is_there(split, use, data, capsys):
    assert use not in screen(capsys, data)
    content = json.loads((data / "dataset.json").read_text())
    content["images"][0]["split"] = split
    (data / "dataset.json").write_text(json.dumps(content))
    assert f" {use}" in screen(capsys, data)


def test_nothing_to_train_on_is_status_1(data, capsys):
    content = json.loads((data / "dataset.json").read_text())
    for image in content["images"]:
        image["split"] = "test"
    (data / "dataset.json").write_text(json.dumps(content))
    told = missing(screen(capsys, data, status=1))
    assert sum("cannot be trained on" in line for line in told) == 2


def test_damaged_features_are_told(data, capsys):
    np.save(data / "feats.npy", np.full((24, 3), np.nan))
    (told, *_) = missing(screen(capsys, data, status=1))
    assert told.startswith("- cannot be trained on: ") and "NaN" in told


def test_images_without_splits(data, capsys):
    content = json.loads((data / "dataset.json").read_text())
    content["images"] = [{"imgid": i, "filename": "a.jpg"} for i in range(24)]
    (data / "dataset.json").write_text(json.dumps(content))
    assert "no splits" in screen(capsys, data, status=1)


def test_the_synthetic_data(capsys):
    shown = screen(capsys, "scenes")
    assert "scenes (synthetic)" in shown and row(shown, "single")[0] == "745"


@pytest.mark.parametrize("what", ["no data", "no JSON", "no pairs"])
def test_what_cannot_be_checked(what, data, tmp_path, capsys):
    arguments = [data, "--men", tmp_path / "nowhere"]
    if what == "no data":
        arguments = [tmp_path / "nowhere"]
    elif what == "no JSON":
        (data / "dataset.json").write_text("{")
    assert main(["data", "check", *map(str, arguments)]) == 2
    shown = capsys.readouterr()
    assert len(shown.err.splitlines()) == 1 and not shown.out
