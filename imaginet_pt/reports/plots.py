"""Draw figures with matplotlib, the same bytes each time."""

import io
from os import PathLike
from pathlib import Path
from typing import Any

from matplotlib import rc_context
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from ..files.atomic import atomic

# Each format with what makes it the same on every day.
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


def figure(
    columns: int = 1, rows: int = 1, size: tuple[float, float] = (7.2, 3.3)
) -> tuple[Figure, Any]:
    """Make a Figure of `size` inches, and its axes with light grids and no box."""
    with rc_context(STYLE):
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
    with rc_context(STYLE):
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
