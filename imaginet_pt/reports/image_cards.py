"""Draw rows of images with matplotlib, each as its picture or as a card with its captions.

All lengths are in points; y runs down from the upper edge of the page.
"""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.patches import FancyBboxPatch
from matplotlib.textpath import text_to_path

from ..errors import attempt
from ..files.pictures import open_picture
from . import plots

COLUMNS = 4
MARGIN, WIDTH, GAP, PAD = 4, 500, 8, 7  # of the page, its rest, between cards, inside a card
CARD = (WIDTH - (COLUMNS - 1) * GAP) / COLUMNS
BOX = (CARD - 2 * PAD, 0.75 * (CARD - 2 * PAD))  # width and height that a picture has to fit in
SIZE, LINE, BETWEEN = 7, 8.6, 3.6  # of captions: the font's size, a line, between two captions
HEAD, HEAD_LINE, LABEL = 8, 10.5, 56  # of queries: the font's size, a line, the label before them
BAR, SPACE = 17, 12  # a card's line with rank and cosine; between rows
MOST, MOST_HEAD = 18, 3  # lines of a card and of a query; longer ones are cut
DPI = 220  # of pictures in SVG and PDF
LARGEST = (1000, 1000)  # pixels of a picture that are kept; a card shows about 330 x 250
INK, GREY, PAPER, EDGE = "#1a1a1a", "#555555", "#f7f7f4", "#9a9a9a"


class Card(NamedTuple):
    """A retrieved image: its rank, cosine and captions, and its pixels or None."""

    rank: int
    similarity: float
    captions: tuple[str, ...]
    picture: npt.NDArray[Any] | None


class Row(NamedTuple):
    """A query, a label for its kind, and at most `COLUMNS` cards of what it retrieves."""

    label: str
    query: str
    cards: list[Card]


def read_picture(path: str | Path) -> npt.NDArray[Any] | None:
    """Read the pixels of a picture, (height, width, 3); None if it is missing or unreadable."""
    return attempt(_pixels, path)[0]


def _pixels(path: str | Path) -> npt.NDArray[Any]:
    with open_picture(path) as picture:
        rgb = picture.convert("RGB")
        rgb.thumbnail(LARGEST)
        return np.asarray(rgb)


def text_width(text: str, size: float) -> float:
    """Measure a line of text in points."""
    return text_to_path.get_text_width_height_descent(text, _font(size), ismath=False)[0]


def wrapped(text: str, width: float, size: float, most: int) -> list[str]:
    """Break `text` into at most `most` lines of at most `width` points, cutting long words."""
    lines = [""]
    for word in text.split():
        for piece in _pieces(word, width, size):
            longer = f"{lines[-1]} {piece}".lstrip()
            if text_width(longer, size) <= width:
                lines[-1] = longer
            else:
                lines.append(piece)
        if len(lines) > most:
            return [*lines[: most - 1], "…"]
    return lines


def body(card: Card) -> list[tuple[bool, str]]:
    """Break the captions of a card into lines; each tells whether it begins a caption."""
    lines = [
        (i == 0, line)
        for caption in card.captions
        for i, line in enumerate(wrapped(_closed(caption), CARD - 2 * PAD, SIZE, MOST))
    ]
    return lines if len(lines) <= MOST else [*lines[: MOST - 1], (False, "…")]


@plots.own_style()
def draw(title: str, rows: Sequence[Row]) -> Figure:
    """Draw the rows below each other, under a title."""
    rows = [_drawable(row) for row in rows]
    titles = wrapped(plots.drawable(title), WIDTH, HEAD, MOST_HEAD)
    queries = [wrapped(f"“{row.query}”", WIDTH - LABEL, HEAD, MOST_HEAD) for row in rows]
    heads = [len(lines) * HEAD_LINE + 5 for lines in queries]
    heights = [max(map(_height, row.cards)) for row in rows]
    y = len(titles) * HEAD_LINE + SPACE / 2
    figure, axes = _page(y + sum(heads) + sum(heights) + (len(rows) - 1) * SPACE)
    _lines(axes, 0, 0, titles, color=GREY)
    for row, lines, head, height in zip(rows, queries, heads, heights, strict=True):
        _lines(axes, 0, y, [row.label], weight="bold")
        _lines(axes, LABEL, y, lines)
        for i, card in enumerate(row.cards):
            _card(axes, i * (CARD + GAP), y + head, height, card)
        y += head + height + SPACE
    return figure


def _drawable(row: Row) -> Row:
    """Return the row with texts that the font can draw."""
    cards = [
        card._replace(captions=tuple(plots.drawable(text) for text in card.captions))
        for card in row.cards
    ]
    return Row(row.label, plots.drawable(row.query), cards)


def _page(height: float) -> tuple[Figure, Axes]:
    """Make a figure and axes over it, with (0, 0) in the upper left corner inside the margin."""
    size = (WIDTH + 2 * MARGIN) / 72, (height + 2 * MARGIN) / 72
    figure = Figure(size, dpi=DPI)
    figure.suppressComposite = True  # or SVG and PDF would have one picture over all cards
    axes = figure.add_axes((0, 0, 1, 1), autoscale_on=False)
    axes.set(xlim=(-MARGIN, WIDTH + MARGIN), ylim=(height + MARGIN, -MARGIN))
    axes.set_axis_off()
    return figure, axes


def _lines(axes: Axes, x: float, y: float, lines: Sequence[str], **style: Any) -> None:
    """Draw the lines of a title or query, below y."""
    for i, line in enumerate(lines):
        _text(axes, x, y + HEAD + i * HEAD_LINE, line, HEAD, **style)


def _height(card: Card) -> float:
    if card.picture is not None:
        return BAR + BOX[1] + PAD
    lines = body(card)
    between = BETWEEN * (sum(begins for begins, _ in lines) - 1)
    return BAR + len(lines) * LINE + between + PAD - (LINE - SIZE)


def _card(axes: Axes, x: float, y: float, height: float, card: Card) -> None:
    """Draw a frame with rank and cosine, and the picture or the captions in it."""
    box = FancyBboxPatch(
        (x, y), CARD, height, "round,pad=0,rounding_size=4", fc=PAPER, ec=EDGE, lw=0.7
    )
    axes.add_patch(box)
    _text(axes, x + PAD, y + 11.5, str(card.rank), HEAD, weight="bold")
    cosine = f"cosine {card.similarity:.3f}"
    _text(axes, x + CARD - PAD, y + 11.5, cosine, SIZE, ha="right", color=GREY)
    if card.picture is not None:
        _picture(axes, x + PAD, y + BAR, height - BAR - PAD, card.picture)
    else:
        _captions(axes, x + PAD, y + BAR, body(card))


def _captions(axes: Axes, x: float, y: float, lines: Sequence[tuple[bool, str]]) -> None:
    for i, (begins, line) in enumerate(lines):
        y += BETWEEN if begins and i else 0
        _text(axes, x, y + SIZE, line, SIZE)
        y += LINE


def _picture(axes: Axes, x: float, y: float, room: float, pixels: npt.NDArray[Any]) -> None:
    """Draw the picture, as large as `BOX` allows, in the middle of the height `room`."""
    scale = min(np.array(BOX) / pixels.shape[1::-1])
    width, height = scale * pixels.shape[1], scale * pixels.shape[0]
    left, top = x + (BOX[0] - width) / 2, y + (room - height) / 2
    extent = (left, left + width, top + height, top)
    axes.imshow(pixels, extent=extent, aspect="auto", zorder=2)


def _closed(text: str) -> str:
    """Return the text without spaces before closing punctuation marks."""
    return re.sub(r"\s+([.,;:!?])(?=\s|$)", r"\1", text)


def _pieces(word: str, width: float, size: float) -> list[str]:
    """Cut a word into pieces of at most `width` points."""
    pieces = [""]
    for letter in word:
        if text_width(pieces[-1] + letter, size) <= width:
            pieces[-1] += letter
        else:
            pieces.append(letter)
    return pieces


def _font(size: float, weight: str = "normal") -> FontProperties:
    return FontProperties(family=plots.FONT, size=size, weight=weight)


def _text(
    axes: Axes, x: float, y: float, text: str, size: float,
    weight: str = "normal", color: str = INK, ha: str = "left",
) -> None:  # fmt: skip
    """Draw a line of plain text, never parsed as mathematics, on the baseline y."""
    font = _font(size, weight)
    axes.text(x, y, text, fontproperties=font, color=color, ha=ha, parse_math=False)
