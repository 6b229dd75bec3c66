"""The figure of the costs by epoch."""

import pandas as pd
import pytest

from imaginet_pt.reports import learning_curves, plots


def test_curves_have_a_panel_a_cost_and_a_line_a_run():
    both = pd.DataFrame(
        {"training": [3.0, 2], "textual": [5, 4], "visual": [1, 0.5], "validation": [3, 2.5]},
        index=pd.Index([1, 2], name="epoch"),
    )
    costs = {"a": both, "b": both[["training", "validation"]] + 1, "none": pd.DataFrame()}
    figure = learning_curves.draw(costs)
    assert [len(axes.lines) for axes in figure.axes] == [2, 2, 1, 1]
    assert figure.axes[2].lines[0].get_ydata().tolist() == [1, 0.5]
    assert figure.axes[1].lines[1].get_ydata().tolist() == [4, 3.5]
    assert [text.get_text() for text in figure.legends[0].get_texts()] == ["a", "b"]
    assert plots.content(figure, "svg") == plots.content(learning_curves.draw(costs), "svg")


def test_every_run_is_in_the_legend():
    costs = pd.DataFrame({"training": [1.0], "validation": [1.0]}, index=[1])
    (legend,) = learning_curves.draw({"_a": costs, "b": costs}).legends
    assert [text.get_text() for text in legend.get_texts()] == ["_a", "b"]


@pytest.mark.parametrize("epochs", [1, 2, 30])
def test_epochs_are_whole_numbers(epochs):
    costs = pd.DataFrame({"training": 1.0, "validation": 1.0}, index=range(1, epochs + 1))
    ticks = learning_curves.draw({"a": costs}).axes[0].get_xticks()
    assert len(ticks) and all(tick == int(tick) for tick in ticks)
