"""Published numbers, and tables as text, CSV and Markdown."""

import json
from pathlib import Path
from typing import NamedTuple

import pandas as pd

from ..errors import UserError
from ..files.atomic import atomic


class Result(NamedTuple):
    """What a script found.

    name: "table1"; title: one line that names the data; text: Markdown, as printed; items: a row
    for each thing that the figures are means of; files: names of what was written under --out.
    """

    name: str
    title: str
    text: str
    items: pd.DataFrame
    files: list[str]


class NotRun(UserError):
    """A script that cannot run on this data or without an option; the message says why."""


PUBLISHED = json.loads(Path(__file__).with_name("published.json").read_text(encoding="utf-8"))


def paper_number(place, row, column):
    """The paper's number at this place, or None."""
    for number in PUBLISHED["numbers"]:
        if (number["place"], number["row"], number["column"]) == (place, row, column):
            return number["value"]
    return None


def comparable(dataset, args, name=PUBLISHED["data"]):
    """Empty where the paper's numbers can be held against ours, else why they cannot.

    name: of the data that these numbers are of; the features and the size are always the paper's.
    """
    features = 0 if dataset.features is None else dataset.features.shape[1]
    differs = {
        dataset.name: dataset.name != name,
        f"{features} features an image": features != PUBLISHED["features"],
        f"preset {args.preset}": args.preset != "paper",
    }
    return next((f"not comparable: {what}" for what, wrong in differs.items() if wrong), "")


def described(dataset, args):
    """The data, size and seeds of a result, for its title."""
    return f"{dataset.name}, preset {args.preset}, {args.seeds} seed{'s' * (args.seeds > 1)}"


def result(name, title, text, items, frames, out, files=()):
    """A `Result`, its text and DataFrames `frames` (by file name) written under `out`.

    files: names of further files that are there already.
    """
    for stem, frame in frames.items():
        write_csv(frame, out / f"{stem}.csv")
    write_text(f"{title}\n\n{text}", out / f"{name}.md")
    written = [*files, f"{name}.md", *(f"{stem}.csv" for stem in frames)]
    return Result(name, title, text, items, written)


def write_csv(frame, path):
    """A DataFrame as CSV, whole or not at all."""
    with atomic(path) as file:
        frame.to_csv(file, index=False, lineterminator="\n")


def markdown(frame):
    """A DataFrame as a Markdown table, cells as they are but for the sign that parts them."""
    cells = frame.astype(str).replace(r"\|", r"\|", regex=True).values.tolist()
    rows = [list(frame.columns), ["---"] * frame.shape[1], *cells]
    return "\n".join(f"| {' | '.join(row)} |" for row in rows) + "\n"


def write_text(text, path):
    with atomic(path) as file:
        file.write(text)
