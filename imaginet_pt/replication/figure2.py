"""Figure 2: retrieval of images and of paraphrases by iteration, captions in order and scrambled.

    python replicate/figure2.py [--data DIR|scenes] [--out DIR]

Draws figure2.png, .svg and .pdf, prints the figures of the last iteration, and writes figure2.csv
(the curves), figure2.md and figure2-items.csv (a row a model, seed, order and caption) under --out.
The items written are those of the last iteration: all of them would be 85 MB at the paper's size.
"""

from typing import Any

import pandas as pd
from matplotlib.ticker import MaxNLocator

from ..reports import plots
from . import results, retrieval_scores
from .script import Script

MODELS = ["VISUAL", "MULTITASK", "LINREG"]
# Score -> (title, label) of its panel.
PANELS = {
    "accuracy@5": ("Image retrieval", "Accuracy@5 (%)"),
    "recall@4": ("Paraphrase retrieval", "Recall@4 (%)"),
}
# What is drawn, with its name in the legend. LINREG counts words, so one line is both its orders.
LINES = {
    ("VISUAL", "original"): "VISUAL",
    ("VISUAL", "scrambled"): "VISUAL, scrambled",
    ("MULTITASK", "original"): "MULTITASK",
    ("MULTITASK", "scrambled"): "MULTITASK, scrambled",
    ("LINREG", "original"): "LINREG, either order",
}
# Models differ in marker as well as in hue (Okabe and Ito's), orders in dash and fill.
STYLES: dict[str, dict[str, Any]] = {
    "VISUAL": {"color": "#0072B2", "marker": "o"},
    "MULTITASK": {"color": "#D55E00", "marker": "s"},
    "LINREG": {"color": "black"},
    "original": {"linestyle": "-"},
    "scrambled": {"linestyle": (0, (4, 2)), "markerfacecolor": "white"},
}
BAND = "Lines are means over seeds; bands go from the lowest to the highest seed."


def inputs(args, dataset):
    """Nothing beside the data, which must have images, and captions to ask with."""
    if dataset.features is None:
        raise results.NotRun(f"Figure 2 needs image features; {dataset.name} is text alone")
    dataset.captions(retrieval_scores.SPLIT)


def curves(items):
    """Mean, least and largest over seeds of each score, a row a model, order and iteration."""
    keys = ["model", "order", "iteration"]
    by_seed = items.groupby([*keys, "seed"], sort=False)[list(PANELS)].mean()
    grouped = by_seed.groupby(keys, sort=False)
    table = grouped.agg(["mean", "min", "max"])
    table.columns = [" ".join(column) for column in table.columns]
    return table.assign(seeds=grouped.size()).reset_index()


def lines(curve):
    """What lines and bands are, in words."""
    return BAND if curve["seeds"].max() > 1 else "One seed of each model."


def draw(curve, dataset):
    """The two panels as a matplotlib Figure."""
    figure, axes = plots.figure(columns=2, size=(7.2, 3.6))
    for axis, (score, (title, label)) in zip(axes, PANELS.items(), strict=True):
        for model, order in LINES:
            rows = curve[(curve["model"] == model) & (curve["order"] == order)]
            _line(axis, rows.sort_values("iteration"), score, model, order)
        axis.set_title(title, fontsize=9)
        axis.set(xlabel="Iteration", ylabel=label)
        axis.set_ylim(bottom=0)
        axis.xaxis.set_major_locator(MaxNLocator(10, integer=True))
    figure.set_layout_engine("constrained", wspace=0.05)
    handles, labels = axes[0].get_legend_handles_labels()
    figure.legend(
        handles, labels, loc="outside lower center", ncols=3, frameon=False, fontsize=8,
        handlelength=3.2,
    )  # fmt: skip
    figure.suptitle(f"{dataset.name}. {lines(curve)}", fontsize=8)
    return figure


def _line(axis, rows, score, model, order):
    """A curve with its band; LINREG, which has one iteration, is a level line."""
    style = STYLES[model] | STYLES[order] | {"label": LINES[model, order], "linewidth": 1.4}
    mean, low, high = (100 * rows[f"{score} {part}"] for part in ("mean", "min", "max"))
    if model == "LINREG":
        axis.axhline(mean.iloc[0], **style)
        return
    axis.plot(rows["iteration"], mean, markersize=4, **style)
    axis.fill_between(
        rows["iteration"], low, high, facecolor=(style["color"], 0.15),
        edgecolor=(style["color"], 0.5), linewidth=0.6, linestyle=style["linestyle"],
    )  # fmt: skip


def last_iteration(items):
    """Rows of each model's own last iteration."""
    return items[items["iteration"] == items.groupby("model")["iteration"].transform("max")]


def table_of(last):
    """A row a model: each score in each order, percent, the mean and the value of each seed."""
    rows = []
    for model, of_model in last.groupby("model", sort=False):
        row = {"model": model, "iteration": of_model["iteration"].iloc[0]}
        for score in PANELS:
            for order, part in of_model.groupby("order", sort=False):
                row[f"{score} {order} %"] = _cell(100 * part.groupby("seed")[score].mean())
        rows.append(row)
    return pd.DataFrame(rows)


def _cell(by_seed):
    seeds = by_seed.dropna()
    return f"{seeds.mean():.1f} ({' '.join(f'{x:.1f}' for x in seeds)})" if len(seeds) else "none"


def make(args, dataset, nothing, workflows, progress):
    """Figure 2 as a `Result`; its items are of all iterations."""
    items = retrieval_scores.items(workflows, dataset, progress)
    curve, last = curves(items), last_iteration(items)
    files = plots.save(draw(curve, dataset), args.out, "figure2")
    title = (
        f"Figure 2 on {results.described(dataset, args)}: retrieval among "
        f"{len(dataset.split(retrieval_scores.SPLIT)):,} images, by iteration"
    )
    text = (
        f"At the last iteration, the mean over seeds and each seed, in percent:\n\n"
        f"{results.markdown(table_of(last))}\n{lines(curve)}\n\n![Figure 2](figure2.png)\n"
    )
    frames = {"figure2": curve.round(4), "figure2-items": last.round(4)}
    return results.result("figure2", title, text, items, frames, args.out, files)


SCRIPT = Script("figure2", __doc__, MODELS, inputs, make)
