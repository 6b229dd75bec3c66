"""Results of the scripts as text, CSV and Markdown, and the numbers published in the paper."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd

from ..data.benchmarks import MEN
from ..data.dataset import Dataset
from ..errors import UserError
from ..files.atomic import atomic
from .options import Options, iteration

MOST_SEEDS = 10  # whose scores a cell lists
AGAIN = "run the command again"  # where a file that it wrote is missing or damaged


class Result(NamedTuple):
    """The result of a script.

    Attributes:
        name: the script's name, such as "table1".
        title: one line that names the data.
        text: the printed text, in Markdown.
        items: a row for each item over which the printed numbers are means.
        files: the names of the files written under --out.
    """

    name: str
    title: str
    text: str
    items: pd.DataFrame
    files: list[str]


class NotRun(UserError):
    """A script cannot run with this data, or needs an option; the message says why."""


PUBLISHED: dict[str, Any] = json.loads(
    Path(__file__).with_name("published.json").read_text(encoding="utf-8")
)


def paper_number(place: str, row: str, column: str) -> Any:
    """Return the paper's number at a place in a table or figure, or None.

    >>> paper_number("Table 1", "VISUAL", "MEN")
    0.57
    """
    for number in PUBLISHED["numbers"]:
        if (number["place"], number["row"], number["column"]) == (place, row, column):
            return number["value"]
    return None


def mismatch(options: Options, dataset: Dataset, data: str = PUBLISHED["data"]) -> str:
    """Say why the paper's numbers cannot be compared with ours; empty if they can.

    The number of image features and the sizes of the models must be the paper's too.

    Args:
        data: the name of the data that the paper's numbers are about.
    """
    features = 0 if dataset.features is None else dataset.features.shape[1]
    differs = {
        dataset.name: dataset.name != data,
        f"{features} features per image": features != PUBLISHED["features"],
        f"preset {options.preset}": options.preset != "paper",
    }
    return next((name for name, wrong in differs.items() if wrong), "")


def mismatch_note(mismatch: str) -> str:
    """Say that the paper's numbers in a table are not comparable; empty if they are."""
    if not mismatch:
        return ""
    return f"The paper's numbers are not comparable with these, hence no verdict: {mismatch}.\n"


def missing_benchmark(name: str) -> str:
    """Say why a benchmark of the paper is missing from Table 1."""
    if name == MEN:
        return "give --men FILE, or train on more captions if you did"
    return "too few of its pairs are in the vocabulary"


def describe(options: Options, dataset: Dataset) -> str:
    """Describe the data, the size, the seeds and a chosen epoch of a result, for its title."""
    seeds = f"{options.seeds} seed{'s' * (options.seeds > 1)}"
    epoch = f", iteration {chosen}" if (chosen := iteration(options)) else ""
    return f"{dataset.name}, preset {options.preset}, {seeds}{epoch}"


def write_result(
    name: str,
    title: str,
    text: str,
    items: pd.DataFrame,
    tables: Mapping[str, pd.DataFrame],
    out: Path,
    files: Sequence[str] = (),
) -> Result:
    """Write the text and the tables of a result, and return it.

    Tables that an earlier call with other options left are removed, which would else be shown
    beside it.

    Args:
        tables: the tables to write as CSV, by file name.
        out: the folder to write to.
        files: the names of files of this result that are written already.
    """
    for stem, table in tables.items():
        write_csv(table, out / f"{stem}.csv")
    write_text(f"{title}\n\n{text}", out / f"{name}.md")
    written = [*files, f"{name}.md", *(f"{stem}.csv" for stem in tables)]
    for path in out.glob(f"{name}-*.csv"):
        if path.name not in written:
            path.unlink()
    return Result(name, title, text, items, written)


def write_csv(table: pd.DataFrame, path: Path) -> None:
    """Write a table as CSV, whole or not at all."""
    with atomic(path) as file:
        table.to_csv(file, index=False, lineterminator="\n")


def write_text(text: str, path: Path) -> None:
    """Write a text file, whole or not at all."""
    with atomic(path) as file:
        file.write(text)


def markdown(table: pd.DataFrame) -> str:
    """Return a table as Markdown, with `|` in a cell escaped."""
    cells = table.astype(str).replace(r"\|", r"\|", regex=True).values.tolist()
    rows = [list(table.columns), ["---"] * table.shape[1], *cells]
    return "\n".join(f"| {' | '.join(row)} |" for row in rows) + "\n"


def by_seed(scores: Sequence[float], digits: int) -> str:
    """List the score of each seed, or of many seeds the lowest and the highest.

    >>> by_seed([0.41, 0.4], 3)
    '0.410 0.400'
    >>> by_seed(range(11), 1)
    '0.0 to 10.0, 11 seeds'
    """
    if len(scores) > MOST_SEEDS:
        return f"{min(scores):.{digits}f} to {max(scores):.{digits}f}, {len(scores)} seeds"
    return " ".join(f"{score:.{digits}f}" for score in scores)
