"""Table 2: accuracy@5 of single words against known answers, and the mistakes."""

import itertools
import subprocess
import sys
import tracemalloc
from argparse import Namespace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import small
from imagenet import BEAGLE, ELKHOUND, MODEM, TABBY, write_images
from numpy.lib.format import open_memmap

from imaginet_pt.data import data_provider
from imaginet_pt.data.dataset import Dataset
from imaginet_pt.data.scenes.corpus import load
from imaginet_pt.errors import UserError
from imaginet_pt.progress import Progress
from imaginet_pt.replication import synsets, table2
from imaginet_pt.replication.results import NotRun
from imaginet_pt.runs.workflow import Workflow
from imaginet_pt.settings import Settings
from imaginet_pt.training import experiment

ROOT = Path(__file__).resolve().parents[2]


class Run:
    """A run whose words have known vectors: {word: vector}."""

    def __init__(self, vectors):
        self.vectors = vectors

    def words(self):
        return {word: i for i, word in enumerate(self.vectors)}

    def project_words(self):
        return np.array(list(self.vectors.values()), np.float32)


def dataset(name="small", features=2):
    return Dataset(name, (), np.zeros((1, features), np.float32), {}, synthetic=False)


def test_words_and_their_right_images():
    wnids = [TABBY, ELKHOUND, TABBY, MODEM, BEAGLE]
    images = synsets.Labelled("five", None, wnids, {wnid: synsets.lemmas(wnid) for wnid in wnids})
    words, right = synsets.right_images(images, {"dog", "cat", "beagle", "tree"})
    assert words == ["beagle", "cat", "dog"]
    assert right.astype(int).tolist() == [[0, 0, 0, 0, 1], [1, 0, 1, 0, 0], [0, 1, 0, 0, 0]]
    with pytest.raises(UserError, match="five"):
        synsets.right_images(images, {"tree"})


def test_accuracy_without_ties_is_one_or_zero():
    similarity = np.array([[9, 8, 7, 6, 5, 4, 3]] * 3, np.float32)
    right = np.array([[0, 0, 0, 0, 1, 0, 0], [0, 0, 0, 0, 0, 1, 1], [0, 0, 1, 1, 0, 0, 1]], bool)
    assert table2.accuracy(similarity, right).tolist() == [1, 0, 1]


def test_accuracy_of_a_constant_predictor_is_chance():
    right = np.arange(100) < np.array([[1], [20], [96]])
    expected = [0.05, 1 - (80 * 79 * 78 * 77 * 76) / (100 * 99 * 98 * 97 * 96), 1]
    np.testing.assert_allclose(table2.accuracy(np.zeros((3, 100)), right), expected)


def test_accuracy_of_ties_is_that_of_all_orders():
    rng = np.random.default_rng(0)
    similarity = rng.integers(0, 3, (30, 6)).astype(np.float32)
    right = rng.random((30, 6)) < 0.3
    right[:, 0] |= ~right.any(axis=1)
    orders = np.array(list(itertools.permutations(range(6))))
    for k in (1, 2, 5):
        for row, wanted in zip(similarity, right, strict=True):
            hits = [
                wanted[order[np.argsort(-row[order], kind="stable")][:k]].any() for order in orders
            ]
            found = table2.accuracy(row[None], wanted[None], k)
            np.testing.assert_allclose(found, np.mean(hits))


def test_cosines_in_blocks_of_a_file_tie_equal_images(tmp_path, monkeypatch):
    rng = np.random.default_rng(1)
    images = rng.standard_normal((50, 40)).astype(np.float32)
    images[2, 0] = 0.0
    images[[7, 31, 49]] = images[2]
    images[49, 0] = -0.0
    images[20] = 0
    np.save(tmp_path / "feats.npy", images)
    words = rng.standard_normal((9, 40)).astype(np.float32)
    monkeypatch.setattr(table2, "BLOCK", 8)
    found = table2.cosines(words, np.load(tmp_path / "feats.npy", mmap_mode="r"))
    for i in (7, 31, 49):
        np.testing.assert_array_equal(found[:, i], found[:, 2])
    norms = np.linalg.norm(words, axis=1)[:, None] * np.linalg.norm(images, axis=1)
    norms[:, 20] = 1
    np.testing.assert_allclose(found, words @ images.T / norms, atol=1e-6)


def test_cosines_leave_the_images_in_their_file(tmp_path):
    array = open_memmap(tmp_path / "feats.npy", "w+", np.float32, (20_000, 512))  # 41 MB
    array[:] = np.arange(1, 20_001)[:, None]
    tracemalloc.start()
    table2.cosines(np.ones((2, 512), np.float32), np.load(tmp_path / "feats.npy", mmap_mode="r"))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 15e6


# Degrees of the images, two of them right for dog and one for cat.
ANGLES = [0, 10, 20, 30, 40, 50, 60, 90]
LABELS = [ELKHOUND, MODEM, MODEM, MODEM, MODEM, MODEM, BEAGLE, TABBY]


@pytest.fixture
def images(tmp_path):
    angle = np.radians(ANGLES)
    folder = tmp_path / "images"
    return write_images(folder, LABELS, np.stack([np.cos(angle), np.sin(angle)], axis=1))


@pytest.fixture(autouse=True)
def no_floor(monkeypatch):
    """The stand-ins of runs here have no weights that could be random."""
    monkeypatch.setattr(table2, "with_floor", dict)


def made(images, tmp_path, name="small", **models):
    args = Namespace(images=images, preset="demo", seeds=2, out=tmp_path)
    data = dataset(name)
    return table2.make(args, data, table2.read_inputs(args, data), models, Progress(quiet=True))


def test_the_table_of_known_vectors(images, tmp_path):
    good = Run({"tree": [1, 1], "cat": [0, 1], "dog": [1, 0]})
    turned = Run({"cat": [1, 0], "dog": [0, 1]})
    blind = Run({"dog": [0, 0], "cat": [0, 0], "equipment": [1, 0]})
    result = made(images, tmp_path, VISUAL=[good, turned], LINREG=[blind])
    items = pd.read_csv(tmp_path / "table2-items.csv")
    assert list(items) == ["model", "seed", "word", "accuracy@5"]
    score = items.set_index(["model", "seed", "word"])["accuracy@5"].to_dict()
    assert score == pytest.approx(
        {
            ("VISUAL", 1, "cat"): 1,
            ("VISUAL", 1, "dog"): 1,
            ("VISUAL", 2, "cat"): 0,
            ("VISUAL", 2, "dog"): 1,
            ("LINREG", 1, "cat"): 5 / 8,
            ("LINREG", 1, "dog"): 1 - 3 / 28,
        }
    )
    table = pd.read_csv(tmp_path / "table2.csv", dtype=str).set_index("model")
    assert table["accuracy@5"].to_dict() == {"VISUAL": "0.750", "LINREG": "0.759"}
    assert table["seeds"].to_dict() == {"VISUAL": "1.000 0.500", "LINREG": "0.759"}
    assert table["paper"].to_dict() == {"VISUAL": "0.38", "LINREG": "0.33"}
    assert "verdict" not in table and result.text.count("not comparable") == 1
    assert set(table["words"]) == {"2"} and set(table["images"]) == {"8"}
    assert "random order would score 0.759" in result.text and "393 words" in result.text
    assert result.files == ["table2.md", "table2.csv", "table2-items.csv"]
    pd.testing.assert_frame_equal(result.items, items)


@pytest.mark.parametrize("scores, verdict", [([0, 1, 0, 1, 0], "agrees"), ([1] * 5, "differs")])
def test_verdict_on_the_paper_s_images(scores, verdict):
    images = synsets.Labelled("imagenet", None, [ELKHOUND] * 50_000, {})
    coco = dataset("coco", 4096)
    assert table2.mismatch(Namespace(preset="paper"), coco, images) == ""
    row = table2.table_row("VISUAL", np.array([scores], float), images, "")
    assert row["verdict"] == verdict


@pytest.mark.parametrize(
    "data, features, preset, images, why",
    [
        ("coco", 4096, "paper", 1000, "imagenet"),
        ("coco", 4096, "demo", 50_000, "preset demo"),
        ("coco", 1280, "paper", 50_000, "1280 features per image"),
        ("flickr8k", 4096, "paper", 50_000, "flickr8k"),
    ],
)
def test_other_images_data_or_sizes_are_not_comparable(data, features, preset, images, why):
    labelled = synsets.Labelled("imagenet", None, [ELKHOUND] * images, {})
    found = table2.mismatch(Namespace(preset=preset), dataset(data, features), labelled)
    assert found == why


def test_scenes_find_their_single_things():
    corpus = load(train=20, val=10)
    images = table2.read_inputs(Namespace(images=None), corpus)
    words, right = synsets.right_images(images, {"dog", "hound", "apple"})
    assert words == ["apple", "dog"] and right.sum(axis=1).tolist() == [5, 5]
    rows = [image.imgid for image in corpus.images if image.label == "dog"]
    np.testing.assert_array_equal(images.features[right[1]], corpus.features[rows])


def test_images_of_another_network_are_an_error(images):
    with pytest.raises(UserError, match="2 features per image, but small has 4,096"):
        table2.read_inputs(Namespace(images=images), dataset(features=4096))


def test_without_images_or_features_the_table_is_not_run(images):
    with pytest.raises(NotRun, match="give --images DIR"):
        table2.read_inputs(Namespace(images=None), dataset())
    with pytest.raises(NotRun, match="text alone"):
        table2.read_inputs(Namespace(images=images), Dataset("text", (), None, {}, False))


def test_a_trained_run_projects_each_word_alone(tmp_path):
    data = data_provider.load(small.write(tmp_path / "data"))
    settings = Settings(model_type="linear", word_freq_threshold=1)
    experiment.train(data, settings, tmp_path / "run", None, Progress(quiet=True))
    workflow = Workflow(tmp_path / "run")
    dog, cat = (workflow.project([word])[0] for word in ("dog", "cat"))
    folder = write_images(tmp_path / "images", [TABBY] * 5 + [ELKHOUND], [cat] * 5 + [dog])
    args = Namespace(images=folder, preset="demo", seeds=1, out=tmp_path)
    result = table2.make(args, data, table2.read_inputs(args, data), {"LINREG": [workflow]}, None)
    assert dict(zip(result.items["word"], result.items["accuracy@5"], strict=True)) == {
        "cat": 1,
        "dog": 1,
    }


def test_the_script_says_before_any_training_what_it_lacks(tmp_path):
    data = small.write(tmp_path / "data")
    command = [
        sys.executable,
        ROOT / "replicate/table2.py",
        "--data",
        data,
        "--out",
        tmp_path / "o",
    ]
    done = subprocess.run(list(map(str, command)), capture_output=True, text=True)
    assert done.returncode == 2 and not list((tmp_path / "o").glob("models/*"))
    assert len(done.stderr.strip().splitlines()) == 1 and "--images DIR" in done.stderr
