"""The original's results beside ours, from the same seeds: table, picture, correlation, difference.

    python tests/benchmarks/seed_by_seed.py --originals DIR --runs DIR --data DIR [--men FILE]
                                            [--out DIR]
    python tests/benchmarks/seed_by_seed.py [--out DIR]

The first evaluates our runs RUNS/MODEL-seedN-..., as in the folder `models` that the scripts of the
replication write, beside the original's results ORIGINALS/TYPE-N.json and .npz, which
peers/original_run.py writes, and keeps the scores in seed_by_seed.json beside this script.
The second makes the table and the picture again from that file. Differences are ours minus the
original's, in percentage points or hundredths of rho, with a 95 % interval by Student's t over the
seeds. What was measured and by what stands beside the scores as `provenance`.
"""

import argparse
import json
import sys
from pathlib import Path

import numpy as np
import pandas as pd
from scipy import stats

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parents[1]), str(HERE.parent)]

from benchmarks.provenance import provenance  # noqa: E402

from imaginet_pt.data import benchmarks, data_provider  # noqa: E402
from imaginet_pt.evaluation import retrieval  # noqa: E402
from imaginet_pt.evaluation.word_similarity import word_similarity  # noqa: E402
from imaginet_pt.files.folders import make_folder  # noqa: E402
from imaginet_pt.reports import plots  # noqa: E402
from imaginet_pt.runs.workflow import Workflow  # noqa: E402

SCORES = HERE / "seed_by_seed.json"
# What peers/original_run.py ran.
ORIGINAL = (
    "gchrupala/imaginet a25494a and gchrupala/Passage 8a78826, Python 2.7, Theano 1.0.5, NumPy "
    "1.16.6, OpenBLAS on one thread"
)
TYPES = {"VISUAL": "simple", "MULTITASK": "shared_embeddings"}
RETRIEVAL = ["accuracy@5", "accuracy@5 scrambled", "recall@4", "recall@4 scrambled"]
NAMES = [benchmarks.MEN, benchmarks.SIMLEX, *RETRIEVAL]
MARKERS = {"VISUAL": "o", "MULTITASK": "s"}
LABELS = {"VISUAL": (4, -8), "MULTITASK": (-9, 4)}  # where a seed's number stands, in points


def unit(score: str) -> str:
    """Return what a score is counted in."""
    return "%" if score in RETRIEVAL else "rho x 100"


def similarity_scores(rows: dict[str, int], embeddings: np.ndarray, pairs) -> dict[str, float]:
    """Return how far embeddings, at each word's row, agree with people, in hundredths of rho.

    `pairs` are those of each benchmark by name, as of `benchmarks.load`.
    """
    generator = np.random.default_rng(0)
    return {
        name: 100 * word_similarity(of_benchmark, rows, embeddings, generator, 1).rho
        for name, of_benchmark in pairs.items()
    }


def original_scores(path: Path, pairs) -> dict[str, float]:
    """Read the scores of a result of the original."""
    result = json.loads(path.read_text())
    with np.load(path.with_suffix(".npz"), allow_pickle=False) as arrays:
        rows = {word: row for row, word in enumerate(result["words"])}
        scores = similarity_scores(rows, arrays["embeddings"], pairs)
    for order, mark in {"original": "", "scrambled": " scrambled"}.items():
        ranks = np.array(result["scores"][order]["image_rank"])
        shares = result["scores"][order]["paraphrase_share"]
        scores[f"accuracy@5{mark}"] = 100 * float((ranks <= 5).mean())
        scores[f"recall@4{mark}"] = 100 * float(np.mean(shares))
    return scores


def our_scores(run: Path, dataset, pairs) -> dict[str, float]:
    """Evaluate one of our runs as the original does."""
    workflow = Workflow(run)
    metrics, _ = retrieval.retrieval(workflow, dataset, "val", "batch", "hidden_vis")
    scores = similarity_scores(workflow.words(), workflow.embeddings, pairs)
    for task, name in {
        "image_retrieval": "accuracy@5",
        "paraphrase_retrieval": "recall@4",
    }.items():
        scores[name] = 100 * metrics[task][name]
        scores[f"{name} scrambled"] = 100 * metrics[task]["scrambled"][name]
    return scores


def collect(originals: Path, runs: Path, data: str, men: Path | None) -> dict:
    """Evaluate all pairs, and return what is kept: the scores, and what they are of."""
    dataset, pairs, rows, evaluated = data_provider.load(data), benchmarks.load(men=men), [], []
    for model, kind in TYPES.items():
        for path in sorted(originals.glob(f"{kind}-*.json")):
            seed = int(path.stem.rpartition("-")[2])
            (run,) = runs.glob(f"{model}-seed{seed}-*")
            theirs, ours = original_scores(path, pairs), our_scores(run, dataset, pairs)
            rows += [
                {"model": model, "seed": seed, "score": name}
                | {"original": round(theirs[name], 3), "ours": round(ours[name], 3)}
                for name in NAMES
                if name in ours
            ]
            evaluated.append(run)
            print(f"{model}, seed {seed}: evaluated", file=sys.stderr)
    source = {"original": ORIGINAL} | provenance(dataset, evaluated, {"MEN": men})
    return {"provenance": source, "pairs": rows}


def summary(pairs: pd.DataFrame) -> pd.DataFrame:
    """Summarize each model and score: both means, correlation over seeds, mean difference."""
    rows = []
    for (model, score), group in pairs.groupby(["model", "score"], sort=False):
        difference = group["ours"] - group["original"]
        low, high = stats.t.interval(0.95, len(group) - 1, difference.mean(), stats.sem(difference))
        rows.append(
            {
                "model": model,
                "score": f"{score}, {unit(score)}",
                "original": " ".join(f"{x:.1f}" for x in group["original"]),
                "ours": " ".join(f"{x:.1f}" for x in group["ours"]),
                "correlation": f"{group['original'].corr(group['ours']):.3f}",
                "difference": f"{difference.mean():+.2f} ({low:+.2f} to {high:+.2f})",
            }
        )
    return pd.DataFrame(rows)


def draw(pairs: pd.DataFrame):
    """Draw each seed's score in the original and here, a panel a score; a matplotlib Figure."""
    names = list(pairs["score"].unique())
    lines = -(-len(names) // 2)
    figure, _ = plots.figure(columns=2, rows=lines, size=(6.5, 3.3 * lines))
    for axes in figure.axes[len(names) :]:
        axes.remove()
    for axes, name in zip(figure.axes, names, strict=True):
        group = pairs[pairs["score"] == name]
        both = group[["original", "ours"]].to_numpy()
        ends = [0.9 * both.min(), 1.05 * both.max()]
        axes.plot(ends, ends, color="0.7", linewidth=1)
        for i, (model, rows) in enumerate(group.groupby("model", sort=False)):
            axes.plot(
                rows["original"], rows["ours"], MARKERS[model], color=plots.COLOURS[i], label=model
            )
            for row in rows.itertuples():
                axes.annotate(
                    str(row.seed), (row.original, row.ours), LABELS[model],
                    textcoords="offset points", fontsize=7, color=plots.COLOURS[i],
                )  # fmt: skip
        axes.set_title(f"{name}, {unit(name)}", fontsize=9)
        axes.set(xlabel="the original", ylabel="imaginet_pt", aspect="equal")
    figure.axes[0].legend(frameon=False)
    figure.suptitle("The same seed in the original and here; the number is the seed", fontsize=8)
    return figure


def main() -> None:
    """Collect or read the scores; print the table, and draw the picture."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--originals", type=Path)
    parser.add_argument("--runs", type=Path)
    parser.add_argument("--data")
    parser.add_argument("--men", type=Path, help="MEN's word pairs")
    parser.add_argument("--out", type=Path, help="folder for seed_by_seed.svg and .png")
    args = parser.parse_args()
    if args.originals:
        kept = collect(args.originals, args.runs, args.data, args.men)
        SCORES.write_text(json.dumps(kept, indent=1) + "\n")
    pairs = pd.DataFrame(json.loads(SCORES.read_text())["pairs"])
    print(summary(pairs).to_string(index=False))
    if args.out:
        make_folder(args.out)
        plots.save(draw(pairs), args.out, "seed_by_seed")


if __name__ == "__main__":
    main()
