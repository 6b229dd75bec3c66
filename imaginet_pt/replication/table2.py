"""Table 2: finding images of single words.

The score is accuracy@5: the share of words for which one of the five images nearest to the image
predicted from the word is an image that the word is right for. Prints the table and writes under
--out: table2.csv and table2.md, the table; and table2-items.csv, a row for each word. Which words
are right for an image follows WordNet: its own label, or the closest hypernym that is known.
"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from ..data.dataset import Dataset
from ..data.feature_file import Features
from ..errors import UserError
from ..evaluation.ranking import first_equal, similarities
from ..progress import Progress
from ..runs.workflow import Workflow
from . import estimates, published, results, synsets
from .grid import RANDOM_NOTE, Workflows, with_floor
from .options import Options
from .results import Result
from .script import Script
from .synsets import Labelled

MODELS = ["VISUAL", "MULTITASK", "LINREG"]
BLOCK = 1024  # images read and compared at a time
K = 5

Matrix = npt.NDArray[np.float32]
Scores = npt.NDArray[np.float64]


def read_inputs(options: Options, dataset: Dataset) -> Labelled:
    """Read the images to be found: those of --images, or those of single things in scenes."""
    if dataset.features is None:
        raise results.NotRun(f"Table 2 needs image features; {dataset.name} is text alone")
    if options.images:
        images = synsets.load(options.images)
    elif dataset.synthetic:
        images = synsets.of_scenes(dataset)
    else:
        raise results.NotRun(
            "Table 2 needs images of single things: give --images DIR with features and wnids"
        )
    features, wanted = images.features.shape[1], dataset.features.shape[1]
    if features != wanted:
        raise UserError(
            f"--images {options.images}: {features:,} features per image, but {dataset.name} has "
            f"{wanted:,}; compute both with the same network"
        )
    return images


def cosines(words: Matrix, images: Features) -> Matrix:
    """Return the cosines of word vectors (words, d) and images (images, d): (words, images).

    The images may be in a file; they are read one block at a time. As in `evaluation.ranking`,
    images that are equal bit for bit get equal cosines.
    """
    cosine = np.empty((len(words), len(images)), np.float32)
    for start in range(0, len(images), BLOCK):
        block = _read(images, start)
        for rows, similarity in similarities(block, words):
            cosine[:, start : start + BLOCK][:, rows] = similarity.T
    starts = range(0, len(images), BLOCK)
    first = np.array(first_equal(row for start in starts for row in _read(images, start)))
    repeated = np.flatnonzero(first != np.arange(len(first)))
    cosine[:, repeated] = cosine[:, first[repeated]]
    return cosine


def _read(images: Features, start: int) -> Matrix:
    """Return the block of images that begins at `start`."""
    return np.array(images[start : start + BLOCK], np.float32)


def accuracy(similarity: Matrix, right: npt.NDArray[np.bool_], k: int = K) -> Scores:
    """Return the probability that a right image is among the `k` nearest of each query.

    Suppose that b images are nearer than the nearest right one, and that t images, w of them wrong,
    are tied with it and in random order. Then the k - b remaining places all go to wrong images
    with probability C(w, k - b) / C(t, k - b).

    Args:
        similarity: (n, images).
        right: (n, images), with at least one right image for each query.

    Returns:
        Array (n,).
    """
    mark = np.max(similarity, axis=1, keepdims=True, where=right, initial=-np.inf)
    better = np.count_nonzero(similarity > mark, axis=1)
    tied = np.count_nonzero(similarity == mark, axis=1)
    wrong = tied - np.count_nonzero((similarity == mark) & right, axis=1)
    missed = np.ones(len(similarity))
    for i in range(k):
        chance = np.maximum(wrong - i, 0) / np.maximum(tied - i, 1)
        missed *= np.where(i < k - better, chance, 1)
    return 1 - missed


def word_accuracy(
    workflow: Workflow,
    words: Sequence[str],
    images: Labelled,
    right: npt.NDArray[np.bool_],
) -> Scores:
    """Return the `accuracy` of a run for each of `words`, read alone: (words,)."""
    row = workflow.words()
    vectors = workflow.project_words()[[row[word] for word in words]]
    return accuracy(cosines(vectors, images.features), right)


def table_row(model: str, scores: Scores, images: Labelled, mismatch: str) -> dict[str, object]:
    """Make a row of Table 2: the mean over seeds, and its 95 % interval."""
    mean = estimates.mean(scores)
    paper = results.paper_number("Table 2", model, "accuracy@5")
    row = {
        "model": model,
        "accuracy@5": f"{mean.value:.3f}",
        "95 % interval": f"{mean.low:.3f} to {mean.high:.3f}",
        "seeds": results.by_seed(list(scores.mean(axis=1)), 3),
        "words": scores.shape[1],
        "images": len(images.labels),
        "paper": "" if paper is None else f"{paper:.2f}",
    }
    verdict = "" if paper is None else published.agreement(mean, paper)
    return row if mismatch else row | {"verdict": verdict}


def items_of(words: Sequence[str], by_model: dict[str, Scores]) -> pd.DataFrame:
    """Return a row for each model, seed and word."""
    return pd.concat(
        [
            pd.DataFrame({"model": model, "seed": seed, "word": words, "accuracy@5": row})
            for model, scores in by_model.items()
            for seed, row in enumerate(scores, start=1)
        ],
        ignore_index=True,
    )


def mismatch(options: Options, dataset: Dataset, images: Labelled) -> str:
    """Name what keeps the paper's numbers from being compared with ours; empty if nothing does."""
    same = len(images.labels) == results.paper_number("Section 4.1", "all", "images")
    return results.mismatch(options, dataset) or ("" if same else images.name)


def text_of(table: pd.DataFrame, right: npt.NDArray[np.bool_], mismatch: str) -> str:
    """Return the table as Markdown, with chance and the paper's counts."""
    words, images = (results.paper_number("Section 4.1", "all", n) for n in ("words", "images"))
    chance = accuracy(np.zeros(right.shape, np.float32), right).mean()
    return (
        f"{results.markdown(table)}\n{results.mismatch_note(mismatch)}\n"
        f"By chance, images in random order would score {chance:.3f}. {RANDOM_NOTE} "
        f"The paper has {words} words and {images:,} images.\n"
    )


def make(
    options: Options, dataset: Dataset, images: Labelled, workflows: Workflows, progress: Progress
) -> Result:
    """Make Table 2; its items have a row for each model, seed and word.

    The words are those that all runs know, so that all models answer the same questions.
    """
    vocabularies = [set(run.words()) for seeds in workflows.values() for run in seeds]
    words, right = synsets.right_images(images, set.intersection(*vocabularies))
    by_model = {
        model: np.stack([word_accuracy(run, words, images, right) for run in seeds])
        for model, seeds in with_floor(workflows).items()
    }
    why = mismatch(options, dataset, images)
    table = pd.DataFrame(
        table_row(model, scores, images, why) for model, scores in by_model.items()
    )
    title = (
        f"Table 2 on {results.describe(options, dataset)}: accuracy@5 of finding, among "
        f"{len(images.labels):,} images of {images.name}, one that a word is right for"
    )
    items = items_of(words, by_model)
    tables = {"table2": table, "table2-items": items}
    text = text_of(table, right, why)
    return results.write_result("table2", title, text, items, tables, options.out)


SCRIPT = Script("table2", MODELS, read_inputs, make, mismatch, ["--images"])
