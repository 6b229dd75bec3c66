"""Seconds of a MULTITASK minibatch as it grows, beside what its matrix products alone would take.

    python tests/benchmarks/growth.py [--out runs/growth]

One size at a time, the others as in `BASE`. Writes growth.csv and growth.png. The limit is the
operations of the products, counted for every token, at the speed that sgemm reaches here; a
minibatch has fewer, since the products of the input are made once for each distinct word, and those
of the scores once for each distinct beginning of a caption.
"""

import argparse
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
from matplotlib.ticker import LogLocator
from scipy.linalg import blas

from imaginet_pt.files.atomic import atomic
from imaginet_pt.reports import plots

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from benchmarks import workload  # noqa: E402
from benchmarks.peers import ours  # noqa: E402

BASE = replace(workload.SIZES["paper"], hidden=512)
GROWN = {
    "words": [2000, 4000, 8000, 16000, 32000],
    "hidden": [256, 512, 1024, 2048],
    "length": [8, 16, 32, 64],
    "batch": [16, 64, 256, 512],
}
STEPS = 5


def gflop(size):
    """Operations of a training step's products, 10^9: 2 a multiplication, 3 products a weight."""
    tokens, h = size.length * size.batch, size.hidden
    pathway = tokens * h * 3 * h * 2  # of the words and of the states
    return 6 * (2 * pathway + tokens * h * size.words + size.batch * h * size.features) / 1e9


def sgemm():
    """10^9 operations a second of a large product."""
    a, b = (np.ones((2048, 2048), "float32", order="F") for _ in range(2))
    seconds = []
    for _ in range(8):
        begin = time.perf_counter()
        blas.sgemm(1.0, a, b)
        seconds.append(time.perf_counter() - begin)
    return 2 * 2048**3 / np.median(seconds) / 1e9


def seconds(size):
    """Median of `STEPS` minibatches."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "workload.npz"
        workload.write(path, "MULTITASK", size, workload.generated(size, 2))
        step = ours.make(path, "c")
    step(0)
    taken = []
    for i in range(STEPS):
        begin = time.perf_counter()
        step(i)
        taken.append(time.perf_counter() - begin)
    return float(np.median(taken))


def measured():
    """A row a point: what grows, its value, seconds of a minibatch, seconds of the limit."""
    rows = []
    for name, values in GROWN.items():
        for value in values:
            size = replace(BASE, **{name: value})
            row = {"grows": name, "value": value, "s": seconds(size), "limit s": gflop(size)}
            row["limit s"] /= sgemm()
            rows.append(row)
            print("{grows} {value}: {s:.3f} s, limit {limit s:.3f} s".format(**row), flush=True)
    return pd.DataFrame(rows)


def draw(table):
    """A panel a size, both axes logarithmic, as a matplotlib Figure."""
    figure, _ = plots.figure(columns=2, rows=2, size=(7.2, 5.4))
    for axes, (name, rows) in zip(figure.axes, table.groupby("grows", sort=False), strict=True):
        axes.loglog(rows["value"], rows["s"], label="a minibatch", **plots.style(0))
        axes.loglog(rows["value"], rows["limit s"], label="sgemm limit", **plots.style(1))
        axes.set_xticks(rows["value"], [f"{value:,}" for value in rows["value"]])
        axes.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
        axes.yaxis.set_major_formatter("{x:g}")
        axes.minorticks_off()
        axes.set(xlabel=name, ylabel="seconds")
    figure.axes[0].legend(frameon=False)
    return figure


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--out", type=Path, default=Path("runs/growth"))
    out = parser.parse_args().out
    out.mkdir(parents=True, exist_ok=True)
    table = measured()
    with atomic(out / "growth.csv") as file:
        table.round(4).to_csv(file, index=False)
    plots.write(draw(table), out / "growth.png", "png")
    print(f"written: {out}/growth.csv, growth.png")


if __name__ == "__main__":
    main()
