"""Tables on the standard output, as CSV or JSON.

Compute all rows first, so that nothing is written if that fails.
"""

import csv
import json
import sys
from argparse import ArgumentParser
from collections.abc import Callable, Iterable, Sequence

Row = Sequence[str | int | float]


def write_csv(columns: Sequence[str], rows: Iterable[Row]) -> None:
    """Write a header and a line for each row, with six digits for numbers."""
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(columns)
    for row in rows:
        writer.writerow(map(_cell, row))


def _cell(value: str | int | float) -> str | int:
    """Return a value as it stands in CSV: numbers with six digits, and true or false."""
    if isinstance(value, bool):
        return str(value).lower()
    return f"{value:.6g}" if isinstance(value, float) else value


def write_json(columns: Sequence[str], rows: Iterable[Row]) -> None:
    """Write a list of objects, one per line, with the columns as keys."""
    separator = "[\n"
    for row in rows:
        record = dict(zip(columns, row, strict=True))
        sys.stdout.write(separator + json.dumps(record, ensure_ascii=False))
        separator = ",\n"
    sys.stdout.write("\n]\n" if separator == ",\n" else "[]\n")


TABLE_FORMATS: dict[str, Callable[[Sequence[str], Iterable[Row]], None]] = {
    "csv": write_csv, "json": write_json,
}  # fmt: skip


def table_format_option(parser: ArgumentParser, text: bool) -> None:
    """Add `--format`: csv or json, or with `text` also text, which then is the default."""
    choices = [*(["text"] if text else []), *TABLE_FORMATS]
    parser.add_argument(
        "--format", choices=choices, default=choices[0], help=f"(default {choices[0]})"
    )
