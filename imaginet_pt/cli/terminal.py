"""Text laid out for a terminal, without colours, so that a file of it reads the same."""

import shutil
import sys
import textwrap
from itertools import zip_longest

GAP = 2  # spaces between columns


def width():
    """Characters of a line: those of the terminal, 80 where there is none."""
    return shutil.get_terminal_size().columns


def column(total, n):
    """The width of each of `n` columns, `GAP` apart, in lines of `total` characters."""
    return (total - GAP * (n - 1)) // n


def entry(mark, texts, width):
    """Lines of at most `width`: the mark, and beside it the texts, each on lines of its own."""
    room = max(1, width - len(mark) - GAP)
    lines = [line for text in texts for line in textwrap.wrap(text, room)] or [""]
    marks = [mark, *[" " * len(mark)] * (len(lines) - 1)]
    return [f"{m}{' ' * GAP}{line}".rstrip() for m, line in zip(marks, lines, strict=True)]


def side_by_side(blocks, width):
    """Lines of the blocks, lists of lines of at most `width`, each in a column of that width."""
    rows = zip_longest(*blocks, fillvalue="")
    return [(" " * GAP).join(line.ljust(width) for line in row).rstrip() for row in rows]


def bars(labels, values, width):
    """A line for each label, its value and a bar; the largest value has the longest bar.

    values: 0 or more. The bar is drawn with blocks in a terminal, and else with #.
    """
    left = min(max(map(len, labels)), width // 3)
    room = width - left - len("  0.000 ")
    scale = room / (max(values) or 1)
    ink = "█" if sys.stdout.isatty() else "#"
    return [
        f"{textwrap.shorten(label, left, placeholder='…'):<{left}}  {value:.3f} "
        f"{ink * round(scale * value)}".rstrip()
        for label, value in zip(labels, values, strict=True)
    ]
