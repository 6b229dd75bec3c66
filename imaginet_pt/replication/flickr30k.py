"""Section 4.2: image retrieval on Flickr30K, as others measured it.

The accuracy@5 of MULTITASK on the images of split val, beside the published numbers of the paper
and of the systems it cites; the paper does not say which images it ranked. Prints the table and
writes under --out: flickr30k.csv and flickr30k.md, the table; and flickr30k-items.csv, a row for
each seed and caption. Needs Flickr30K in --data.
"""

from typing import Any

import pandas as pd

from ..data.dataset import Dataset
from ..progress import Progress
from . import estimates, published, results, retrieval_scores
from .grid import Workflows
from .options import Options
from .results import Result
from .script import Script

NAME = "flickr30k"  # as dataset.json gives it
MODELS = ["MULTITASK"]
COLUMNS = ["model", "seed", "caption", "image", "accuracy@5"]  # of the items


def read_inputs(options: Options, dataset: Dataset) -> None:
    """Check that the data is Flickr30K with features; nothing else is needed."""
    if dataset.name != NAME or dataset.features is None:
        this = dataset.name if dataset.features is not None else f"{dataset.name}, text alone"
        raise results.NotRun(
            f"needs Flickr30K in --data (this is {this}); give Karpathy's folder flickr30k, with "
            "dataset.json and vgg_feats.mat, as data/README.md describes it"
        )
    dataset.captions(retrieval_scores.SPLIT)


def mismatch(options: Options, dataset: Dataset, inputs: Any) -> str:
    """Say why the paper's number cannot be compared with ours; empty if it can."""
    return results.mismatch(options, dataset, NAME)


def table_of(items: pd.DataFrame, mismatch: str) -> pd.DataFrame:
    """Return our mean, its 95 % interval and verdict, then the published numbers.

    Args:
        items: a row for each seed and caption, with its image.
        mismatch: why ours cannot be compared with the paper's, empty if it can.
    """
    scores = estimates.scores(items, ["image"], "accuracy@5")["MULTITASK"]
    ours = estimates.mean(scores)
    verdict = published.agreement(ours, results.paper_number(*published.FLICKR30K))
    rows = [
        {
            "system": "MULTITASK, here",
            "accuracy@5 %": _percent(ours.value),
            "95 % interval": f"{_percent(ours.low)} to {_percent(ours.high)}",
            "seeds": " ".join(map(_percent, scores.mean(axis=1))),
            **({} if mismatch else {"verdict": verdict}),
        }
    ]
    rows += [
        {"system": _system(number["row"]), "accuracy@5 %": _percent(number["value"])}
        for number in results.PUBLISHED["numbers"]
        if number["column"] == published.FLICKR30K[-1]
    ]
    return pd.DataFrame(rows).fillna("")


def _percent(share: float) -> str:
    return f"{100 * share:.1f}"


def _system(row: str) -> str:
    return f"{row}, in the paper" if row in MODELS else row


def make(
    options: Options, dataset: Dataset, inputs: Any, workflows: Workflows, progress: Progress
) -> Result:
    """Make the comparison; its items have a row for each seed and caption."""
    items = retrieval_scores.items(workflows, dataset, progress, last=True)
    items = items.loc[items["order"] == "original", COLUMNS].reset_index(drop=True)
    why = mismatch(options, dataset, inputs)
    table = table_of(items, why)
    images = len(dataset.split(retrieval_scores.SPLIT))
    title = (
        f"Flickr30K on {results.describe(options, dataset)}: accuracy@5 of finding a caption's "
        f"image among {images:,}, beside published systems"
    )
    text = (
        f"{results.markdown(table)}\n{results.mismatch_note(why)}\n"
        f"Ranking at random would score {_percent(min(1, 5 / images))} %. The interval is over "
        "images and seeds. The other figures are as their authors published them, on their own "
        "features.\n"
    )
    tables = {"flickr30k": table, "flickr30k-items": items.round(4)}
    return results.write_result("flickr30k", title, text, items, tables, options.out)


SCRIPT = Script("flickr30k", MODELS, read_inputs, make, mismatch)
