"""`imaginet report`: trained runs beside each other, on one page that needs no network."""

import sys
from pathlib import Path

from .. import (
    backends,
    compare,
    data_provider,
    learning_curves,
    model_card,
    pages,
    plots,
    word_pairs,
)
from ..errors import UserError
from ..files import atomic, digest
from ..progress import Progress
from ..workflow import Workflow
from .common import data_option

HELP = "compare runs on one page"
EXAMPLE = "imaginet report RUN --data scenes --out report.html"


def add_options(parser):
    parser.add_argument("runs", nargs="+", metavar="RUN", help="folders of runs")
    data_option(parser)
    parser.add_argument("--men", metavar="FILE", help="MEN's word pairs")
    parser.add_argument("--out", required=True, metavar="PAGE.html", help="file for the page")
    backends.add_options(parser)


def run(args):
    dataset, benchmarks = data_provider.load(args.data), benchmarks_of(args)
    if not Path(args.out).absolute().parent.is_dir():
        raise UserError(f"--out {args.out}: no such folder; make it, or choose another file")
    flows, progress = flows_of(args), Progress(args.quiet)
    found = content(flows, dataset, benchmarks, progress)
    trained = [pages.Run.of(name, workflow) for name, workflow in flows.items()]
    digests = {args.men: digest(args.men)} if args.men else {}
    command = ["python", "-m", "imaginet_pt", *sys.argv[1:]]
    page = pages.page("compare.html.jinja", dataset, trained, digests, command, found)
    with atomic(args.out) as file:
        file.write(page)
    progress.say(f"{args.out} written ({dataset.name})")


def benchmarks_of(args):
    """{name: word pairs}; SimLex-999 comes with gensim, MEN must be given."""
    men = {"MEN": word_pairs.read_pairs(args.men)} if args.men else {}
    return {"SimLex-999": word_pairs.simlex()} | men


def flows_of(args):
    """{name: Workflow}, called by the folder's own name where that is enough to tell them apart."""
    paths, backend = list(dict.fromkeys(args.runs)), backends.chosen(args)
    names = [Path(path).resolve().name for path in paths]
    if len(set(names)) < len(names):
        names = paths
    return {name: Workflow(p, backend=backend) for name, p in zip(names, paths, strict=True)}


def content(flows, dataset, benchmarks, progress):
    """What compare.html.jinja needs."""
    costs = {name: model_card.costs(workflow.folder) for name, workflow in flows.items()}
    still = [name for name, of_run in costs.items() if not len(of_run)]
    curves = None
    if len(still) < len(flows):
        svg = plots.content(learning_curves.draw(costs), "svg")
        curves = pages.picture("learning curves", "svg", svg)
    progress.say("similarity of words ...")
    words = {b: compare.table(flows, compare.similarity(p)) for b, p in benchmarks.items()}
    progress.say("retrieval ...")
    retrieval = compare.table(flows, compare.retrieval(dataset))
    progress.say("neighbours ...")
    near = compare.nearest(flows, dataset)
    return {
        "count": f"{len(flows)} {'run' if len(flows) == 1 else 'runs'}",
        "others": [n for n, w in flows.items() if w.data["digests"] != dataset.digests],
        "curves": curves,
        "still": still,
        "men": "MEN" in benchmarks,
        "words": [pages.shown(table, benchmark) for benchmark, table in words.items()],
        "split": compare.SPLIT,
        "retrieval": pages.shown(retrieval),
        "neighbours": [pages.shown(table, caption) for caption, table in near.items()],
    }
