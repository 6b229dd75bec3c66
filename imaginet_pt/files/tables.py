"""CSV tables, written whole and read with care."""

import csv

import pandas as pd

from ..errors import UserError
from .atomic import atomic


def write_table(path, header, rows):
    """A CSV file of `rows` under `header`, whole or not at all."""
    with atomic(path) as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)


def read_table(path):
    """Such a file as a DataFrame.

    Raises:
        UserError: no such file, or not a table.
    """
    try:
        return pd.read_csv(path)
    except (OSError, ValueError) as error:
        raise UserError(f"cannot read the table {path}: {error}; train the run again") from None
