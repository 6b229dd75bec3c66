"""What a mask and what a pathway that reconstructs the sentence do, beside the original's models.

    python tests/benchmarks/variants.py --data DIR [--men FILE] [--seeds 3] [--out DIR]

Trains what is missing at demo size (256 units, 8 epochs; the same command goes on where it was
stopped): VISUAL and MULTITASK as the original, both with `mask`, and `reconstruction` without and
with it. Prints word similarity, retrieval and paraphrases of each, and its difference from the
model that it is a variant of, both from the same seeds, with 95 % intervals over items and seeds.

A run that was trained with a mask reads captions without padding, so that its difference is of two
changes. For retrieval the original's models are therefore measured once more as they are, but
reading without padding; the difference from that is what training with a mask does alone.
"""

import argparse
import sys
from pathlib import Path

import pandas as pd

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parents[1]), str(HERE.parent)]

from benchmarks.script_options import script_options  # noqa: E402

from imaginet_pt.backends import select  # noqa: E402
from imaginet_pt.data import benchmarks, data_provider  # noqa: E402
from imaginet_pt.data.dataset import Dataset  # noqa: E402
from imaginet_pt.files.folders import make_folder  # noqa: E402
from imaginet_pt.progress import Progress  # noqa: E402
from imaginet_pt.replication import estimates, grid, results, retrieval_scores, table1  # noqa: E402
from imaginet_pt.replication.verdicts import figures  # noqa: E402

# Variant: the model it is a variant of, and its settings.
VARIANTS = {
    "VISUAL, mask": ("VISUAL", {"model_type": "simple", "mask": True}),
    "MULTITASK, mask": ("MULTITASK", {"model_type": "shared_embeddings", "mask": True}),
    "reconstruction": ("MULTITASK", {"model_type": "reconstruction"}),
    "reconstruction, mask": ("reconstruction", {"model_type": "reconstruction", "mask": True}),
}
MODELS = ["VISUAL", "MULTITASK"]
UNPADDED = "{}, read without padding"
BASES = {name: base for name, (base, _) in VARIANTS.items()} | {
    UNPADDED.format(m): m for m in MODELS
}
SCORES = [(order, score) for score in retrieval_scores.SCORES for order in retrieval_scores.ORDERS]


def similarity_rows(workflows: grid.Workflows, pairs: table1.Benchmarks) -> list[dict]:
    """Spearman's rho of each model on each benchmark, and its difference from its model."""
    measured, reasons = table1.measure(workflows, pairs)
    for name, reason in reasons.items():
        print(f"{name} was not run: {reason}", file=sys.stderr)
    items, rows = table1.items_of(measured), []
    for name in measured:
        for model in workflows:
            row = {"score": f"{name}, rho", "model": model}
            row["value"] = figures(estimates.rho(items, name, model))
            if base := BASES.get(model):
                row["variant - model"] = figures(
                    estimates.rho_difference(items, name, model, base), "+"
                )
            rows.append(row)
    return rows


def read_without_padding(model: str, workflows: list, dataset: Dataset) -> pd.DataFrame:
    """Return the retrieval scores of a model's runs, each caption read by itself."""
    images, tables = dataset.captions(retrieval_scores.SPLIT).rows, []
    for seed, workflow in enumerate(workflows, start=1):
        arrays = retrieval_scores.compute(workflow, dataset, "none")
        run = {"model": UNPADDED.format(model), "seed": seed, "iteration": workflow.iteration}
        tables += [retrieval_scores.table(run, o, images, arrays) for o in retrieval_scores.ORDERS]
    return pd.concat(tables)


def bases(model: str, models: list[str]) -> dict[str, str]:
    """Return the models that a model is held against, by the name of the column."""
    base = BASES.get(model, "")
    unpadded = UNPADDED.format(base)
    names = {"variant - model": base, "variant - model read without padding": unpadded}
    return {column: name for column, name in names.items() if name in models and name != model}


def retrieval_rows(items: pd.DataFrame) -> list[dict]:
    """Shares of images and of paraphrases that are found, and their differences."""
    rows, models = [], list(items["model"].unique())
    for order, score in SCORES:
        values = estimates.scores(items[items["order"] == order], ["image"], score)
        for model in models:
            row = {"score": f"{score}, {order}", "model": model}
            row["value"] = figures(estimates.mean(values[model]))
            for column, base in bases(model, models).items():
                row[column] = figures(estimates.difference(values[model], values[base]), "+")
            rows.append(row)
    return rows


def main() -> None:
    """Train, measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", required=True)
    parser.add_argument("--men", metavar="FILE")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument(
        "--models", nargs="+", default=[*MODELS, *VARIANTS], choices=[*MODELS, *VARIANTS]
    )
    parser.add_argument("--out", type=Path, default=Path("runs/variants"))
    args = parser.parse_args()
    needed = {"VISUAL", *(VARIANTS[name][0] for name in args.models if name in VARIANTS)}
    if missing := needed - set(args.models):
        parser.error(f"--models {' '.join(args.models)}: add {' and '.join(sorted(missing))} too")
    grid.MODELS.update({name: settings for name, (_, settings) in VARIANTS.items()})
    dataset, progress = data_provider.load(args.data), Progress()
    make_folder(args.out)
    options = script_options(data=args.data, seeds=args.seeds, out=args.out)
    workflows = grid.train_missing(dataset, args.models, options, select.get(), progress)
    items = retrieval_scores.items(workflows, dataset, progress, last=True)
    table = similarity_rows(workflows, benchmarks.load(None, args.men, []))
    unpadded = [
        read_without_padding(model, workflows[model], dataset)
        for model in MODELS
        if f"{model}, mask" in args.models
    ]
    table += retrieval_rows(pd.concat([items, *unpadded]))
    text = results.markdown(pd.DataFrame(table).fillna(""))
    print(f"{results.describe(options, dataset)}\n\n{text}")
    results.write_text(text, args.out / "variants.md")


if __name__ == "__main__":
    main()
