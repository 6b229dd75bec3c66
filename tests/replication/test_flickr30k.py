"""Flickr30K: our figure from kept scores, the published ones beside it, and other data refused."""

from argparse import Namespace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from imaginet_pt.data.dataset import Dataset, Image
from imaginet_pt.errors import UserError
from imaginet_pt.files.arrays import write_arrays
from imaginet_pt.files.folders import make_folder
from imaginet_pt.progress import Progress
from imaginet_pt.replication import flickr30k, retrieval_scores
from imaginet_pt.replication.results import NotRun
from imaginet_pt.runs.run_folder import RunFolder

ROOT = Path(__file__).resolve().parents[2]

IMAGES, N = 40, 200  # five captions an image
VGG = 4096


def dataset(name="flickr30k", features=VGG, split="val"):
    images = tuple(Image(i, split, f"{i}.jpg", 5 * ("a dog",)) for i in range(IMAGES))
    return Dataset(name, images, np.zeros((IMAGES, features), np.float32), {}, synthetic=False)


def run(folder, right):
    """A run at epoch 8, in whose folder it is kept that the first `right` captions find theirs."""
    folder = RunFolder(make_folder(folder))
    scores = {name: np.zeros(N) for name in retrieval_scores.NAMES}
    scores["original accuracy@5"] = (np.arange(N) < right).astype(float)
    write_arrays(folder / "retrieval-val-8.npz", scores)
    return Namespace(folder=folder, iteration=8)


def made(tmp_path, right, features=VGG, preset="paper"):
    args = Namespace(out=tmp_path, preset=preset, seeds=len(right))
    workflows = {"MULTITASK": [run(tmp_path / f"run{i}", n) for i, n in enumerate(right)]}
    return flickr30k.make(args, dataset(features=features), None, workflows, Progress(quiet=True))


def table(tmp_path):
    return pd.read_csv(tmp_path / "flickr30k.csv", keep_default_na=False).set_index("system")


def test_ours_stands_beside_the_paper_s_and_the_four_that_it_cites(tmp_path):
    result = made(tmp_path, [60, 70])
    found = table(tmp_path)
    assert found["accuracy@5 %"].to_dict() == {
        "MULTITASK, here": 32.5,
        "MULTITASK, in the paper": 32.0,
        "Socher et al. 2014": 29.8,
        "Mao et al. 2014": 31.2,
        "Kiros et al. 2014": 34.0,
        "Karpathy and Fei-Fei 2014": 37.7,  # not their 29.6 on MS-COCO
    }
    ours = found.loc["MULTITASK, here"]
    assert ours["seeds"] == "30.0 35.0" and ours["verdict"] == "agrees"
    low, high = map(float, ours["95 % interval"].split(" to "))
    # All five captions of an image are found or none: +-1.96 sqrt(.325 (1 - .325) / 40) = 14.5
    # over 40 images alone; seeds add to it.
    assert 16.5 < low < 19 and 46 < high < 49
    assert "flickr30k" in result.title and "40" in result.title


def test_items_have_a_row_a_seed_and_caption(tmp_path):
    items = made(tmp_path, [60, 70]).items
    assert list(items) == ["model", "seed", "caption", "image", "accuracy@5"]
    assert list(items["image"][:6]) == [0, 0, 0, 0, 0, 1]
    assert items.groupby("seed")["accuracy@5"].sum().to_dict() == {1: 60, 2: 70}
    pd.testing.assert_frame_equal(
        pd.read_csv(tmp_path / "flickr30k-items.csv"), items, check_dtype=False
    )


@pytest.mark.parametrize(
    ("right", "features", "preset", "verdict"),
    [
        (160, VGG, "paper", "differs"),
        (20, VGG, "paper", "differs"),
        (64, 1280, "paper", None),
        (64, VGG, "demo", None),
    ],
)
def test_the_verdict(right, features, preset, verdict, tmp_path):
    text = made(tmp_path, [right], features, preset).text
    assert ("not comparable" in text) == (verdict is None) == ("verdict" not in table(tmp_path))
    if verdict:
        assert list(table(tmp_path)["verdict"]) == [verdict, *5 * [""]]


def test_other_data_is_not_run_and_says_what_is_needed():
    flickr30k.read_inputs(None, dataset())
    with pytest.raises(NotRun, match=r"needs Flickr30K in --data \(this is flickr8k\); give"):
        flickr30k.read_inputs(None, dataset("flickr8k"))
    text = Dataset("flickr30k", dataset().images, None, {}, synthetic=False)
    with pytest.raises(NotRun, match="this is flickr30k, text alone"):
        flickr30k.read_inputs(None, text)
    with pytest.raises(UserError, match="'val'"):
        flickr30k.read_inputs(None, dataset(split="test"))
