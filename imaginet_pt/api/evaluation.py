"""How good a trained run is."""

from __future__ import annotations

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
    """Figures of an evaluation by name, and those of each caption.

    It reads like a mapping: `metrics["image_retrieval"]["accuracy@5"]`, `dict(metrics)`, `in`,
    `len`, iteration over names, `keys()`. `items`, though, is the table of captions.
    """

    figures: dict[str, Any]
    """What is measured: figures by task, and how it was measured."""
    items: pd.DataFrame
    """A row a caption: its text, its image, and its figures in each task and order of words."""

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

    As `imaginet evaluate` does: once in the order of the words, once scrambled.

    Args:
        run: a run, its folder, or a workflow.
        data: captions and images.
        split: the part of the data to evaluate on.

    Returns:
        Figures of `image_retrieval` (where the model predicts images) and `paraphrase_retrieval`,
        and of each caption.

    Raises:
        UserError: no such run or split, or images of another size.
        UserTypeError: an argument of a wrong type.

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
    """Correlate the similarities of a run's word embeddings with people's.

    Args:
        run: a workflow, a run, or its folder.
        pairs: "simlex" for SimLex-999, which comes with gensim; the path of a file of word pairs,
            such as MEN's; or the pairs themselves, (word, word, score).

    Returns:
        Spearman's `rho`, its p-value `p`, the ends `low` and `high` of its 95 % bootstrap interval,
        how many of the pairs were `used`, and `items`, a row a used pair.

    Raises:
        UserError: no such run or file, or fewer than three of the pairs are in the vocabulary.
        UserTypeError: an argument of a wrong type.

    >>> word_similarity("runs/mine", "simlex").rho  # doctest: +SKIP
    """
    trained = run if isinstance(run, workflow.Workflow) else load_workflow(check_path("run", run))
    generator = np.random.default_rng(SEED)
    return similarity.word_similarity(_pairs(pairs), trained.words(), trained.embeddings, generator)


def _pairs(pairs: Any) -> Sequence[WordPair]:
    """Return word pairs by name, from a file, or as they are given."""
    if pairs == "simlex":
        return word_pairs.simlex()
    if isinstance(pairs, str | PathLike):
        path = check_path("pairs", pairs)
        if not path.exists():
            raise UserError(f"`pairs` is {str(pairs)!r}: no such file; give one, or 'simlex'")
        return word_pairs.read_pairs(path)
    try:
        return [p if isinstance(p, WordPair) else WordPair(p[0], p[1], float(p[2])) for p in pairs]
    except (TypeError, ValueError, IndexError):
        raise UserTypeError(
            "`pairs` must be 'simlex', a path, or a list of (word, word, score)"
        ) from None
