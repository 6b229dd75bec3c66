"""Figure 2: retrieval of images and of paraphrases by iteration.

For each epoch of each model: the share of captions whose image is among the five nearest
(accuracy@5), and the share of the four nearest captions that describe the same image (recall@4),
with the words in order and scrambled. Draws figure2.png, .svg and .pdf, prints the scores at the
last iteration, and writes under --out: figure2.csv, the curves; figure2.md; and figure2-items.csv,
a row for each caption at the last iteration (all iterations would be 85 MB at the paper's size).
With --iteration the curves end there. Beside the models stand random weights, since an untrained
network finds paraphrases too, those that share words; and chance, which ranks at random.
"""

from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from ..data.dataset import Dataset
from ..progress import Progress
from ..reports import plots
from ..reports.comparison import chance
from . import results, retrieval_scores
from .grid import RANDOM, RANDOM_NOTE, Workflows, with_floor
from .options import Options
from .results import Result
from .retrieval_scores import held, last_iteration
from .script import Script

MODELS = ["VISUAL", "MULTITASK", "LINREG"]
# Score: title and label of its panel.
PANELS = {
    "accuracy@5": ("Image retrieval", "Accuracy@5 (%)"),
    "recall@4": ("Paraphrase retrieval", "Recall@4 (%)"),
}
CHANCE = "chance"
# Each curve and its name in the legend. LINREG counts words, so one line is both its orders.
LINES = {
    ("VISUAL", "original"): "VISUAL",
    ("VISUAL", "scrambled"): "VISUAL, scrambled",
    ("MULTITASK", "original"): "MULTITASK",
    ("MULTITASK", "scrambled"): "MULTITASK, scrambled",
    (RANDOM, "original"): RANDOM,
    (RANDOM, "scrambled"): f"{RANDOM}, scrambled",
    ("LINREG", "original"): "LINREG, either order",
}
# Models differ in marker as well as in hue (Okabe and Ito's), orders in dash and fill, those of
# random weights in how far apart their dots are.
STYLES: dict[str | tuple[str, str], dict[str, Any]] = {
    "VISUAL": {"color": "#0072B2", "marker": "o"},
    "MULTITASK": {"color": "#D55E00", "marker": "s"},
    "LINREG": {"color": "black"},
    RANDOM: {"color": "0.4", "linestyle": ":"},
    (RANDOM, "scrambled"): {"linestyle": (0, (1, 3.5))},
    CHANCE: {"color": "0.4", "linestyle": "-.", "linewidth": 0.8},
    "original": {"linestyle": "-"},
    "scrambled": {"linestyle": (0, (4, 2)), "markerfacecolor": "white"},
}
BAND = "Lines are means over seeds; bands go from the lowest to the highest seed."


def read_inputs(options: Options, dataset: Dataset) -> None:
    """Check that the data has images and captions; nothing else is needed."""
    if dataset.features is None:
        raise results.NotRun(f"Figure 2 needs image features; {dataset.name} is text alone")
    dataset.captions(retrieval_scores.SPLIT)


def curves(items: pd.DataFrame) -> pd.DataFrame:
    """Return the mean, least and largest score over seeds of each model, order and iteration.

    A run that ends before others of its model stays where it ended.
    """
    keys = ["model", "order", "iteration"]
    by_seed = items.groupby([*keys, "seed"], sort=False)[list(PANELS)].mean().reset_index()
    grouped = held(by_seed).groupby(keys, sort=False)[list(PANELS)]
    table = grouped.agg(["mean", "min", "max"])
    table.columns = [" ".join(column) for column in table.columns]
    return table.assign(seeds=grouped.size()).reset_index()


def describe_lines(curve: pd.DataFrame) -> str:
    """Explain the lines and the bands."""
    return BAND if curve["seeds"].max() > 1 else "One seed of each model."


@plots.own_style()
def draw(curve: pd.DataFrame, dataset: Dataset) -> Figure:
    """Draw the two panels."""
    figure: Figure
    figure, axes = plots.figure(columns=2, size=(7.2, 3.6))
    shares = chance(dataset.captions(retrieval_scores.SPLIT))
    for axis, score in zip(axes, PANELS, strict=True):
        _panel(axis, curve, score, shares.get(score))
    figure.set_layout_engine("constrained", wspace=0.05)
    handles, labels = axes[0].get_legend_handles_labels()
    figure.legend(
        handles, labels, loc="outside lower center", ncols=4, frameon=False, fontsize=7.5,
        handlelength=3.2, columnspacing=1.2,
    )  # fmt: skip
    figure.suptitle(f"{dataset.name}. {describe_lines(curve)}", fontsize=8)
    return figure


def _panel(axis: Axes, curve: pd.DataFrame, score: str, by_chance: float | None) -> None:
    """Draw the curves of one score, and its level by chance if it has one."""
    title, label = PANELS[score]
    for model, order in LINES:
        rows = curve[(curve["model"] == model) & (curve["order"] == order)]
        _line(axis, rows.sort_values("iteration"), score, model, order)
    if by_chance is not None:
        axis.axhline(100 * by_chance, label=CHANCE, **STYLES[CHANCE])
    axis.set_title(title, fontsize=9)
    axis.set(xlabel="Iteration", ylabel=label)
    axis.set_ylim(0, 1.05 * axis.get_ylim()[1])  # room for the marks of a flat curve
    axis.spines["bottom"].set_position(("outward", 4))  # and for a line near 0
    axis.xaxis.set_major_locator(MaxNLocator(10, integer=True, min_n_ticks=1))


def _line(axis: Axes, rows: pd.DataFrame, score: str, model: str, order: str) -> None:
    """Draw a curve with its band, or a horizontal line for what has one iteration."""
    style = STYLES[order] | STYLES[model] | STYLES.get((model, order), {})
    style |= {"label": LINES[model, order], "linewidth": 1.4}
    mean, low, high = (100 * rows[f"{score} {part}"] for part in ("mean", "min", "max"))
    if model in ("LINREG", RANDOM):
        axis.axhline(mean.iloc[0], **style)
        return
    axis.plot(rows["iteration"], mean, markersize=4, **style)
    axis.fill_between(
        rows["iteration"], low, high, facecolor=(style["color"], 0.15),
        edgecolor=(style["color"], 0.5), linewidth=0.6, linestyle=style["linestyle"],
    )  # fmt: skip


def table_of(last: pd.DataFrame) -> pd.DataFrame:
    """Return a row for each model: each score in each order, in percent, as mean and by seed."""
    rows = []
    for model, of_model in last.groupby("model", sort=False):
        ends = of_model.groupby("seed")["iteration"].max()
        row = {"model": model, "iteration": _range(ends)}
        for score in PANELS:
            for order, part in of_model.groupby("order", sort=False):
                row[f"{score} {order} %"] = _cell(100 * part.groupby("seed")[score].mean())
        rows.append(row)
    return pd.DataFrame(rows)


def _range(ends: "pd.Series[int]") -> str:
    low, high = ends.min(), ends.max()
    return str(low) if low == high else f"{low} to {high}"


def _cell(by_seed: "pd.Series[float]") -> str:
    seeds = by_seed.dropna()
    return f"{seeds.mean():.1f} ({results.by_seed(list(seeds), 1)})" if len(seeds) else "none"


def chance_note(dataset: Dataset) -> str:
    """Say what the scores would be if candidates were ranked at random."""
    shares = chance(dataset.captions(retrieval_scores.SPLIT))
    levels = [f"{score} {100 * shares[score]:.1f} %" for score in PANELS if score in shares]
    return f"By chance: {', '.join(levels)}."


def make(
    options: Options, dataset: Dataset, inputs: Any, workflows: Workflows, progress: Progress
) -> Result:
    """Make Figure 2; its items cover all iterations."""
    items = retrieval_scores.items(with_floor(workflows), dataset, progress)
    curve, last = curves(items), last_iteration(items)
    files = plots.save(draw(curve, dataset), options.out, "figure2")
    images = len(dataset.split(retrieval_scores.SPLIT))
    title = (
        f"Figure 2 on {results.describe(options, dataset)}: retrieval among {images:,} images, by "
        "iteration"
    )
    text = (
        f"At the last iteration, the mean over seeds and each seed, in percent:\n\n"
        f"{results.markdown(table_of(last))}\n{chance_note(dataset)} {RANDOM_NOTE}\n\n"
        f"{describe_lines(curve)}\n\n![Figure 2](figure2.png)\n"
    )
    tables = {"figure2": curve.round(8), "figure2-items": last.round(4)}
    return results.write_result("figure2", title, text, items, tables, options.out, files)


SCRIPT = Script("figure2", MODELS, read_inputs, make)
