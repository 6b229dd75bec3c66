"""Everything: the paper's tables and figures from one set of runs, and a verdict on every claim.

    python replicate/run_all.py [--data DIR|scenes] [--men FILE] [--images DIR] [--out DIR]
        [--check] [--workers N]

Prints and writes what each script does, then claims.csv, claims.md, published.csv and report.html,
under --out. What cannot run on this data is named with the reason. A result is written when it is
made, and the same command goes on from where it was stopped.
"""

import sys

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
from .results import NotRun, described, markdown, write_csv, write_text
from .script import Program
from .verdicts import FAILS

SCRIPTS = [m.SCRIPT for m in (table1, table2, figure2, table3, figure3, flickr30k)]


def add_options(parser):
    parser.add_argument(
        "--check",
        action="store_true",
        help="exit with status 1 if a claim fails or a number differs from the paper's",
    )


def read_inputs(args, dataset):
    """({name: inputs} of the scripts that can run, {name: why not} of the others)."""
    inputs, reasons = {}, {}
    for script in SCRIPTS:
        try:
            inputs[script.name] = script.inputs(args, dataset)
        except NotRun as reason:
            reasons[script.name] = str(reason)
    return inputs, reasons


def make_results(args, dataset, inputs, workflows, progress):
    """`options.Result` by name, each printed and written as soon as it is made."""
    results = {}
    for script in SCRIPTS:
        if script.name in inputs:
            asked = {model: workflows[model] for model in script.models}
            result = script.make(args, dataset, inputs[script.name], asked, progress)
            print(f"{result.title}\n\n{result.text}", flush=True)
            results[script.name] = result
    return results


def not_comparable(dataset, args, inputs):
    """Why the published numbers of a result cannot be held against ours, by name where they cannot.

    inputs: of the scripts that can run, by name.
    """
    why = {
        script.name: script.comparable(dataset, args, inputs[script.name])
        for script in SCRIPTS
        if script.comparable and script.name in inputs
    }
    return {name: reason for name, reason in why.items() if reason}


def judge(results, reasons, incomparable):
    """The verdicts on all claims; Flickr30K's, about a number, needs what numbers need."""
    items = {name: result.items for name, result in results.items()}
    number = {name: why for name, why in incomparable.items() if name == "flickr30k"}
    return [claims.verdict(claim, items, reasons | number) for claim in claims.CLAIMS]


def wrong(verdicts, numbers):
    """What `--check` does not let pass: claims that fail and numbers that differ, in words."""
    failed = [f"claim {v.claim.number} fails" for v in verdicts if v.word == FAILS]
    differ = numbers[numbers["verdict"] == published.DIFFERS]
    return failed + [f"{n.place}, {n.row}, {n.column} differs" for n in differ.itertuples()]


def claims_text(args, dataset, verdicts, reasons):
    """The claims as Markdown, and the scripts that could not run."""
    lacking = "".join(f"{name} was not run: {reason}\n" for name, reason in reasons.items())
    table = markdown(claims.table(verdicts))
    return f"Claims on {described(dataset, args)}\n\n{table}\n{lacking}"


def main(args, dataset, backend, progress):
    inputs, reasons = read_inputs(args, dataset)
    wanted = {m for script in SCRIPTS if script.name in inputs for m in script.models}
    models = [model for model in grid.MODELS if model in wanted]
    workflows = grid.trained(dataset, models, args, backend, progress)
    results = make_results(args, dataset, inputs, workflows, progress)
    progress.say("judging the claims ...")
    incomparable = not_comparable(dataset, args, inputs)
    verdicts = judge(results, reasons, incomparable)
    numbers = published.table(results, args.out, reasons, incomparable)
    text = claims_text(args, dataset, verdicts, reasons)
    print(text)
    write_text(text, args.out / "claims.md")
    write_csv(claims.table(verdicts), args.out / "claims.csv")
    write_csv(numbers, args.out / "published.csv")
    page = report.render_report(args, dataset, workflows, results, reasons, verdicts, numbers)
    write_text(page, args.out / "report.html")
    progress.say(f"written under {args.out}: claims.csv, claims.md, published.csv, report.html")
    found = wrong(verdicts, numbers)
    if args.check and found:
        print(f"--check: {', '.join(found)}", file=sys.stderr)
        sys.exit(1)


def all_options():
    """The options of all scripts, each once, and --check."""
    return [*dict.fromkeys(add for script in SCRIPTS for add in script.options), add_options]


SCRIPT = Program(__doc__, main, all_options())
