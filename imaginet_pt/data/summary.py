"""Summarize a data set: what it holds, which word pairs it covers, what is missing."""

from collections.abc import Mapping, Sequence
from os import PathLike
from typing import NamedTuple

import pandas as pd

from ..errors import UserError, attempt
from . import benchmarks, data_provider
from .dataset import Dataset
from .preprocessing import SPECIAL, Tokenizer
from .word_pairs import WordPair

# Captions that a word must be in: the paper has 10 on COCO, 5 is usual on Flickr.
THRESHOLDS = (5, 10)
# What is done with each split.
SPLITS = {
    "train": "training",
    "val": "validation, evaluation",
    "test": "evaluation by `split` test",
    "restval": "none, as in the paper",
}
NEEDED = ("train", "val")  # by every training
VGG16 = 4096  # features of the paper's images
# Training captions from which the presets of the scripts learn something: eight epochs of these
# are a thousand updates.
ENOUGH = 8_000


class Summary(NamedTuple):
    """The summary of a data set.

    Attributes:
        text: one screen of it.
        can_train: whether a model can be trained on the data.
    """

    text: str
    can_train: bool


def check(
    source: str | PathLike[str],
    men: str | PathLike[str] | None = None,
    pairs: Sequence[str] = (),
) -> Summary:
    """Summarize the data at `source`, and what it covers of the word pairs.

    Args:
        source: as for `data_provider.load`.
        men: a file of MEN.
        pairs: other word pairs, as for `benchmarks.load`.

    Raises:
        UserError: there are no captions, or the captions or word pairs are wrong. Missing or wrong
            features keep models from being trained, and are mentioned in the text.
    """
    dataset, obstacles = _load(source)
    obstacles += _obstacles(dataset)
    missing = [f"cannot be trained on: {obstacle}" for obstacle in obstacles]
    by_name = benchmarks.load(men=men, pairs=pairs)
    if benchmarks.MEN not in by_name:
        missing.append("MEN: give its file by `men`; get it by imaginet data get men")
    missing += _missing(dataset)
    parts = [
        f"{dataset.name}: {source}",
        _features(dataset),
        _table(_splits(dataset)),
        _table(_cover(dataset, by_name)),
        "\n".join(["missing or unusual:", *(f"- {line}" for line in missing or ["nothing"])]),
    ]
    return Summary("\n\n".join(parts), not obstacles)


def _load(source: str | PathLike[str]) -> tuple[Dataset, list[str]]:
    """Load the data set, or its captions alone and the reason why features are missing."""
    dataset, reason = attempt(data_provider.load, source)
    if dataset is not None:
        return dataset, []
    captions, _ = attempt(data_provider.read_images, data_provider.folder_of(source))
    if captions is None:
        raise UserError(reason)
    return Dataset(*captions, None, {}, synthetic=False), [reason]


def _features(dataset: Dataset) -> str:
    captions = sum(len(image.sentences) for image in dataset.images)
    known = f"{len(dataset.images):,} images, {captions:,} captions, "
    if dataset.features is None:
        return f"{known}no features"
    rows, columns = dataset.features.shape
    return f"{known}features {rows:,} x {columns:,} {dataset.features.dtype}"


def _splits(dataset: Dataset) -> pd.DataFrame:
    """Make a row for each split: images, captions and words per caption."""
    rows = []
    for split in _names(dataset):
        texts = [text for image in dataset.split(split) for text in image.sentences]
        words = sum(len(text.split()) for text in texts) / max(len(texts), 1)
        use = SPLITS.get(split, "none in training")
        rows.append((split, len(dataset.split(split)), len(texts), f"{words:.1f}", use))
    return pd.DataFrame(rows, columns=["split", "images", "captions", "words per caption", "use"])


def _names(dataset: Dataset) -> list[str]:
    """Return the splits, first those that training uses."""
    present = {image.split for image in dataset.images} - {""}
    return [name for name in SPLITS if name in present] + sorted(present - SPLITS.keys())


def _cover(dataset: Dataset, pairs: Mapping[str, Sequence[WordPair]]) -> pd.DataFrame:
    """Make a row for each threshold: the words of its vocabulary, and the pairs it covers."""
    texts = [text for image in dataset.images if image.split == "train" for text in image.sentences]
    rows = []
    for threshold in THRESHOLDS:
        words = vocabulary(texts, threshold)
        covered = [count_covered(listed, words) for listed in pairs.values()]
        rows.append((f"in {threshold} training captions", len(words), *covered))
    names = [f"{name} (of {len(listed):,})" for name, listed in pairs.items()]
    return pd.DataFrame(rows, columns=["words", "vocabulary", *names])


def vocabulary(texts: Sequence[str], threshold: int) -> set[str]:
    """Return the words that are in at least `threshold` captions."""
    tokenizer, _ = attempt(Tokenizer.fit, texts, threshold)
    return set(tokenizer.words if tokenizer else ()) - set(SPECIAL)


def count_covered(pairs: Sequence[WordPair], words: set[str]) -> int:
    """Count the pairs of which both words are among `words`."""
    return sum({pair.first.lower(), pair.second.lower()} <= words for pair in pairs)


def _obstacles(dataset: Dataset) -> list[str]:
    """What keeps every model from being trained, a line each."""
    reasons = [attempt(dataset.captions, split)[1] for split in NEEDED]
    return [reason for reason in reasons if reason]


def _missing(dataset: Dataset) -> list[str]:
    """What a user may have expected to be there, a line each."""
    lines = []
    for split in _names(dataset):
        bare = sum(not image.sentences for image in dataset.split(split))
        if bare:
            lines.append(f"captions of {bare:,} images in split {split}")
    count = sum(len(image.sentences) for image in dataset.images if image.split == "train")
    if 0 < count < ENOUGH:
        lines.append(
            f"few captions, {count:,} to train on: networks learn little of them in 8 epochs; "
            "train longer (`iterations`) and faster (`rate`) than the tables do"
        )
    if dataset.features is None and dataset.digests:  # a file of captions alone
        lines.append("image features, and one of the splits train and val: COCO has a file of each")
    elif dataset.features is not None and dataset.features.shape[1] != VGG16:
        lines.append(f"VGG16's {VGG16:,} features: these are others than the paper's")
    return lines


def _table(frame: pd.DataFrame) -> str:
    if frame.empty:
        return "no splits"
    numbers = dict.fromkeys(frame.select_dtypes("integer"), "{:,}".format)
    text: str = frame.to_string(index=False, formatters=numbers)
    return text
