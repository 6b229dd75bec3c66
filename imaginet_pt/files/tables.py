"""CSV tables, written whole and read with care."""

import csv
import io
from collections.abc import Iterable, Sequence
from os import PathLike

import pandas as pd

from .atomic import atomic
from .reading import guard, read_bytes

MAX_TABLE = 2**26  # bytes; the costs of ten epochs of COCO have 2 MB
FIX = "train the run again"


def write_table(
    path: str | PathLike[str], header: Sequence[str], rows: Iterable[Sequence[object]]
) -> None:
    """Write `rows` under `header` as a CSV file, whole or not at all."""
    with atomic(path) as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)


def read_table(path: str | PathLike[str]) -> pd.DataFrame:
    """Return such a file as a DataFrame.

    Raises:
        UserError: there is no such file, or it is not a table.
    """
    content = read_bytes(path, MAX_TABLE, FIX)
    with guard(path, FIX):
        return pd.read_csv(io.BytesIO(content))
