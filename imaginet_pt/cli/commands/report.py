"""`imaginet report`: trained runs beside each other, on one page that needs no network."""

import sys
from pathlib import Path

from ...data import data_provider, word_pairs
from ...errors import UserError
from ...files.atomic import atomic
from ...files.reading import digest
from ...progress import Progress
from ...reports import comparison, learning_curves, plots
from ...reports.page import Run, picture, render_page, shown
from ...runs import model_card
from ...runs.workflow import Workflow
from .. import options
from ..options import data_option

HELP = "compare runs on one page"
EXAMPLE = "imaginet report RUN --data scenes --out report.html"


def add_options(parser):
    parser.add_argument("runs", nargs="+", metavar="RUN", help="folders of runs")
    data_option(parser)
    parser.add_argument("--men", metavar="FILE", help="MEN's word pairs")
    parser.add_argument("--out", required=True, metavar="PAGE.html", help="file for the page")
    options.backend_options(parser)


def run(args):
    dataset, benchmarks = data_provider.load(args.data), benchmarks_of(args)
    if not Path(args.out).absolute().parent.is_dir():
        raise UserError(f"--out {args.out}: no such folder; make it, or choose another file")
    workflows, progress = workflows_of(args), Progress(args.quiet)
    found = content(workflows, dataset, benchmarks, progress)
    trained = [Run.of(name, workflow) for name, workflow in workflows.items()]
    digests = {args.men: digest(args.men)} if args.men else {}
    command = ["python", "-m", "imaginet_pt", *sys.argv[1:]]
    page = render_page("compare.html.jinja", dataset, trained, digests, command, found)
    with atomic(args.out) as file:
        file.write(page)
    progress.say(f"{args.out} written ({dataset.name})")


def benchmarks_of(args):
    """{name: word pairs}; SimLex-999 comes with gensim, MEN must be given."""
    men = {"MEN": word_pairs.read_pairs(args.men)} if args.men else {}
    return {"SimLex-999": word_pairs.simlex()} | men


def workflows_of(args):
    """{name: Workflow}, called by the folder's own name where that is enough to tell them apart."""
    paths, backend = list(dict.fromkeys(args.runs)), options.chosen_backend(args)
    names = [Path(path).resolve().name for path in paths]
    if len(set(names)) < len(names):
        names = paths
    return {name: Workflow(p, backend=backend) for name, p in zip(names, paths, strict=True)}


def content(workflows, dataset, benchmarks, progress):
    """What compare.html.jinja needs."""
    costs = {name: model_card.costs(workflow.folder) for name, workflow in workflows.items()}
    still = [name for name, of_run in costs.items() if not len(of_run)]
    curves = None
    if len(still) < len(workflows):
        svg = plots.content(learning_curves.draw(costs), "svg")
        curves = picture("learning curves", "svg", svg)
    progress.say("similarity of words ...")
    words = {
        b: comparison.table(workflows, comparison.similarity_row(p)) for b, p in benchmarks.items()
    }
    progress.say("retrieval ...")
    retrieval = comparison.table(workflows, comparison.retrieval_row(dataset))
    progress.say("neighbours ...")
    near = comparison.nearest(workflows, dataset)
    return {
        "count": f"{len(workflows)} {'run' if len(workflows) == 1 else 'runs'}",
        "others": [n for n, w in workflows.items() if w.data["digests"] != dataset.digests],
        "curves": curves,
        "still": still,
        "men": "MEN" in benchmarks,
        "words": [shown(table, benchmark) for benchmark, table in words.items()],
        "split": comparison.SPLIT,
        "retrieval": shown(retrieval),
        "neighbours": [shown(table, caption) for caption, table in near.items()],
    }
