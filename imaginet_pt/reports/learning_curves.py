"""Draw the costs of runs by epoch."""

from collections.abc import Mapping
from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from . import plots

# Column of `model_card.costs` -> title of its panel.
PANELS = {
    "training": "Cost in training",
    "validation": "Cost in validation",
    "visual": "Cost of images in validation",
    "textual": "Cost of next words in validation",
    "reconstruction": "Cost of reconstructed words in validation",
}


@plots.own_style()
def draw(costs: Mapping[str, pd.DataFrame]) -> Figure:
    """Draw a panel for each kind of cost that some run has.

    Args:
        costs: `model_card.costs` of each run, by name. At least one run must have epochs; a run
            without any has no line.
    """
    costs = {name: of_run for name, of_run in costs.items() if len(of_run)}
    shown = [panel for panel in PANELS if any(panel in of_run for of_run in costs.values())]
    height = 2.2 * -(-len(shown) // 2) + 0.17 * len(costs) + 0.3
    figure, _ = plots.figure(columns=2, rows=-(-len(shown) // 2), size=(7.2, height))
    for axes, panel in zip(figure.axes, shown, strict=False):
        _panel(axes, panel, costs)
    for axes in figure.axes[len(shown) :]:
        axes.set_axis_off()
    names = [plots.drawable(name).replace("$", r"\$") for name in costs]
    lines = figure.axes[0].lines  # one a run: each has costs of its training
    figure.legend(lines, names, loc="outside lower left", frameon=False, fontsize=8)
    return figure


def _panel(axes: Axes, panel: str, costs: Mapping[str, Any]) -> None:
    """Draw one kind of cost of the runs that have it; a run's line looks the same everywhere."""
    for i, of_run in enumerate(costs.values()):
        if panel in of_run:
            axes.plot(of_run.index, of_run[panel], markersize=3, **plots.style(i))
    axes.set_title(PANELS[panel], fontsize=9)
    axes.set_xlabel("Epoch")
    axes.xaxis.set_major_locator(MaxNLocator(8, integer=True, min_n_ticks=1))
