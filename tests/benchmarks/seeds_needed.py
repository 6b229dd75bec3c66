"""How many seeds a claim needs: how often few seeds give the verdict of all.

    python tests/benchmarks/seeds_needed.py [--seeds 100] [--draws 100] [--data scenes] [--out DIR]

Trains what is missing of VISUAL, MULTITASK, TEXTUAL and LINREG at demo size (a run that is there is
reused, so the same command goes on where it was stopped), judges each claim of the paper on the
runs of all seeds, then on draws of n seeds without replacement, and prints for each claim and n the
share of draws whose verdict is that of all. `scenes` is synthetic, so this says how far single-seed
tables can be believed on data of that kind, and nothing about photographs. The shares are kept
in seeds_needed.json beside this script, with the number of seeds and what they were measured on.
"""

import argparse
import json
import sys
from argparse import Namespace
from pathlib import Path

import numpy as np
import pandas as pd

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parents[1]), str(HERE.parent)]

from benchmarks.provenance import provenance  # noqa: E402
from benchmarks.script_options import script_options  # noqa: E402

from imaginet_pt.backends import select  # noqa: E402
from imaginet_pt.data import data_provider  # noqa: E402
from imaginet_pt.files.folders import make_folder  # noqa: E402
from imaginet_pt.progress import Progress  # noqa: E402
from imaginet_pt.replication import claims, results, run_all  # noqa: E402

KEPT = HERE / "seeds_needed.json"
SIZES = (1, 3, 5, 10)  # seeds in a draw


def all_items(options: Namespace) -> tuple[dict, dict, dict]:
    """Train and measure all seeds.

    Returns:
        The items of each result, why others were not run, and the provenance of all.
    """
    dataset, progress = data_provider.load(options.data), Progress()
    inputs, reasons = run_all.read_inputs(options, dataset)
    workflows = run_all.train(options, dataset, inputs, select.get(), progress)
    made = run_all.make_results(options, dataset, inputs, workflows, progress)
    runs = [workflow.folder.path for seeds in workflows.values() for workflow in seeds]
    source = provenance(dataset, runs, {"MEN": options.men})
    return {name: result.items for name, result in made.items()}, reasons, source


def drawn(items: pd.DataFrame, seeds: np.ndarray) -> pd.DataFrame:
    """Keep the rows of some seeds, numbered anew from 1; those of LINREG, which has one, stay."""
    numbers = {seed: i for i, seed in enumerate(seeds, start=1)}
    kept = items[items["seed"].isin(seeds) & (items["model"] != "LINREG")]
    linreg = items[items["model"] == "LINREG"]
    return pd.concat([kept.assign(seed=kept["seed"].map(numbers)), linreg])


def words(items: dict, reasons: dict, seeds: np.ndarray) -> list[str]:
    """Judge all claims on some seeds."""
    needed = {claim.needs for claim in claims.CLAIMS} & set(items)
    chosen = {name: drawn(items[name], seeds) for name in needed}
    return [claims.judge(claim, chosen, reasons).word for claim in claims.CLAIMS]


def shares(items: dict, reasons: dict, seeds: int, draws: int) -> pd.DataFrame:
    """Return a row a claim: the verdict of all seeds, and by n the share of draws that agree."""
    everyone, rng = np.arange(1, seeds + 1), np.random.default_rng(1)
    of_all = words(items, reasons, everyone)
    table = pd.DataFrame({"claim": [c.number for c in claims.CLAIMS], "all seeds": of_all})
    for n in (n for n in SIZES if n < seeds):
        made = [words(items, reasons, rng.choice(everyone, n, replace=False)) for _ in range(draws)]
        agree = np.mean(np.array(made) == of_all, axis=0)
        table[f"n = {n}"] = [f"{share:.0%}" for share in agree]
        print(f"draws of {n}: done", file=sys.stderr)
    return table


def main() -> None:
    """Train, judge, print and keep."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", default="scenes")
    parser.add_argument("--seeds", type=int, default=100)
    parser.add_argument("--draws", type=int, default=100)
    parser.add_argument("--men", metavar="FILE")
    parser.add_argument("--out", type=Path, default=Path("runs/seeds-needed"))
    args = parser.parse_args()
    options = script_options(data=args.data, seeds=args.seeds, out=args.out, men=args.men)
    make_folder(args.out)
    items, reasons, source = all_items(options)
    table = shares(items, reasons, args.seeds, args.draws)
    print(f"{args.data}, {args.seeds} seeds, {args.draws} draws\n\n{results.markdown(table)}")
    kept = {"provenance": source, "seeds": args.seeds, "draws": args.draws}
    KEPT.write_text(json.dumps(kept | {"claims": table.to_dict("records")}, indent=1) + "\n")


if __name__ == "__main__":
    main()
