"""Table 3: captions nearest to a caption and to the same words in random order, by MULTITASK.

    python replicate/table3.py [--data DIR|scenes] [--captions FILE] [--out DIR]

Prints the table and writes table3.csv, table3.md and table3-items.csv (a row a neighbour) under
--out. Nearness is the cosine of last visual hidden states. Each caption is read by itself, without
padding: the table is about captions, so no vector in it depends on the minibatch that a caption
happened to come in. All captions stand as the model sees them, with UNK for a word it has not.
"""

import pandas as pd

from ..evaluation import neighbors
from . import queries, results
from .script import Script

MODELS = ["MULTITASK"]
SEED = 1  # of the run that is shown
SHOWN = 2  # captions in the table, where they are chosen
K = queries.K
COLUMNS = [
    "number", "model", "seed", "caption", "query", "order", "rank", "neighbour", "similarity",
]  # fmt: skip


def inputs(args, dataset):
    """The lines of --captions."""
    return queries.read(args, dataset)


def items_of(workflow, asked, captions):
    """A row a query, order and rank: the `K` captions nearest to it, itself left out.

    `number` counts the queries; `caption` is the place among the captions, -1 for none of them.
    """
    ids = workflow.tokenizer.transform(captions.texts)
    said = workflow.tokenizer.inverse_transform(ids)
    turned = [query.orders for query in asked]
    own = [query.caption for query in asked for _ in query.orders]
    found = neighbors.captions(workflow, neighbors.flat(turned), ids, K, own)
    items = neighbors.table(workflow, turned, found)
    return items.assign(
        model=MODELS[0],
        seed=SEED,
        caption=[asked[number - 1].caption for number in items["number"]],
        neighbour=[said[place] for place in items["index"]],
    )[COLUMNS]


def table_of(items):
    """The paper's layout: a query and its neighbours, original and scrambled, a row each."""
    rows = []
    for (number, order), near in items.groupby(["number", "order"], sort=False):
        rows.append((number, order.capitalize(), near["query"].iloc[0], ""))
        for item in near.itertuples():
            cosine = f"{item.similarity:.3f}"
            rows.append((number, f"rank {item.rank}", item.neighbour, cosine))
    return pd.DataFrame(rows, columns=["number", "line", "caption", "cosine"])


def text_of(table, told):
    """A Markdown table a query, and where the queries come from."""
    cells = table.assign(caption=queries.cells(table["caption"]))
    shown = [
        results.markdown(lines.drop(columns="number").rename(columns={"line": ""}))
        for _, lines in cells.groupby("number")
    ]
    return "\n".join([*shown, f"{told}\n"])


def make(args, dataset, lines, workflows, progress):
    """Table 3 as a `Result`; its items have a row a query, order and rank."""
    workflow, captions = workflows[MODELS[0]][SEED - 1], dataset.captions(queries.SPLIT)
    asked, told = queries.choose(workflow, captions, queries.TABLE3, lines, SHOWN)
    found = items_of(workflow, asked, captions)
    table, items = table_of(found), found.drop(columns="number")
    title = (
        f"Table 3 on {results.described(dataset, args)}: captions nearest to a caption and to its "
        f"words in random order, {MODELS[0]}, seed {SEED}"
    )
    frames = {"table3": table, "table3-items": items}
    return results.result("table3", title, text_of(table, told), items, frames, args.out)


SCRIPT = Script("table3", __doc__, MODELS, inputs, make, options=[queries.add_captions])
