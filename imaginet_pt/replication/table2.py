"""Table 2: single-word image retrieval, accuracy@5 of finding an image that a word is right for.

    python replicate/table2.py [--data DIR|scenes] [--images DIR] [--out DIR]

Prints the table and writes table2.csv, table2.md and table2-items.csv (a row a word) under --out.
Which words are right for an image is told in synsets.py.
"""

import hashlib

import numpy as np
import pandas as pd

from ..errors import UserError
from ..evaluation.ranking import similarities
from . import published, results, synsets, verdicts
from .script import Script

MODELS = ["VISUAL", "MULTITASK", "LINREG"]
BLOCK = 1024  # images read and compared at a time
K = 5


def inputs(args, dataset):
    """The images to find, `synsets.Labelled`: those of --images, or scenes' single things."""
    if dataset.features is None:
        raise results.NotRun(f"Table 2 needs image features; {dataset.name} is text alone")
    if args.images:
        images = synsets.load(args.images)
    elif dataset.synthetic:
        images = synsets.of_scenes(dataset)
    else:
        raise results.NotRun(
            "Table 2 needs images of single things: give --images DIR with features and wnids"
        )
    found, wanted = images.features.shape[1], dataset.features.shape[1]
    if found != wanted:
        raise UserError(
            f"--images {args.images}: {found:,} features an image, but {dataset.name} has "
            f"{wanted:,}; compute both with the same network"
        )
    return images


def cosines(words, images):
    """Cosines of word vectors (words, d) and images (images, d): (words, images) float32.

    The images may be in a file; a block of them is in memory at a time. As in
    `imaginet_pt.evaluation`, images that are equal bit for bit get equal cosines.
    """
    cosine, seen, first = np.empty((len(words), len(images)), np.float32), {}, []
    for start in range(0, len(images), BLOCK):
        block = np.array(images[start : start + BLOCK], np.float32)
        # Adding 0.0 turns -0.0 into 0.0, which is equal and has other bits.
        keys = (hashlib.sha256(row + 0.0).digest() for row in block)
        first += [seen.setdefault(key, i) for i, key in enumerate(keys, start)]
        for rows, similarity in similarities(block, words):
            cosine[:, start : start + BLOCK][:, rows] = similarity.T
    moved = np.flatnonzero(np.array(first) != np.arange(len(first)))
    cosine[:, moved] = cosine[:, np.array(first)[moved]]
    return cosine


def accuracy(similarity, right, k=K):
    """Probability (n,) that an image that is right is among the `k` nearest of each query.

    With b images nearer than the nearest right one, and t as near as that, w of them wrong, all
    k - b places that are left go to wrong ones with probability C(w, k - b) / C(t, k - b).

    Args:
        similarity: (n, images).
        right: bool (n, images), at least one image a query.
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


def word_accuracy(workflow, words, images, right):
    """`accuracy` (words,) of a run that reads each of `words` alone."""
    row = workflow.words()
    projected = workflow.project_words()[[row[word] for word in words]]
    return accuracy(cosines(projected, images.features), right)


def table_row(model, scores, images, verdict):
    """One row of Table 2: the mean over seeds and its 95 % interval over words and seeds."""
    mean = verdicts.mean(scores)
    paper = results.paper_number("Table 2", model, "accuracy@5")
    return {
        "model": model,
        "accuracy@5": f"{mean.value:.3f}",
        "95 % interval": f"{mean.low:.3f} to {mean.high:.3f}",
        "seeds": " ".join(f"{score:.3f}" for score in scores.mean(axis=1)),
        "words": scores.shape[1],
        "images": len(images.labels),
        "paper": f"{paper:.2f}",
        "verdict": verdict or published.agreement(mean, paper),
    }


def items_of(words, by_model):
    """A row a model, seed and word."""
    return pd.concat(
        [
            pd.DataFrame({"model": model, "seed": seed, "word": words, "accuracy@5": row})
            for model, scores in by_model.items()
            for seed, row in enumerate(scores, start=1)
        ],
        ignore_index=True,
    )


def comparable(dataset, args, images):
    """Empty where the paper's numbers can be held against ours, else why they cannot."""
    same = len(images.labels) == results.paper_number("Section 4.1", "all", "images")
    return results.comparable(dataset, args) or ("" if same else f"not comparable: {images.name}")


def text_of(table, right):
    """The table as Markdown, with the paper's counts and what chance would be."""
    words, images = (results.paper_number("Section 4.1", "all", n) for n in ("words", "images"))
    chance = accuracy(np.zeros(right.shape, np.float32), right).mean()
    return (
        f"{results.markdown(table)}\nImages in random order would score {chance:.3f}. "
        f"The paper has {words} words and {images:,} images.\n"
    )


def make(args, dataset, images, workflows, progress):
    """Table 2 as a `Result`; its items have a row a model, seed and word.

    The words are those that all runs know, so that all models are asked the same.
    """
    runs = [workflow for seeds in workflows.values() for workflow in seeds]
    words, right = synsets.right_images(
        images, set.intersection(*(set(workflow.words()) for workflow in runs))
    )
    by_model = {
        model: np.stack([word_accuracy(workflow, words, images, right) for workflow in seeds])
        for model, seeds in workflows.items()
    }
    verdict = comparable(dataset, args, images)
    table = pd.DataFrame(
        table_row(model, scores, images, verdict) for model, scores in by_model.items()
    )
    title = (
        f"Table 2 on {results.described(dataset, args)}: accuracy@5 of finding, among "
        f"{len(images.labels):,} images of {images.name}, one that a word is right for"
    )
    items = items_of(words, by_model)
    frames = {"table2": table, "table2-items": items}
    return results.result("table2", title, text_of(table, right), items, frames, args.out)


def add_options(parser):
    parser.add_argument(
        "--images",
        metavar="DIR",
        help="images of single things: their features, and a dataset.json with a wnid an image or "
        f"{synsets.GROUND_TRUTH}; scenes has its own",
    )


SCRIPT = Script("table2", __doc__, MODELS, inputs, make, comparable, options=[add_options])
