"""CSV tables of numbers, written whole or not at all, and checked when read."""

import csv
import io
from collections.abc import Iterable, Sequence
from os import PathLike
from typing import Any

import numpy as np
import pandas as pd

from .atomic import atomic
from .reading import guard, read_bytes

MAX_TABLE = 2**25  # bytes; the costs of ten epochs of COCO have 2 MB
MAX_COLUMNS, MAX_EPOCHS = 100, 10_000  # and rows of a table with a row for each epoch
FIX = "train the run again"


def write_table(
    path: str | PathLike[str], header: Sequence[str], rows: Iterable[Sequence[object]]
) -> None:
    """Write `rows` under `header` as a CSV file, whole or not at all."""
    with atomic(path) as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)


def read_frame(
    path: str | PathLike[str], fix: str, limit: int = MAX_TABLE, **options: Any
) -> pd.DataFrame:
    """Return a CSV file as a DataFrame.

    Args:
        path: the file.
        fix: advice that ends the message.
        limit: how many bytes it may have.
        options: those of pandas' `read_csv`.

    Raises:
        UserError: the file is missing, larger, or no such table.
    """
    content = read_bytes(path, limit, fix)
    with guard(path, fix):
        return pd.read_csv(io.BytesIO(content), **options)


def read_table(
    path: str | PathLike[str], columns: Sequence[str], rows: int = MAX_TABLE
) -> pd.DataFrame:
    """Return a table of numbers as a DataFrame.

    Args:
        path: the CSV file.
        columns: columns that it must have; it may have others.
        rows: how many rows it may have.

    Raises:
        UserError: the file is missing, lacks a column, or holds anything but finite numbers.
    """
    content = read_bytes(path, MAX_TABLE, FIX)
    with guard(path, FIX):
        if content.partition(b"\n")[0].count(b",") >= MAX_COLUMNS:
            raise ValueError(f"it has more than {MAX_COLUMNS} columns")
        if content.count(b"\n") > rows + 1:
            raise ValueError(f"it has more than {rows:,} rows")
        table = pd.read_csv(io.BytesIO(content))
        missing = [name for name in columns if name not in table]
        if missing:
            raise ValueError(f"it has no column {', '.join(missing)}")
        if not np.isfinite(table.to_numpy("float64")).all():
            raise ValueError("it holds values that are not finite numbers")
    return table
