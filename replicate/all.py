"""Everything: the paper's tables and figures from one set of runs, and a verdict on every claim.

    python replicate/all.py [--data DIR|scenes] [--men FILE] [--images DIR] [--out DIR] [--check]
                            [--workers N]

Prints and writes what each script does, then claims.csv, claims.md, published.csv and report.html,
under --out. What cannot run on this data is named with the reason. A result is written when it is
made, and the same command goes on from where it was stopped.
"""

import sys

import bare  # noqa: F401  (first: finds the package, and names what is not installed)
import claims
import evidence
import figure2
import figure3
import flickr30k
import options
import published
import report
import runs
import table1
import table2
import table3
import tables

MODULES = [table1, table2, figure2, table3, figure3, flickr30k]


def add_options(parser):
    parser.add_argument(
        "--check",
        action="store_true",
        help="exit with status 1 if a claim fails or a number differs from the paper's",
    )


def read_inputs(args, dataset):
    """({name: inputs} of the scripts that can run, {name: why not} of the others)."""
    inputs, reasons = {}, {}
    for module in MODULES:
        try:
            inputs[module.__name__] = module.inputs(args, dataset)
        except options.NotRun as reason:
            reasons[module.__name__] = str(reason)
    return inputs, reasons


def make_results(args, dataset, inputs, flows, progress):
    """`options.Result` by name, each printed and written as soon as it is made."""
    results = {}
    for module in MODULES:
        name = module.__name__
        if name in inputs:
            asked = {model: flows[model] for model in module.MODELS}
            result = module.make(args, dataset, inputs[name], asked, progress)
            print(f"{result.title}\n\n{result.text}", flush=True)
            results[name] = result
    return results


def not_comparable(dataset, args, inputs):
    """Why the published numbers of a result cannot be held against ours, by name where they cannot.

    inputs: of the scripts that can run, by name.
    """
    why = {"table1": tables.comparable(dataset, args)}
    for module in (table2, flickr30k):
        if module.__name__ in inputs:
            why[module.__name__] = module.comparable(dataset, args, inputs[module.__name__])
    return {name: reason for name, reason in why.items() if reason}


def judge(results, reasons, incomparable):
    """The verdicts on all claims; Flickr30K's, about a number, needs what numbers need."""
    items = {name: result.items for name, result in results.items()}
    number = {name: why for name, why in incomparable.items() if name == "flickr30k"}
    return [claims.verdict(claim, items, reasons | number) for claim in claims.CLAIMS]


def wrong(verdicts, numbers):
    """What `--check` does not let pass: claims that fail and numbers that differ, in words."""
    failed = [f"claim {v.claim.number} fails" for v in verdicts if v.word == evidence.FAILS]
    differ = numbers[numbers["verdict"] == published.DIFFERS]
    return failed + [f"{n.place}, {n.row}, {n.column} differs" for n in differ.itertuples()]


def claims_text(args, dataset, verdicts, reasons):
    """The claims as Markdown, and the scripts that could not run."""
    lacking = "".join(f"{name} was not run: {reason}\n" for name, reason in reasons.items())
    table = tables.markdown(claims.table(verdicts))
    return f"Claims on {tables.described(dataset, args)}\n\n{table}\n{lacking}"


def main(args, dataset, backend, progress):
    inputs, reasons = read_inputs(args, dataset)
    wanted = {m for module in MODULES if module.__name__ in inputs for m in module.MODELS}
    models = [model for model in runs.MODELS if model in wanted]
    flows = runs.trained(dataset, models, args, backend, progress)
    results = make_results(args, dataset, inputs, flows, progress)
    progress.say("judging the claims ...")
    incomparable = not_comparable(dataset, args, inputs)
    verdicts = judge(results, reasons, incomparable)
    numbers = published.table(results, args.out, reasons, incomparable)
    text = claims_text(args, dataset, verdicts, reasons)
    print(text)
    tables.write_text(text, args.out / "claims.md")
    tables.write_csv(claims.table(verdicts), args.out / "claims.csv")
    tables.write_csv(numbers, args.out / "published.csv")
    page = report.page(args, dataset, flows, results, reasons, verdicts, numbers)
    tables.write_text(page, args.out / "report.html")
    progress.say(f"written under {args.out}: claims.csv, claims.md, published.csv, report.html")
    found = wrong(verdicts, numbers)
    if args.check and found:
        print(f"--check: {', '.join(found)}", file=sys.stderr)
        sys.exit(1)


if __name__ == "__main__":
    options.run(main, options.parser(__doc__, *(m.add_options for m in MODULES), add_options))
