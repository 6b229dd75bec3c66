"""Images labelled with ImageNet's synsets, and the words that label them (paper, section 4.1).

The paper uses "synset hypernyms from WordNet as substitute labels when the original labels are not
in our vocabulary". Read here as: the words of an image are those lemmas of its synset that are in
the vocabulary; where there is none, those of its hypernyms; where there is none, those of their
hypernyms; and so on. So elkhound becomes hound, or dog in a vocabulary without hound, and not
animal as well. Lemmas are lower-cased, as the tokenizer's words are; one of several words, such as
hunting_dog, is no word of any vocabulary.
"""

import functools
import json
from pathlib import Path
from typing import NamedTuple

import numpy as np

from ..data import data_provider, image_features
from ..errors import UserError
from ..files import reading

FOLDER = Path(__file__).with_name("wordnet")
SYNSETS = json.loads((FOLDER / "ilsvrc_synsets.json").read_text(encoding="utf-8"))["synsets"]
# The wnid of each ILSVRC2012_ID, 1 to 1000, as ILSVRC's own files write it.
WNIDS = dict(enumerate((FOLDER / "ilsvrc2012_ids.txt").read_text(encoding="utf-8").split(), 1))
GROUND_TRUTH = "ILSVRC2012_validation_ground_truth.txt"


class Labelled(NamedTuple):
    """Images of single things.

    name: of the data; features: (images, features) float32; labels: the label of each image;
    levels: for each label the words that may stand for it, in tuples, the closest first.
    """

    name: str
    features: np.ndarray
    labels: list[str]
    levels: dict[str, list[tuple[str, ...]]]


@functools.cache
def lemmas(wnid):
    """Lemmas of a synset, of its hypernyms, of theirs and so on: a tuple of words a level.

    A hypernym that several ways lead to counts where it is closest.
    """
    levels, level, seen = [], [wnid], {wnid}
    while level:
        levels.append(tuple(word.lower() for name in level for word in SYNSETS[name]["lemmas"]))
        above = [name for below in level for name in SYNSETS[below]["hypernyms"]]
        level = [name for name in dict.fromkeys(above) if name not in seen]
        seen.update(level)
    return levels


def label_words(levels, vocabulary):
    """The words of the first of `levels` that has any in the set `vocabulary`."""
    known = (vocabulary.intersection(words) for words in levels)
    return next(filter(None, known), set())


def right_images(images, vocabulary):
    """Which images each word of a vocabulary is right for.

    Returns:
        (words, right): the words that label an image, sorted; bool array (words, images).

    Raises:
        UserError: no word labels any image.
    """
    labels, place = np.unique(images.labels, return_inverse=True)
    words_of = [label_words(images.levels[label], vocabulary) for label in labels]
    words = sorted(set().union(*words_of))
    if not words:
        raise UserError(f"no label of {images.name} is in the vocabulary; train on more captions")
    return words, np.array([[word in known for known in words_of] for word in words])[:, place]


def load(folder):
    """`Labelled` images of `folder`: features, as beside any dataset.json, and their labels.

    The labels are the `wnid` of each image in dataset.json, or ILSVRC's ground truth of its
    validation images, whose features are then in the order of that file.

    Raises:
        UserError: neither is there, or a label is missing or is no synset of ILSVRC2012.
    """
    folder = Path(folder)
    if (folder / "dataset.json").is_file():
        dataset = data_provider.load(folder)
        return _labelled(dataset.name, dataset.features, _wnids(dataset, folder / "dataset.json"))
    if (folder / GROUND_TRUTH).is_file():
        wnids = read_ground_truth(folder / GROUND_TRUTH)
        return _labelled(folder.resolve().name, image_features.load(folder, len(wnids))[0], wnids)
    raise UserError(
        f"no labelled images at {folder}: put a dataset.json with a wnid an image there, "
        f"or {GROUND_TRUTH}, and {image_features.NAMES}"
    )


def of_scenes(dataset):
    """The single things of the corpus scenes, `Labelled` with their names."""
    images = dataset.split("single")
    array = np.asarray(dataset.features[[image.imgid for image in images]])
    labels = [image.label for image in images]
    return Labelled(dataset.name, array, labels, {label: [(label,)] for label in labels})


def read_ground_truth(path):
    """The wnid of each image in ILSVRC's file of one ILSVRC2012_ID a line.

    Raises:
        UserError: the file cannot be read, is empty, or a line is no ILSVRC2012_ID.
    """
    known = {str(number): wnid for number, wnid in WNIDS.items()}
    lines = reading.read_text(path, "get it again").splitlines()
    if not lines:
        raise UserError(f"{path} is empty; get it again from ILSVRC2012's development kit")
    for number, line in enumerate(lines, 1):
        if line.strip() not in known:
            raise UserError(f"{path}, line {number}: {line[:40]!r} is no ILSVRC2012_ID, 1 to 1000")
    return [known[line.strip()] for line in lines]


def _labelled(name, array, wnids):
    return Labelled(name, array, wnids, {wnid: lemmas(wnid) for wnid in set(wnids)})


def _wnids(dataset, path):
    """The wnid of each row of the features."""
    wnids = {image.imgid: image.label for image in dataset.images}
    for imgid, wnid in wnids.items():
        if wnid not in SYNSETS:
            found = f"wnid {wnid!r} is no synset of ILSVRC2012" if wnid else "no wnid"
            raise UserError(f"{path}: image {imgid}: {found}; label it with one of the 1,000")
    return [wnids[row] for row in range(len(wnids))]
