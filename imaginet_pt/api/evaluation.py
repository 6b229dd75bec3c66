"""Evaluate a trained run."""

from __future__ import annotations

import math
import os
from collections.abc import Iterator, KeysView, Sequence
from dataclasses import dataclass
from os import PathLike
from typing import Any

import numpy as np
import pandas as pd

from ..data import word_pairs
from ..data.dataset import Dataset
from ..data.word_pairs import WordPair
from ..errors import UserError, UserTypeError
from ..evaluation import word_similarity as similarity
from ..evaluation.retrieval import retrieval
from ..evaluation.word_similarity import WordSimilarity
from ..runs import workflow
from .arguments import check_data, check_path, check_text
from .workflow import load_workflow

SEED = 0  # of the bootstrap of `word_similarity`


@dataclass(frozen=True, repr=False, eq=False)
class Metrics:
    """The results of `evaluate`: figures by task, and a table of all captions.

    Use it like a mapping of the figures: `metrics["image_retrieval"]["accuracy@5"]`, `in`, `len`,
    `keys()`, `dict(metrics)`. But `metrics.items` is the table of captions.
    """

    figures: dict[str, Any]
    """The figures by task, and the options of the evaluation."""
    items: pd.DataFrame
    """One row per caption: text, image, and its figures in each task and order of words."""

    def __getitem__(self, name: str) -> Any:
        """Return a figure, or the figures of a task."""
        return self.figures[name]

    def __iter__(self) -> Iterator[str]:
        """Iterate over the names."""
        return iter(self.figures)

    def __len__(self) -> int:
        """Count the names."""
        return len(self.figures)

    def __contains__(self, name: object) -> bool:
        """Tell whether there is such a name."""
        return name in self.figures

    def keys(self) -> KeysView[str]:
        """Return the names."""
        return self.figures.keys()

    def __repr__(self) -> str:
        """Describe the figures in one line."""
        return f"Metrics({', '.join(self.figures)}; items of {len(self.items):,} captions)"


def evaluate(
    run: str | PathLike[str] | workflow.Workflow, data: Dataset, split: str = "val"
) -> Metrics:
    """Measure how well captions find their images and the paraphrases of their images.

    Captions are read twice: with their words in order, and scrambled. Those of one minibatch are
    padded to the same length, as in the original.

    Args:
        run: a run, the path of its folder, or a workflow.
        data: captions and images.
        split: the part of the data to evaluate on.

    Returns:
        The figures of `image_retrieval` (if the model predicts images) and `paraphrase_retrieval`,
        and in `items` those of each caption.

    Raises:
        UserError: there is no such run or split, or the images have another size.
        UserTypeError: an argument has the wrong type.

    >>> evaluate("runs/mine", data)["image_retrieval"]["accuracy@5"]  # doctest: +SKIP
    """
    check_data(data)
    trained = run if isinstance(run, workflow.Workflow) else load_workflow(check_path("run", run))
    figures, items = retrieval(trained, data, check_text("split", split), "batch")
    return Metrics(figures, items)


def word_similarity(
    run: str | PathLike[str] | workflow.Workflow,
    pairs: str | PathLike[str] | Sequence[tuple[str, str, float] | WordPair] = "simlex",
) -> WordSimilarity:
    """Correlate the cosines of a run's word embeddings with people's ratings of similarity.

    Args:
        run: a run, the path of its folder, or a workflow.
        pairs: "simlex" for SimLex-999, which comes with gensim; the path of a file of word pairs,
            such as MEN's; or a list of (word, word, score).

    Returns:
        Spearman's `rho`, its p-value `p`, the ends `low` and `high` of its 95 % bootstrap interval,
        the number `used` of the `total` pairs, and `items`, one row per used pair.

    Raises:
        UserError: there is no such run or file, or fewer than three pairs are in the vocabulary.
        UserTypeError: an argument has the wrong type.

    >>> word_similarity("runs/mine", "simlex").rho  # doctest: +SKIP
    """
    trained = run if isinstance(run, workflow.Workflow) else load_workflow(check_path("run", run))
    generator = np.random.default_rng(SEED)
    return similarity.word_similarity(_pairs(pairs), trained.words(), trained.embeddings, generator)


def _pairs(pairs: Any) -> Sequence[WordPair]:
    """Return the word pairs that the argument `pairs` names or lists."""
    if isinstance(pairs, str) and pairs == "simlex":
        return word_pairs.simlex()
    if isinstance(pairs, str | PathLike):
        path = check_path("pairs", pairs)
        if not os.path.exists(path):
            raise UserError(f"`pairs` is {str(pairs)!r}: no such file; give one, or 'simlex'")
        return word_pairs.read_pairs(path)
    try:
        listed = [
            p if isinstance(p, WordPair) else WordPair(p[0], p[1], float(p[2])) for p in pairs
        ]
    except (TypeError, ValueError, IndexError):
        raise UserTypeError(
            "`pairs` must be 'simlex', a path, or a list of (word, word, score)"
        ) from None
    for pair in listed:
        check_text("pairs", pair.first)
        check_text("pairs", pair.second)
        if not math.isfinite(pair.score):
            told = f"{pair.first} {pair.second} has the score {pair.score}"
            raise UserError(f"`pairs`: {told}; leave pairs without a rating out")
    return listed
