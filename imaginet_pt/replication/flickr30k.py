"""Section 4.2: MULTITASK's image retrieval on Flickr30K, beside published systems.

    python replicate/flickr30k.py --data FLICKR30K [--out DIR]

Prints the table and writes flickr30k.csv, flickr30k.md and flickr30k-items.csv (a row a seed and
caption) under --out. The images of split val are ranked; the paper does not say which it ranked.
"""

import pandas as pd

from . import published, results, retrieval_scores, verdicts
from .script import Script

NAME = "flickr30k"  # as dataset.json gives it
MODELS = ["MULTITASK"]
COLUMNS = ["model", "seed", "caption", "image", "accuracy@5"]  # of the items


def inputs(args, dataset):
    """Nothing beside the data, which must be Flickr30K with features."""
    if dataset.name != NAME or dataset.features is None:
        this = dataset.name if dataset.features is not None else f"{dataset.name}, text alone"
        raise results.NotRun(
            f"needs Flickr30K in --data (this is {this}); give Karpathy's folder flickr30k, with "
            "dataset.json and vgg_feats.mat, as data/README.md describes it"
        )
    dataset.captions(retrieval_scores.SPLIT)


def comparable(dataset, args, nothing):
    """Empty where the paper's number can be held against ours, else why it cannot."""
    return results.comparable(dataset, args, NAME)


def table_of(items, verdict):
    """Our mean, its 95 % interval and verdict; then the published numbers.

    items: a row a seed and caption, with its image; verdict: why ours cannot be held against the
    paper's, empty if it can.
    """
    scores = verdicts.scores(items, ["image"], "accuracy@5")["MULTITASK"]
    ours = verdicts.mean(scores)
    word = published.agreement(ours, results.paper_number(*published.FLICKR30K))
    rows = [
        {
            "system": "MULTITASK, here",
            "accuracy@5 %": _percent(ours.value),
            "95 % interval": f"{_percent(ours.low)} to {_percent(ours.high)}",
            "seeds": " ".join(map(_percent, scores.mean(axis=1))),
            "verdict": verdict or word,
        }
    ]
    rows += [
        {"system": _cited(number["row"]), "accuracy@5 %": _percent(number["value"])}
        for number in results.PUBLISHED["numbers"]
        if number["column"] == published.FLICKR30K[-1]
    ]
    return pd.DataFrame(rows).fillna("")


def _percent(share):
    return f"{100 * share:.1f}"


def _cited(row):
    return f"{row}, in the paper" if row in MODELS else row


def make(args, dataset, nothing, workflows, progress):
    """The comparison as a `Result`; its items have a row a seed and caption."""
    items = retrieval_scores.items(workflows, dataset, progress, last=True)
    items = items.loc[items["order"] == "original", COLUMNS].reset_index(drop=True)
    table = table_of(items, comparable(dataset, args, nothing))
    images = len(dataset.split(retrieval_scores.SPLIT))
    title = (
        f"Flickr30K on {results.described(dataset, args)}: accuracy@5 of finding a caption's image "
        f"among {images:,}, beside published systems"
    )
    text = (
        f"{results.markdown(table)}\nThe interval is over images and seeds. The other figures are "
        "as their authors published them, on their own features.\n"
    )
    frames = {"flickr30k": table, "flickr30k-items": items.round(4)}
    return results.result("flickr30k", title, text, items, frames, args.out)


SCRIPT = Script("flickr30k", __doc__, MODELS, inputs, make, comparable)
