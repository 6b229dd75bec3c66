"""Draw figures with matplotlib, with the same bytes each time."""

import contextlib
import functools
import io
from collections.abc import Iterable, Iterator
from os import PathLike
from pathlib import Path
from typing import Any

from matplotlib import font_manager, rc_context, rcdefaults, rcParams
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from ..errors import UserError
from ..files.atomic import atomic

# The options of each format that make its bytes the same every day.
FORMATS: dict[str, Any] = {
    "png": {"dpi": 220, "metadata": {"Software": None}},
    "svg": {"metadata": {"Date": None}},
    "pdf": {"metadata": {"CreationDate": None}},
}
# Okabe and Ito's, which differ for the colour-blind too.
COLOURS = ["#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "black"]
MARKERS, DASHES = "osD^v", ["-", (0, (4, 2)), (0, (1, 1.5))]
STYLE: dict[Any, Any] = {
    "font.size": 9,
    "svg.hashsalt": "imaginet_pt",
    "svg.fonttype": "none",
    "pdf.fonttype": 42,
}
FONT = "DejaVu Sans"  # comes with matplotlib
REPLACEMENT = "\N{REPLACEMENT CHARACTER}"  # drawn for a character that the font lacks


@contextlib.contextmanager
def own_style() -> Iterator[None]:
    """Draw in our style, whatever a matplotlibrc file says; also a decorator."""
    with rc_context():
        rcdefaults()
        rcParams.update(STYLE)
        yield


def figure(
    columns: int = 1, rows: int = 1, size: tuple[float, float] = (7.2, 3.3)
) -> tuple[Figure, Any]:
    """Make a Figure of `size` inches, and its axes with light grids and no box."""
    with own_style():
        drawing = Figure(size, layout="constrained")
        FigureCanvasAgg(drawing)
        axes = drawing.subplots(rows, columns)
        for axis in drawing.axes:
            axis.spines[["top", "right"]].set_visible(False)
            axis.grid(alpha=0.25)
    return drawing, axes


def style(i: int) -> dict[str, Any]:
    """Return the colour, marker and dash of line `i` of a figure, from 0; 105 lines differ."""
    return {
        "color": COLOURS[i % len(COLOURS)],
        "marker": MARKERS[i % len(MARKERS)],
        "linestyle": DASHES[i // len(COLOURS) % len(DASHES)],
    }


def content(figure: Figure, kind: str) -> bytes:
    """Render `figure` in one of `FORMATS`."""
    file = io.BytesIO()
    with own_style():
        figure.savefig(file, format=kind, **FORMATS[kind])
    return file.getvalue()


def write(figure: Figure, path: str | PathLike[str], kind: str) -> None:
    """Write `figure` to the file `path` in one of `FORMATS`."""
    with atomic(path, "wb") as file:
        file.write(content(figure, kind))


def save(figure: Figure, folder: Path, name: str) -> list[str]:
    """Write `figure` in all `FORMATS` into `folder`; return the names of the files."""
    for kind in FORMATS:
        write(figure, folder / f"{name}.{kind}", kind)
    return [f"{name}.{kind}" for kind in FORMATS]


def kind_of(path: str | PathLike[str]) -> str:
    """Return the format that a file's name asks for.

    Raises:
        UserError: it is none of `FORMATS`.
    """
    kind = Path(path).suffix.lower().removeprefix(".")
    if kind not in FORMATS:
        endings = ", ".join(f".{name}" for name in FORMATS)
        raise UserError(f"{path} ends in none of {endings}; choose another name")
    return kind


@functools.cache
def _in_font(character: str) -> bool:
    font = font_manager.get_font(font_manager.findfont(FONT))
    return character in " \n" or bool(font.get_char_index(ord(character)))


def drawable(text: str) -> str:
    """Return `text` with `REPLACEMENT` for each character that the figures' font lacks.

    >>> drawable("a dog 你")
    'a dog �'
    """
    return "".join(c if _in_font(c) else REPLACEMENT for c in text)


def undrawable(texts: Iterable[str]) -> str:
    """Say in a line which characters of `texts` the figures' font lacks; empty if it has all."""
    missing = sorted({c for text in texts for c in text if not _in_font(c)})
    if not missing:
        return ""
    shown = "".join(missing[:10]) + ("…" if len(missing) > 10 else "")
    return (
        f"the figure's font lacks {len(missing)} of the characters ({shown}), which are drawn as "
        f"{REPLACEMENT}"
    )
