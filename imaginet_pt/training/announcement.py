"""Announce what a training is about to do, before the long work begins."""

from collections.abc import Iterator, Mapping, Sequence
from os import PathLike
from typing import Any

from ..data.dataset import Dataset
from ..data.preprocessing import SPECIAL, UNK, Tokenizer
from ..nn.updates import Update
from ..settings import Settings


def announce(
    dataset: Dataset,
    settings: Settings,
    tokenizer: Tokenizer,
    captions: Sequence[Sequence[int]],
    params: Mapping[str, Any],
    rule: Update,
    out: str | PathLike[str],
) -> Iterator[str]:
    """Yield lines on the data, the vocabulary, the model, and where the run is written.

    Args:
        dataset: the data to train on.
        settings: the settings of the training.
        tokenizer: the vocabulary.
        captions: word ids of the training captions.
        params: the parameters, arrays by name.
        rule: the update rule.
        out: the folder of the run.
    """
    images, validation = len(dataset.split("train")), len(dataset.captions("val").texts)
    yield (
        f"{dataset.name}: {len(captions):,} captions of {images:,} images to train on, "
        f"{validation:,} captions to validate with"
    )
    words = sum(map(len, captions))
    unknown = sum(ids.count(UNK) for ids in map(list, captions))
    yield (
        f"vocabulary: {len(tokenizer.words) - len(SPECIAL):,} words; {unknown:,} of {words:,} in "
        f"the captions ({unknown / max(1, words):.1%}) are not in it and read as UNK"
    )
    count = sum(array.size for array in params.values())
    copies = 2 + len(rule.slots)  # the parameters, their gradients, and what the rule keeps
    megabytes = copies * 4 * count / 1e6
    yield (
        f"{settings.model_type}: {count:,} parameters, about {megabytes:,.1f} MB with the "
        f"update rule's arrays; writing to {out}"
    )
