"""Table 3: captions nearest to a caption, in order and scrambled, by MULTITASK.

For a caption, and for its words in random order, the nearest captions by the cosine of the last
visual hidden states. Prints the table and writes under --out: table3.csv and table3.md, the table;
and table3-items.csv, a row for each neighbour. Each caption is read by itself, without padding, so
that its vector does not depend on other captions. Captions are shown as the model reads them, with
UNK for an unknown word. Beneath stands how much the neighbours of the median caption change, with
random weights and by chance too.
"""

from collections.abc import Sequence

import pandas as pd

from ..data.dataset import Captions, Dataset
from ..evaluation import neighbors
from ..progress import Progress
from ..runs.workflow import Workflow
from . import queries, results
from .grid import Workflows
from .options import Options
from .queries import Query
from .results import Result
from .script import Script

MODELS = ["MULTITASK"]
SEED = 1  # of the run that is shown
SHOWN = 2  # captions in the table, where they are chosen
K = queries.K
COLUMNS = [
    "number", "model", "seed", "caption", "query", "order", "rank", "neighbour", "similarity",
]  # fmt: skip


def read_inputs(options: Options, dataset: Dataset) -> list[str]:
    """Read the lines of --captions."""
    return queries.read_captions(options, dataset)


def items_of(workflow: Workflow, asked: Sequence[Query], captions: Captions) -> pd.DataFrame:
    """Return a row for each query, order and rank: the `K` nearest captions except the query.

    `number` counts the queries; `caption` is the query's index in the captions, or -1.
    """
    ids = workflow.tokenizer.transform(captions.texts)
    texts = workflow.tokenizer.inverse_transform(ids)
    orders = [query.orders for query in asked]
    own = [query.caption for query in asked for _ in query.orders]
    nearest = neighbors.captions(workflow, neighbors.flat(orders), ids, K, own)
    items = neighbors.table(workflow, orders, nearest)
    return items.assign(
        model=MODELS[0],
        seed=SEED,
        caption=[asked[number - 1].caption for number in items["number"]],
        neighbour=[texts[index] for index in items["index"]],
    )[COLUMNS]


def table_of(items: pd.DataFrame) -> pd.DataFrame:
    """Lay the items out as in the paper: a row for each query and each neighbour."""
    rows = []
    for (number, order), nearest in items.groupby(["number", "order"], sort=False):
        rows.append((number, order.capitalize(), nearest["query"].iloc[0], ""))
        for item in nearest.itertuples():
            cosine = f"{item.similarity:.3f}"
            rows.append((number, f"rank {item.rank}", item.neighbour, cosine))
    return pd.DataFrame(rows, columns=["number", "line", "caption", "cosine"])


def text_of(table: pd.DataFrame, *notes: str) -> str:
    """Return a Markdown table for each query, and the notes."""
    cells = table.assign(caption=queries.one_line(table["caption"]))
    shown = [
        results.markdown(lines.drop(columns="number").rename(columns={"line": ""}))
        for _, lines in cells.groupby("number")
    ]
    return "\n".join([*shown, *(f"{note}\n" for note in notes)])


def make(
    options: Options,
    dataset: Dataset,
    lines: Sequence[str],
    workflows: Workflows,
    progress: Progress,
) -> Result:
    """Make Table 3; its items have a row for each query, order and rank."""
    workflow, captions = workflows[MODELS[0]][SEED - 1], dataset.captions(queries.SPLIT)
    asked, source = queries.choose(workflow, dataset, queries.TABLE3, lines, SHOWN)
    numbered = items_of(workflow, asked, captions)
    table, items = table_of(numbered), numbered.drop(columns="number")
    title = (
        f"Table 3 on {results.describe(options, dataset)}: captions nearest to a caption and to "
        f"its words in random order, {MODELS[0]}, seed {SEED}"
    )
    tables = {"table3": table, "table3-items": items}
    text = text_of(table, source, queries.controls(workflow, dataset, queries.CAPTIONS))
    return results.write_result("table3", title, text, items, tables, options.out)


SCRIPT = Script("table3", MODELS, read_inputs, make, options=["--captions"])
