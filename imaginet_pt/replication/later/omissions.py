"""Omission scores of every word of a split's captions, with part of speech, relation and place."""

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from ...data.dataset import Dataset
from ...data.parsing import Parsed
from ...evaluation import omission
from ...progress import Progress
from ...runs.workflow import Workflow
from ..estimates import Values
from ..grid import RANDOM, Workflows

SPLIT = "val"
VISUAL, TEXTUAL, LM, SUM = "VISUAL", "TEXTUAL", "LM", "SUM"
# Row of the tables: the model that it is measured on, its state, whether its weights are random.
# VISUAL and TEXTUAL are the two pathways of MULTITASK, as in the paper; LM has no pictures.
ROWS = {
    SUM: ("SUM", omission.SUM, False),
    LM: ("TEXTUAL", "hidden_text", False),
    TEXTUAL: ("MULTITASK", "hidden_text", False),
    VISUAL: ("MULTITASK", "hidden_vis", False),
    f"TEXTUAL, {RANDOM}": ("MULTITASK", "hidden_text", True),
    f"VISUAL, {RANDOM}": ("MULTITASK", "hidden_vis", True),
}
FIRST = ["first", "second", "third"]
LAST = ["last", "penult", "antepenult"]
PLACES = [*FIRST, "middle", *reversed(LAST)]
LEAST_WORDS = 30  # of a category, for an interval
LEAST_SHARE = 1250 / 260_000  # of all words: the paper shows labels that occur 1,250 times


class Scored(NamedTuple):
    """Omission scores.

    Attributes:
        tokens: a row a word: image, caption (index in the split), position (from 0), place (one of
            `PLACES`), word, pos, relation.
        scores: by row of the tables, (seeds, words).
    """

    tokens: pd.DataFrame
    scores: dict[str, Values]


def runs(workflows: Workflows) -> dict[str, tuple[list[Workflow], str]]:
    """Return the runs and the state of each of `ROWS`."""
    return {
        row: ([w.with_random_weights() if random else w for w in workflows[model]], state)
        for row, (model, state, random) in ROWS.items()
    }


def place(position: int, length: int) -> str:
    """Name a position, from 0, in a caption of `length` words; the first three go before.

    >>> [place(i, 5) for i in range(5)]
    ['first', 'second', 'third', 'penult', 'last']
    """
    if position < len(FIRST):
        return FIRST[position]
    from_end = length - 1 - position
    return LAST[from_end] if from_end < len(LAST) else "middle"


def list_tokens(dataset: Dataset, parsed: Parsed) -> pd.DataFrame:
    """Return `Scored.tokens` of the captions that have two words or more."""
    images = dataset.captions(SPLIT).rows
    return pd.DataFrame(
        (
            (images[caption], caption, i, place(i, len(tokens)), *token)
            for caption, tokens in enumerate(parsed.captions)
            if len(tokens) > 1
            for i, token in enumerate(tokens)
        ),
        columns=["image", "caption", "position", "place", "word", "pos", "relation"],
    )


def measure(
    workflows: Workflows, dataset: Dataset, parsed: Parsed, image: bool, progress: Progress
) -> Scored:
    """Compute the omission scores of all words by all runs.

    Args:
        workflows: the runs of the models that `ROWS` name.
        dataset: the captions.
        parsed: the same, parsed.
        image: whether to compare predicted images rather than states after END; rows of models
            that predict none are left out.
        progress: shows how many runs are done.
    """
    texts = [text for text, p in zip(dataset.captions(SPLIT).texts, parsed.captions, strict=True)
             if len(p) > 1]  # fmt: skip
    chosen = {
        row: (seeds, omission.IMAGE if image else state)
        for row, (seeds, state) in runs(workflows).items()
        if not image or state != "hidden_text"
    }
    scores: dict[str, Values] = {}
    with progress.bar("omission", sum(len(seeds) for seeds, _ in chosen.values())) as bar:
        for row, (seeds, state) in chosen.items():
            rows = []
            for workflow in seeds:
                captions = workflow.tokenizer.transform(texts)
                rows.append(np.concatenate(omission.state_scores(workflow, captions, state)))
                bar.update()
            scores[row] = np.stack(rows).astype(np.float64)
    return Scored(list_tokens(dataset, parsed), scores)


def log_ratio(scores: Mapping[str, Values], above: str, below: str) -> Values:
    """Return the log of the ratio of two rows' scores, (seeds, words), of scores above rounding."""
    least = np.float64(np.finfo(np.float32).eps)
    return np.log(np.maximum(scores[above], least) / np.maximum(scores[below], least))


def by_category(values: Values, categories: "pd.Series[str]") -> dict[str, npt.NDArray[np.bool_]]:
    """Return which words are of each category that has enough of them, the largest mean first."""
    counts = categories.value_counts()
    least = max(LEAST_WORDS, LEAST_SHARE * len(categories))
    masks = {name: (categories == name).to_numpy() for name in counts.index[counts >= least]}
    return dict(sorted(masks.items(), key=lambda item: -float(values[:, item[1]].mean())))
