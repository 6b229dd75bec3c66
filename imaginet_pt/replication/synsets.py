"""Images labelled with ImageNet's synsets, and the words that label them (paper, section 4.1).

If a synset's own words are not in the vocabulary, the paper uses its hypernyms in WordNet. So the
words of an image are the lemmas of its synset that are in the vocabulary; if there are none, those
of its hypernyms; if there are none, those of their hypernyms; and so on. An elkhound becomes a
hound, or a dog if the vocabulary lacks hound, but not an animal as well. Lemmas are lower-cased,
like the tokenizer's words; one of several words, such as hunting_dog, is in no vocabulary.
"""

import functools
import json
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from ..data import data_provider, image_features
from ..data.dataset import Dataset
from ..data.feature_file import Features
from ..errors import UserError
from ..files import reading

FOLDER = Path(__file__).with_name("wordnet")
SYNSETS = json.loads((FOLDER / "ilsvrc_synsets.json").read_text(encoding="utf-8"))["synsets"]
# The wnid of each ILSVRC2012_ID, 1 to 1000, as ILSVRC's own files write it.
WNIDS = dict(enumerate((FOLDER / "ilsvrc2012_ids.txt").read_text(encoding="utf-8").split(), 1))
GROUND_TRUTH = "ILSVRC2012_validation_ground_truth.txt"


Levels = list[tuple[str, ...]]


class Labelled(NamedTuple):
    """Images of single things.

    Attributes:
        name: the name of the data.
        features: (images, features) float32.
        labels: the label of each image.
        levels: for each label the words that can describe it, in tuples, the closest first.
    """

    name: str
    features: Features
    labels: list[str]
    levels: dict[str, Levels]


@functools.cache
def lemmas(wnid: str) -> Levels:
    """Return the lemmas of a synset, of its hypernyms, of theirs and so on, a tuple for each level.

    A hypernym that can be reached in several ways counts at its closest level.
    """
    levels, level, seen = [], [wnid], {wnid}
    while level:
        levels.append(tuple(word.lower() for name in level for word in SYNSETS[name]["lemmas"]))
        above = [name for below in level for name in SYNSETS[below]["hypernyms"]]
        level = [name for name in dict.fromkeys(above) if name not in seen]
        seen.update(level)
    return levels


def label_words(levels: Levels, vocabulary: set[str]) -> set[str]:
    """Return the words of the first of `levels` that has any in the vocabulary."""
    known = (vocabulary.intersection(words) for words in levels)
    return next(filter(None, known), set())


def right_images(images: Labelled, vocabulary: set[str]) -> tuple[list[str], npt.NDArray[np.bool_]]:
    """Find the images that each word of a vocabulary is right for.

    Returns:
        The words that label an image, sorted; and a bool array (words, images).

    Raises:
        UserError: no word labels any image.
    """
    labels, index = np.unique(images.labels, return_inverse=True)
    words_of = [label_words(images.levels[label], vocabulary) for label in labels]
    words = sorted(set[str]().union(*words_of))
    if not words:
        raise UserError(f"no label of {images.name} is in the vocabulary; train on more captions")
    return words, np.array([[word in known for known in words_of] for word in words])[:, index]


def load(folder: str | Path) -> Labelled:
    """Load the labelled images of a folder: features, as beside any dataset.json, and labels.

    The labels are the `wnid` of each image in dataset.json, or ILSVRC's ground truth of its
    validation images, whose features must then be in the order of that file.

    Raises:
        UserError: both are missing, or a label is missing or is not a synset of ILSVRC2012.
    """
    folder = Path(folder)
    if (folder / "dataset.json").is_file():
        dataset = data_provider.load(folder)
        return _labelled(dataset.name, dataset.features, _wnids(dataset, folder / "dataset.json"))
    if (folder / GROUND_TRUTH).is_file():
        wnids = read_ground_truth(folder / GROUND_TRUTH)
        features, _ = image_features.load(folder, len(wnids))
        return _labelled(folder.resolve().name, features, wnids)
    raise UserError(
        f"no labelled images at {folder}: put a dataset.json with a wnid for each image there, "
        f"or {GROUND_TRUTH}, and {image_features.NAMES}"
    )


def of_scenes(dataset: Dataset) -> Labelled:
    """Return the images of single things in the corpus scenes, labelled with their names."""
    images = dataset.split("single")
    rows = [image.imgid for image in images]
    labels = [image.label for image in images]
    levels: dict[str, Levels] = {label: [(label,)] for label in labels}
    assert dataset.features is not None, "scenes has features"
    return Labelled(dataset.name, np.asarray(dataset.features[rows]), labels, levels)


def read_ground_truth(path: Path) -> list[str]:
    """Read the wnid of each image from ILSVRC's file with one ILSVRC2012_ID per line.

    Raises:
        UserError: the file cannot be read, is empty, or has a line that is not an ILSVRC2012_ID.
    """
    known = {str(number): wnid for number, wnid in WNIDS.items()}
    lines = reading.read_text(path, "get it again").splitlines()
    if not lines:
        raise UserError(f"{path} is empty; get it again from ILSVRC2012's development kit")
    for number, line in enumerate(lines, 1):
        if line.strip() not in known:
            raise UserError(f"{path}, line {number}: {line[:40]!r} is no ILSVRC2012_ID, 1 to 1000")
    return [known[line.strip()] for line in lines]


def _labelled(name: str, features: Features | None, wnids: list[str]) -> Labelled:
    if features is None:
        raise UserError(f"no features of the images of {name}: add {image_features.NAMES}")
    return Labelled(name, features, wnids, {wnid: lemmas(wnid) for wnid in set(wnids)})


def _wnids(dataset: Dataset, path: Path) -> list[str]:
    """Return the wnid of each row of the features."""
    wnids = {image.imgid: image.label for image in dataset.images}
    for imgid, wnid in wnids.items():
        if wnid not in SYNSETS:
            problem = f"wnid {wnid!r} is no synset of ILSVRC2012" if wnid else "no wnid"
            raise UserError(f"{path}: image {imgid}: {problem}; label it with one of the 1,000")
    return [wnids[row] for row in range(len(wnids))]
