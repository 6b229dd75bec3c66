"""When the words of a split became known to trained runs, and how learners compare."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from ...data.dataset import Dataset
from ...data.preprocessing import SPECIAL, split_words
from ...evaluation import acquisition
from ...evaluation.bootstrap import Estimate
from ...evaluation.partial import partial_spearman
from ...progress import Progress
from ...runs.workflow import Workflow
from .. import estimates
from ..estimates import Values
from ..grid import RANDOM, Workflows
from ..retrieval_scores import held, iterations

SPLIT = "val"
LEAST_IMAGES = 5  # whose captions have a word
KNOWN = 0.75  # area under the ROC curve, half of the way from chance to no mistake
CHILDREN = "children"
IMAGE, SURPRISAL = "image retrieved", "surprisal fallen"
# Learner: the model, and the measure by which it knows a word.
LEARNERS = {
    "VISUAL, images": ("VISUAL", IMAGE),
    "MULTITASK, images": ("MULTITASK", IMAGE),
    "MULTITASK, words": ("MULTITASK", SURPRISAL),
    "TEXTUAL, words": ("TEXTUAL", SURPRISAL),
}
FREQUENCY, CONCRETENESS, AGE = "log frequency", "concreteness", "children's age"


class Vocabulary(NamedTuple):
    """The words that are followed.

    Attributes:
        words: in the order of their frequency in training captions.
        frequency: log of the number of training captions with the word, (words,).
        right: which images of the split have it in a caption, (words, images).
    """

    words: list[str]
    frequency: Values
    right: npt.NDArray[np.bool_]


def vocabulary(dataset: Dataset, known: Sequence[str]) -> Vocabulary:
    """Choose the words of `known` that the captions of enough images have, and of enough have not.

    Args:
        dataset: the captions.
        known: words that all runs read.
    """
    captions = dataset.captions(SPLIT)
    images = np.unique(captions.rows)
    row = {word: i for i, word in enumerate(known) if word.isalpha()}
    right = np.zeros((len(known), len(images)), bool)
    for text, image in zip(captions.texts, np.searchsorted(images, captions.rows), strict=True):
        right[[row[word] for word in split_words(text) if word in row], image] = True
    counts = right.sum(axis=1)
    enough = (counts >= LEAST_IMAGES) & (counts <= len(images) - LEAST_IMAGES)
    words = [word for word, kept in zip(known, enough, strict=True) if kept]
    seen = pd.Series(
        [word for text in dataset.captions("train").texts for word in set(split_words(text))]
    ).value_counts()
    return Vocabulary(words, np.log(seen.reindex(words).to_numpy(float)), right[enough])


def known_words(workflows: Workflows) -> list[str]:
    """Return the words that all runs read, in the order of the first."""
    runs = [run for seeds in workflows.values() for run in seeds]
    common = set.intersection(*(set(run.tokenizer.words) for run in runs))
    return [word for word in runs[0].tokenizer.words[len(SPECIAL) :] if word in common]


def curves(
    workflow: Workflow, measure: str, dataset: Dataset, followed: Vocabulary, progress: Progress
) -> Values:
    """Return how well a run knows each word before training and at each epoch, higher is better.

    Returns:
        Array (1 + epochs, words): areas under the ROC curve, or surprisal with a minus, in bits.
    """
    epochs = [workflow.at(i) for i in iterations(workflow)]
    texts, rows = dataset.captions(SPLIT).texts, []
    with progress.bar(f"{measure}", 1 + len(epochs), unit="epoch") as bar:
        for run in [workflow.with_random_weights(), *epochs]:
            if measure == IMAGE:
                of = acquisition.image_areas(run, followed.words, dataset, followed.right, SPLIT)
            else:
                of = -acquisition.mean_surprisal(run, followed.words, texts)
            rows.append(of)
            bar.update()
    return np.stack(rows)


def items(
    workflows: Workflows, dataset: Dataset, followed: Vocabulary, progress: Progress
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Follow all words in all runs.

    The control, `RANDOM`, orders words by how well VISUAL finds their images before its training.

    Returns:
        A row for each learner, seed and word: age, the epoch at which it became known; and a row
        for each learner, seed and iteration: score, the mean over words. A run that ends before
        others stays where it ended.
    """
    tables, means = [], []
    for learner, (model, measure) in LEARNERS.items():
        for seed, workflow in enumerate(workflows[model], start=1):
            of = curves(workflow, measure, dataset, followed, progress)
            threshold = KNOWN if measure == IMAGE else acquisition.halfway(of)
            age = acquisition.ages(of, threshold)
            row = {"learner": learner, "seed": seed, "word": followed.words}
            tables.append(pd.DataFrame(row | {"age": age}))
            if learner == next(iter(LEARNERS)):
                tables.append(pd.DataFrame(row | {"learner": RANDOM, "age": -of[0]}))
            known = of if measure == IMAGE else -of
            mean = {"learner": learner, "seed": seed, "iteration": [0, *iterations(workflow)]}
            means.append(pd.DataFrame(mean | {"score": known.mean(axis=1)}))
    return pd.concat(tables, ignore_index=True), held(pd.concat(means), "learner")


def with_norms(
    ages: pd.DataFrame,
    followed: Vocabulary,
    concreteness: dict[str, float] | None,
    children: dict[str, float] | None,
) -> pd.DataFrame:
    """Add what is known of each word: frequency, concreteness, the age at which children say it."""
    words = pd.DataFrame({"word": followed.words, FREQUENCY: followed.frequency})
    for name, norm in ((CONCRETENESS, concreteness), (AGE, children)):
        words[name] = words["word"].map(norm or {}).astype(float)
    return ages.merge(words, on="word")


def arrays(items: pd.DataFrame, learner: str, variables: Sequence[str]) -> tuple[Values, ...]:
    """Return ages (seeds, words) of a learner and variables (words,), of words that have all.

    Of `CHILDREN` the ages are those of the norms, (1, words).
    """
    names = [*variables, AGE] if learner == CHILDREN else list(variables)
    chosen = items["learner"].iloc[0] if learner == CHILDREN else learner
    of = items[items["learner"] == chosen].dropna(subset=names)
    table = of.pivot(index="word", columns="seed", values="age")
    known = of.drop_duplicates("word").set_index("word").loc[table.index]
    age = known[AGE].to_numpy()[None] if learner == CHILDREN else table.to_numpy().T
    return age, *(known[name].to_numpy() for name in variables)


def correlation(
    items: pd.DataFrame, learner: str, variable: str, fixed: Sequence[str] = ()
) -> Estimate:
    """Estimate the rank correlation of a learner's ages with a variable, given others.

    Items are words, and seeds the learner's.
    """
    age, of, *others = arrays(items, learner, [variable, *fixed])
    return estimates.statistic(
        lambda rows: partial_spearman(age[:, rows], of[rows], [o[rows] for o in others]),
        *age.shape,
    )


def correlation_difference(
    items: pd.DataFrame, a: str, b: str, variable: str, fixed: Sequence[str]
) -> Estimate:
    """Estimate how much larger the correlation is of learner a than of b."""
    age_a, of, *others = arrays(items, a, [variable, *fixed])
    age_b = arrays(items, b, [variable, *fixed])[0]

    def difference(rows: npt.NDArray[np.int64]) -> Values:
        held = [o[rows] for o in others]
        of_a, of_b = (partial_spearman(age[:, rows], of[rows], held) for age in (age_a, age_b))
        return of_a - of_b

    return estimates.statistic(difference, *age_a.shape)


def count(items: pd.DataFrame, learner: str, variables: Sequence[str]) -> int:
    """Count the words that have all variables."""
    return int(arrays(items, learner, variables)[0].shape[1])
