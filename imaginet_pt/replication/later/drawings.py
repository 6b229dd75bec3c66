"""The figures of the later analyses."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from ...reports import plots
from ..grid import RANDOM
from . import contexts, omissions, regressions


def kadar2017(tables: Mapping[str, pd.DataFrame], data: str) -> Figure:
    """Draw R², coefficients of positions, log ratios by part of speech, and by context."""
    figure: Figure
    figure, ((explained, positions), (categories, units)) = plots.figure(2, 2, (7.2, 6.4))
    _explained(explained, tables["kadar2017"])
    _positions(positions, tables["kadar2017-positions"])
    _categories(categories, tables["kadar2017-categories"])
    if "kadar2017-units" in tables:
        _units(units, tables["kadar2017-units"])
    figure.suptitle(f"{data}. Bars of error: 95 % over images (or units) and seeds.", fontsize=8)
    return figure


def _trained(table: pd.DataFrame) -> pd.DataFrame:
    return table[~table["model"].str.contains(RANDOM)]


def _explained(axis: Axes, table: pd.DataFrame) -> None:
    models = _trained(table)["model"].unique()
    for i, predictors in enumerate(regressions.PREDICTORS):
        rows = table[(table["predictors"] == predictors) & table["model"].isin(models)]
        x = np.arange(len(rows)) + 0.18 * (i - 1.5)
        _points(axis, x, rows["R²"], rows, i, predictors)
    axis.set_xticks(range(len(models)), models)
    axis.set(title="Omission scores explained", ylabel="R², held out")
    axis.legend(fontsize=7, frameon=False)


def _positions(axis: Axes, table: pd.DataFrame) -> None:
    for i, (model, rows) in enumerate(_trained(table).groupby("model", sort=False)):
        _points(axis, np.arange(len(rows)) + 0.08 * i, rows["value"], rows, i, str(model), "-")
    axis.set_xticks(range(len(omissions.PLACES)), omissions.PLACES, rotation=30, fontsize=7)
    axis.set(title="Coefficient of the position")
    axis.legend(fontsize=7, frameon=False)


def _categories(axis: Axes, table: pd.DataFrame) -> None:
    rows = table[table["kind"] == "pos"]
    value = "log ratio" if "log ratio" in rows else "VISUAL"
    y = np.arange(len(rows))
    error = [rows[value] - rows["low"], rows["high"] - rows[value]]
    axis.errorbar(rows[value], y, xerr=error, fmt="o", color=plots.COLOURS[0], markersize=4)
    axis.set_yticks(y, rows["category"], fontsize=7)
    axis.invert_yaxis()
    label = "log VISUAL : TEXTUAL" if value == "log ratio" else "omission score of VISUAL"
    axis.set(title="By part of speech", xlabel=label)


def _units(axis: Axes, table: pd.DataFrame) -> None:
    for i, kind in enumerate(contexts.KINDS):
        rows = table[table["context"].str.startswith(kind)]
        x = np.arange(len(rows)) + 0.1 * i
        _points(axis, x, rows["log TEXTUAL : VISUAL"], rows, i, kind)
    axis.set_xticks(range(len(contexts.ORDERS)), [f"{order}-gram" for order in contexts.ORDERS])
    axis.set(title="Information of units", ylabel="log TEXTUAL : VISUAL")
    axis.legend(fontsize=7, frameon=False)


def _points(
    axis: Axes,
    x: Any,
    y: "pd.Series[float]",
    rows: pd.DataFrame,
    i: int,
    label: str,
    line: str = "none",
) -> None:
    """Draw points with the intervals in the columns low and high of `rows`."""
    style = plots.style(i) | {"linestyle": line}
    error = [(y - rows["low"]).clip(lower=0), (rows["high"] - y).clip(lower=0)]
    axis.errorbar(x, y, yerr=error, label=label, markersize=4, linewidth=1, **style)
