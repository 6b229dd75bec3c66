"""What trained runs come to beside each other: similarity of words, retrieval and neighbours.

Each table has a row a run; `workflows` are the runs, {name: Workflow}. A run that cannot be asked
has a row with the reason under `note`.
"""

import numpy as np
import pandas as pd

from ..errors import UserError
from ..evaluation import neighbors, retrieval
from ..evaluation.word_similarity import word_similarity

SPLIT, PADDING = "val", "batch"  # as the original evaluates
SEED = 1  # of the bootstrap
QUESTIONS, K = 3, 2  # captions to ask with, and what is shown of each kind of neighbours
# Task of `assess.retrieval` -> its score.
SCORES = {"image_retrieval": "accuracy@5", "paraphrase_retrieval": "recall@4"}


def table(workflows, row):
    """DataFrame of row(workflow), a dict, for each run; a `UserError` of it is told as a note."""
    rows = []
    for name, workflow in workflows.items():
        try:
            rows.append({"run": name, **row(workflow)})
        except UserError as why:
            rows.append({"run": name, "note": str(why)})
    return pd.DataFrame(rows).fillna("")


def similarity_row(pairs):
    """Row of `table`: Spearman's rho of cosines of words and human scores, as in Table 1."""

    def row(workflow):
        generator = np.random.default_rng(SEED)
        found = word_similarity(pairs, workflow.words(), workflow.embeddings, generator)
        return {
            "rho": f"{found.rho:.3f}",
            "95 % interval": f"{found.low:.3f} to {found.high:.3f}",
            "p": f"{found.p:.1g}",
            "pairs": str(found.used),
            "of": str(found.total),
        }

    return row


def retrieval_row(dataset):
    """Row of `table`: scores in percent, in order and scrambled, as in Figure 2."""

    def row(workflow):
        metrics, _ = retrieval.retrieval(workflow, dataset, SPLIT, PADDING)
        cells = {}
        for task, score in SCORES.items():
            of_task = metrics.get(task, {})
            cells[f"{score} %"] = _percent(of_task.get(score))
            cells[f"{score} scrambled %"] = _percent(of_task.get("scrambled", {}).get(score))
        return cells | {"state of paraphrases": metrics["paraphrase_state"]}

    return row


def _percent(share):
    return "" if share is None else f"{100 * share:.1f}"


def questions(captions):
    """Places of the captions to ask with: `QUESTIONS` of them, evenly spread over the split."""
    n = len(captions.texts)
    return np.unique(np.arange(QUESTIONS) * n // QUESTIONS).tolist()


def nearest(workflows, dataset):
    """{caption: DataFrame} of `questions`: what is nearest to it in each run.

    Its rows are `K` captions and images of each run, its columns the orders of the words.
    """
    captions = dataset.captions(SPLIT)
    places = questions(captions)
    found = {name: _nearest(workflow, dataset, places) for name, workflow in workflows.items()}
    return {
        captions.texts[place]: pd.concat(
            _side_by_side(name, cells[cells["number"] == number]) for name, cells in found.items()
        )
        for number, place in enumerate(places, start=1)
    }


def _nearest(workflow, dataset, places):
    """Rows of `neighbors.table` for the captions at `places`, with `kind` and `shown`."""
    captions = dataset.captions(SPLIT)
    queries = neighbors.word_orders(workflow, [captions.texts[place] for place in places])
    asked, ids = neighbors.flat(queries), workflow.tokenizer.transform(captions.texts)
    own = np.repeat(places, len(queries[0]))
    found = neighbors.captions(workflow, asked, ids, K, own)
    tables = [_shown(neighbors.table(workflow, queries, found), "caption", captions.texts)]
    try:
        found = neighbors.images(workflow, asked, dataset, SPLIT, K)
    except UserError:
        return tables[0]
    images = {i.imgid: f"{i.filename}: {i.sentences[0]}" for i in dataset.split(SPLIT)}
    return pd.concat([*tables, _shown(neighbors.table(workflow, queries, found), "image", images)])


def _shown(found, kind, texts):
    shown = [f"{near.similarity:.3f} {texts[near.index]}" for near in found.itertuples()]
    return found.assign(kind=kind, shown=shown)


def _side_by_side(name, cells):
    """A row a kind and rank, a column an order; the run's name stands in its first row."""
    orders = {order: rows["shown"].tolist() for order, rows in cells.groupby("order", sort=False)}
    first = cells[cells["order"] == cells["order"].iloc[0]]
    nearest = [f"{kind} {rank}" for kind, rank in zip(first["kind"], first["rank"], strict=True)]
    run = [name, *[""] * (len(nearest) - 1)]
    return pd.DataFrame({"run": run, "nearest": nearest} | orders)
