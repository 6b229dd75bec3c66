"""Make all tables and figures, and judge every claim of the paper.

Prints and writes the results of all scripts, from one set of runs; then, under --out: claims.csv
and claims.md, a verdict on each claim; published.csv, each published number beside ours; and
report.html, one page with everything. Scripts that cannot run on this data are listed with the
reason. Each result is written as soon as it is made, and the same command continues a stopped run.
"""

import sys
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from ..data.dataset import Dataset
from ..progress import Progress
from . import (
    claims,
    figure2,
    figure3,
    flickr30k,
    grid,
    published,
    report,
    table1,
    table2,
    table3,
)
from .claims import Verdict
from .grid import Workflows
from .later import written
from .options import Options
from .results import NotRun, Result, describe, markdown, write_csv, write_text
from .script import Program
from .verdicts import FAILS

SCRIPTS = [m.SCRIPT for m in (table1, table2, figure2, table3, figure3, flickr30k)]


def read_inputs(options: Options, dataset: Dataset) -> tuple[dict[str, Any], dict[str, str]]:
    """Return the inputs of the scripts that can run, and the reasons of the others, by name."""
    inputs, reasons = {}, {}
    for script in SCRIPTS:
        try:
            inputs[script.name] = script.read_inputs(options, dataset)
        except NotRun as reason:
            reasons[script.name] = str(reason)
    return inputs, reasons


def train(
    options: Options, dataset: Dataset, names: Mapping[str, Any], backend: Any, progress: Progress
) -> Workflows:
    """Train the missing runs of the models that the scripts called `names` need."""
    wanted = {m for script in SCRIPTS if script.name in names for m in script.models}
    models = [model for model in grid.MODELS if model in wanted]
    return grid.train_missing(dataset, models, options, backend, progress)


def make_results(
    options: Options,
    dataset: Dataset,
    inputs: Mapping[str, Any],
    workflows: Workflows,
    progress: Progress,
) -> dict[str, Result]:
    """Make the results, printing and writing each as soon as it is made; return them by name."""
    results = {}
    for script in SCRIPTS:
        if script.name in inputs:
            needed = {model: workflows[model] for model in script.models}
            result = script.show_making(options, dataset, inputs[script.name], needed, progress)
            print(f"{result.title}\n\n{result.text}", flush=True)
            results[script.name] = result
    return results


def find_mismatches(
    options: Options, dataset: Dataset, inputs: Mapping[str, Any]
) -> dict[str, str]:
    """Say for which results the published numbers cannot be compared with ours, and why."""
    why = {
        script.name: script.mismatch(options, dataset, inputs[script.name])
        for script in SCRIPTS
        if script.mismatch and script.name in inputs
    }
    return {name: reason for name, reason in why.items() if reason}


def judge(
    results: Mapping[str, Result], reasons: Mapping[str, str], mismatches: Mapping[str, str]
) -> list[Verdict]:
    """Judge all claims; the one about a number on Flickr30K only if it is comparable with ours."""
    items = {name: result.items for name, result in results.items()}
    number = {
        name: f"not comparable: {why}" for name, why in mismatches.items() if name == "flickr30k"
    }
    return [claims.judge(claim, items, {**reasons, **number}) for claim in claims.CLAIMS]


def failures(verdicts: Sequence[Verdict], numbers: pd.DataFrame) -> list[str]:
    """List the failures for `--check`: claims that fail, and numbers that differ."""
    failed = [f"claim {v.claim.number} fails" for v in verdicts if v.word == FAILS]
    differ = numbers[numbers["verdict"] == published.DIFFERS]
    return failed + [f"{n.place}, {n.row}, {n.column} differs" for n in differ.itertuples()]


def claims_text(
    options: Options, dataset: Dataset, verdicts: Sequence[Verdict], reasons: Mapping[str, str]
) -> str:
    """Return the claims as Markdown, and the scripts that could not run."""
    missing = "".join(f"{name} was not run: {reason}\n" for name, reason in reasons.items())
    table = markdown(claims.table(verdicts))
    return f"Claims on {describe(options, dataset)}\n\n{table}\n{missing}"


def main(options: Options, dataset: Dataset, backend: Any, progress: Progress) -> None:
    """Make all results, judge the claims, and write the report."""
    inputs, reasons = read_inputs(options, dataset)
    workflows = train(options, dataset, inputs, backend, progress)
    results = make_results(options, dataset, inputs, workflows, progress)
    mismatches = find_mismatches(options, dataset, inputs)
    progress.say("judging the claims ...")
    with progress.waiting("judging the claims"):
        verdicts = judge(results, reasons, mismatches)
        numbers = published.table(results, options.out, reasons, mismatches)
    text = claims_text(options, dataset, verdicts, reasons)
    print(text)
    write_text(text, options.out / "claims.md")
    write_csv(claims.table(verdicts), options.out / "claims.csv")
    write_csv(numbers, options.out / "published.csv")
    later = written.read_results(options.out)
    shown, missing = results | later, written.reasons(later) | reasons
    progress.note("writing the page ...")
    with progress.waiting("writing the page"):
        page = report.render_report(
            options, dataset, workflows, shown, missing, verdicts, numbers, mismatches
        )
    write_text(page, options.out / "report.html")
    progress.say(f"written under {options.out}: claims.csv, claims.md, published.csv, report.html")
    _check(options, failures(verdicts, numbers))


def _check(options: Options, failed: Sequence[str]) -> None:
    """Exit with status 1 if --check is given and anything failed."""
    if options.check and failed:
        print(f"--check: {', '.join(failed)}", file=sys.stderr)
        sys.exit(1)


OPTIONS = dict.fromkeys(name for script in SCRIPTS for name in script.options)
SCRIPT = Program(main, [*OPTIONS, "--check"])
