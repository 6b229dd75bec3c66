"""Table 2: label words from WordNet, accuracy@5 against known answers, and the mistakes."""

import itertools
import json
import subprocess
import sys
import tracemalloc
from argparse import Namespace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import small
from numpy.lib.format import open_memmap

from imaginet_pt.data import data_provider
from imaginet_pt.data.dataset import Dataset
from imaginet_pt.data.scenes.corpus import load
from imaginet_pt.errors import UserError
from imaginet_pt.progress import Progress
from imaginet_pt.replication import synsets, table2
from imaginet_pt.replication.results import NotRun
from imaginet_pt.replication.wordnet import make_synsets
from imaginet_pt.runs.workflow import Workflow
from imaginet_pt.settings import Settings
from imaginet_pt.training import experiment

ROOT = Path(__file__).resolve().parents[2]

ELKHOUND, BEAGLE, WHIPPET = "n02091467", "n02088364", "n02091134"
TABBY, MODEM = "n02123045", "n03777754"


class Run:
    """A run whose words have known vectors: {word: vector}."""

    def __init__(self, vectors):
        self.vectors = vectors

    def words(self):
        return {word: i for i, word in enumerate(self.vectors)}

    def project_words(self):
        return np.array(list(self.vectors.values()), np.float32)


class Synset:
    """A synset as NLTK gives it."""

    def __init__(self, number, lemmas, *above):
        self.offset, self.lemma_names, self.hypernyms = (
            (lambda value=value: value) for value in (number, lemmas, above)
        )


def write_images(folder, labels, features, key="wnid"):
    folder.mkdir(exist_ok=True)
    records = [{"imgid": i, "filename": f"{i}", key: label} for i, label in enumerate(labels)]
    (folder / "dataset.json").write_text(json.dumps({"images": records}))
    np.save(folder / "feats.npy", np.array(features, np.float32))
    return folder


def write_truth(folder, text, features):
    folder.mkdir(exist_ok=True)
    (folder / synsets.GROUND_TRUTH).write_text(text)
    np.save(folder / "feats.npy", np.array(features, np.float32))
    return folder


def dataset(name="small", features=2):
    return Dataset(name, (), np.zeros((1, features), np.float32), {}, synthetic=False)


@pytest.mark.parametrize(
    "wnid, vocabulary, words",
    [
        (ELKHOUND, {"elkhound", "hound", "dog"}, {"elkhound"}),
        (ELKHOUND, {"hound", "dog", "animal"}, {"hound"}),
        (ELKHOUND, {"dog", "animal", "norwegian"}, {"dog"}),
        (BEAGLE, {"beagle", "dog"}, {"beagle"}),
        (TABBY, {"cat", "kitten", "feline"}, {"cat"}),
        (TABBY, {"animal", "beast", "thing"}, {"animal", "beast"}),
        (MODEM, {"entity"}, {"entity"}),
        (MODEM, {"dog"}, set()),
    ],
)
def test_the_closest_words_in_the_vocabulary_label_an_image(wnid, vocabulary, words):
    assert synsets.label_words(synsets.lemmas(wnid), vocabulary) == words


def test_a_hypernym_counts_where_it_is_closest_and_once():
    levels = synsets.lemmas(WHIPPET)
    assert levels[:3] == [("whippet",), ("greyhound",), ("racer", "hound", "hound_dog")]
    assert "animal" in levels[3]  # a racer is one; a hound's way there is longer
    words = [word for level in levels for word in level]
    assert words.count("animal") == words.count("entity") == 1


def test_the_closure_is_whole():
    assert len(synsets.WNIDS) == 1000 == len(set(synsets.WNIDS.values()))
    above = {name for synset in synsets.SYNSETS.values() for name in synset["hypernyms"]}
    assert above | set(synsets.WNIDS.values()) == set(synsets.SYNSETS)


def test_the_closure_has_the_labels_of_the_real_images(shared):
    text = (shared / "data/imagenet1000/dataset.json").read_text()
    for image in json.loads(text)["images"]:
        assert image["label"] in synsets.SYNSETS[image["wnid"]]["lemmas"]


def test_closure_of_synsets_with_a_shared_hypernym():
    top = Synset(1740, ["entity"])
    middle = Synset(20, ["dog", "domestic_dog"], top)
    bottom = [Synset(3, ["pug"], middle), Synset(4, ["Corgi"], middle, top)]
    assert make_synsets.closure(bottom) == {
        "n00000003": {"lemmas": ["pug"], "hypernyms": ["n00000020"]},
        "n00000004": {"lemmas": ["Corgi"], "hypernyms": ["n00000020", "n00001740"]},
        "n00000020": {"lemmas": ["dog", "domestic_dog"], "hypernyms": ["n00001740"]},
        "n00001740": {"lemmas": ["entity"], "hypernyms": []},
    }


def test_ground_truth_counts_by_ilsvrc_s_own_ids(tmp_path):
    # The first five validation images of ILSVRC2012, and the ends of the list.
    folder = write_truth(tmp_path, "490\n361\n171\n822\n297\n1\n1000\n", np.eye(7))
    images = synsets.load(folder)
    names = ["sea_snake", "alp", "shetland_sheepdog", "soup_bowl", "cradle", "kit_fox", "dumbbell"]
    for label, name in zip(images.labels, names, strict=True):
        assert name in images.levels[label][0]
    np.testing.assert_array_equal(images.features, np.eye(7))


@pytest.mark.parametrize("text, said", [("490\n0\n", "line 2"), ("1001", "1001"), ("", "empty")])
def test_bad_ground_truth_is_named(tmp_path, text, said):
    with pytest.raises(UserError, match=said):
        synsets.load(write_truth(tmp_path, text, np.eye(2)))


@pytest.mark.parametrize("label, key", [("n00000001", "wnid"), (ELKHOUND, "id"), ("dog", "wnid")])
def test_an_image_without_a_known_wnid_is_named(tmp_path, label, key):
    with pytest.raises(UserError, match="image 0"):
        synsets.load(write_images(tmp_path, [label], [[1, 0]], key))


def test_a_folder_without_labels_is_an_error(tmp_path):
    with pytest.raises(UserError, match="wnid"):
        synsets.load(tmp_path)


def test_labels_follow_the_rows_of_the_features(tmp_path):
    folder = write_images(tmp_path, [ELKHOUND, TABBY], [[1, 0], [0, 1]])
    content = json.loads((folder / "dataset.json").read_text())
    (folder / "dataset.json").write_text(json.dumps({"images": content["images"][::-1]}))
    assert synsets.load(folder).labels == [ELKHOUND, TABBY]


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
