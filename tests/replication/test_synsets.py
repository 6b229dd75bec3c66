"""The words that label images: WordNet's, ILSVRC's own ids, and the mistakes."""

import json

import numpy as np
import pytest
from imagenet import BEAGLE, ELKHOUND, MODEM, TABBY, WHIPPET, write_images

from imaginet_pt.errors import UserError
from imaginet_pt.replication import synsets
from imaginet_pt.replication.wordnet import make_synsets


class Synset:
    """A synset as NLTK gives it."""

    def __init__(self, number, lemmas, *above):
        self.offset, self.lemma_names, self.hypernyms = (
            (lambda value=value: value) for value in (number, lemmas, above)
        )


def write_truth(folder, text, features):
    folder.mkdir(exist_ok=True)
    (folder / synsets.GROUND_TRUTH).write_text(text)
    np.save(folder / "feats.npy", np.array(features, np.float32))
    return folder


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
