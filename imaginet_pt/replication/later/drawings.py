"""The figures of the later analyses."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

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
    figure.suptitle(
        f"{data}. Error bars: 95 % intervals over images (or units) and seeds.", fontsize=8
    )
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
    low, high = axis.get_ylim()
    axis.set_ylim(low, high + 0.25 * (high - low))  # room for the legend
    axis.legend(fontsize=7, frameon=False, ncols=2, loc="upper right")


def _positions(axis: Axes, table: pd.DataFrame) -> None:
    for i, (model, rows) in enumerate(_trained(table).groupby("model", sort=False)):
        x = np.array([omissions.PLACES.index(place) for place in rows["place"]]) + 0.08 * i
        _points(axis, x, rows["value"], rows, i, str(model), "-")
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


def minimal_pairs(table: pd.DataFrame, data: str) -> Figure:
    """Draw the share chosen right by epoch, a panel for each kind of pair."""
    figure: Figure
    figure, axes = plots.figure(3, 2, (7.2, 5.0))
    for axis, (kind, rows) in zip(axes.flat, table.groupby("kind", sort=False), strict=False):
        for i, (model, of) in enumerate(rows.groupby("model", sort=False)):
            _by_epoch(axis, of.sort_values("iteration"), i, str(model))
        axis.axhline(0.5, color="gray", linewidth=0.8)
        axis.set_title(str(kind), fontsize=9)
        axis.xaxis.set_major_locator(MaxNLocator(5, integer=True, min_n_ticks=1))
    axes[1, 1].set_xlabel("Iteration")
    axes[0, 0].set_ylabel("Chosen right")
    handles, labels = axes[0, 0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=4, frameon=False, fontsize=8)
    figure.suptitle(
        f"{data}. Bands: 95 % intervals over images and seeds. The grey line is chance.", fontsize=8
    )
    return figure


def _by_epoch(axis: Axes, rows: pd.DataFrame, i: int, label: str) -> None:
    """Draw a curve with its band, or a level line for a model of one epoch."""
    style = plots.style(i)
    if len(rows) == 1:
        value = rows["chosen right"].iloc[0]
        axis.axhline(value, color=style["color"], linestyle="--", linewidth=1, label=label)
        return
    axis.plot(rows["iteration"], rows["chosen right"], label=label, markersize=3, **style)
    axis.fill_between(
        rows["iteration"], rows["low"], rows["high"], color=style["color"], alpha=0.15
    )


def word_learning(table: pd.DataFrame, curves: pd.DataFrame, data: str) -> Figure:
    """Draw the mean curves of the words, and the correlations of the order of learning."""
    figure: Figure
    figure, axes = plots.figure(3, 1, (9.0, 3.4))
    panels = [
        ("images", "Finding images", "Area under the ROC curve"),
        ("words", "Next words", "Surprisal (bits)"),
    ]
    for axis, (measure, title, label) in zip(axes, panels, strict=False):
        chosen = curves[curves["learner"].str.endswith(measure)]
        for i, (learner, rows) in enumerate(chosen.groupby("learner", sort=False)):
            mean = rows.groupby("iteration")["score"].mean()
            axis.plot(mean.index, mean, label=learner, markersize=3, **plots.style(i))
        axis.set(xlabel="Iteration", ylabel=label, title=title)
        axis.legend(fontsize=7, frameon=False)
    _correlations(axes[2], table)
    note = "Curves: means over words. Error bars: 95 % intervals over words and seeds."
    figure.suptitle(f"{data}. {note}", fontsize=8)
    return figure


def _correlations(axis: Axes, table: pd.DataFrame) -> None:
    """Draw the correlations of each learner with nothing held fixed."""
    rows = table[table["held fixed"] == ""]
    learners = list(rows["learner"].unique())
    for i, (variable, of) in enumerate(rows.groupby("with", sort=False)):
        y = np.array([learners.index(learner) for learner in of["learner"]]) + 0.2 * (i - 1)
        error = [(of["rho"] - of["low"]).clip(lower=0), (of["high"] - of["rho"]).clip(lower=0)]
        style = plots.style(i) | {"linestyle": "none"}
        axis.errorbar(of["rho"], y, xerr=error, label=variable, markersize=4, **style)
    axis.axvline(0, color="gray", linewidth=0.8)
    axis.set_yticks(range(len(learners)), learners, fontsize=7)
    axis.invert_yaxis()
    axis.set(xlabel="Spearman's rho", title="Order of learning")
    if learners:
        axis.legend(
            fontsize=7, frameon=False, loc="upper center", bbox_to_anchor=(0.35, -0.18), ncols=3,
            columnspacing=1,
        )  # fmt: skip


def little_data(leads: pd.DataFrame, data: str) -> Figure:
    """Draw the lead of models with pictures by number of tokens, a panel for each regime."""
    figure: Figure
    figure, axes = plots.figure(2, 1, (7.2, 3.4))
    for axis, (regime, of) in zip(axes, leads.groupby("regime", sort=False), strict=False):
        for i, (curve, rows) in enumerate(of.groupby(["benchmark", "model"], sort=False)):
            x = rows["tokens"] * 1.03**i
            _points(axis, x, rows["lead"], rows, i, ", ".join(map(str, curve)), "-")
        axis.axhline(0, color="gray", linewidth=0.8)
        axis.set_xscale("log")
        axis.set(xlabel="Tokens", title=str(regime))
    axes[0].set_ylabel("rho ahead of TEXTUAL")
    handles, labels = axes[0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=4, frameon=False, fontsize=8)
    figure.suptitle(f"{data}. Error bars: 95 % intervals over word pairs and seeds.", fontsize=8)
    return figure
