"""Lay out text for a terminal, without colours, so that it looks the same in a file."""

import math
import shutil
import sys
import textwrap
from collections.abc import Sequence
from itertools import zip_longest

GAP = 2  # spaces between columns
NARROWEST, WIDEST = 20, 1000  # characters of a line, whatever COLUMNS says


def width() -> int:
    """Return the width of the terminal in characters; 80 if there is none."""
    return min(max(shutil.get_terminal_size().columns, NARROWEST), WIDEST)


def column_width(total: int, n: int) -> int:
    """Return the width of each of `n` columns, `GAP` apart, in a line of `total` characters."""
    return (total - GAP * (n - 1)) // n


def entry(mark: str, texts: Sequence[str], width: int) -> list[str]:
    """Lay out a mark and, beside it, texts that each begin on a new line.

    Returns:
        Lines of at most `width` characters.
    """
    room = max(1, width - len(mark) - GAP)
    lines = [line for text in texts for line in textwrap.wrap(text, room)] or [""]
    marks = [mark, *[" " * len(mark)] * (len(lines) - 1)]
    return [f"{m}{' ' * GAP}{line}".rstrip() for m, line in zip(marks, lines, strict=True)]


def side_by_side(blocks: Sequence[Sequence[str]], width: int) -> list[str]:
    """Lay out blocks of lines beside each other, each in a column of `width` characters."""
    rows = zip_longest(*blocks, fillvalue="")
    return [(" " * GAP).join(line.ljust(width) for line in row).rstrip() for row in rows]


def bars(labels: Sequence[str], values: Sequence[float], width: int) -> list[str]:
    """Draw a line with label, value and bar for each value; the largest bar fills the line.

    The largest value has three digits at least, not counting zeros at its beginning.

    Args:
        labels: the labels, cut to a third of the line.
        values: 0 or more. Bars are blocks in a terminal, and # elsewhere.
        width: characters of a line.
    """
    left = min(max(map(len, labels)), width // 3)
    largest = max(values) or 1
    decimals = max(3, 2 - math.floor(math.log10(largest)))
    room = width - left - len(f"  {0:.{decimals}f} ")
    scale = room / largest
    ink = "█" if sys.stdout.isatty() else "#"
    return [
        f"{textwrap.shorten(label, left, placeholder='…'):<{left}}  {value:.{decimals}f} "
        f"{ink * round(scale * value)}".rstrip()
        for label, value in zip(labels, values, strict=True)
    ]
