"""`imaginet evaluate`: image and paraphrase retrieval by a trained run."""

from ...data import data_provider
from ...evaluation import retrieval
from ...files.atomic import atomic
from ...files.folders import make_folder
from ...progress import Progress
from ...runs.run_folder import RunFolder
from ..options import data_option, padding_option, run_options, split_option, workflow

HELP = "image and paraphrase retrieval by a trained run"
EXAMPLE = "imaginet evaluate RUN --data scenes --out EVAL"


def add_options(parser):
    run_options(parser)
    data_option(parser)
    split_option(parser)
    padding_option(parser, "batch")
    parser.add_argument(
        "--paraphrase-state",
        choices=retrieval.STATES,
        help="vectors of paraphrases (default hidden_vis)",
    )
    parser.add_argument(
        "--scramble-seed",
        type=int,
        default=retrieval.SCRAMBLE_SEED,
        help=f"of the scrambled order (default {retrieval.SCRAMBLE_SEED})",
    )
    parser.add_argument("--out", metavar="EVAL", required=True, help="folder for the figures")


def run(args):
    dataset = data_provider.load(args.data)
    trained = workflow(args)
    metrics, items = retrieval.retrieval(
        trained, dataset, args.split, args.padding, args.paraphrase_state, args.scramble_seed
    )
    described = {
        "run": str(args.run), "iteration": trained.iteration, "data": dataset.name,
        "synthetic": dataset.synthetic, "split": args.split,
    }  # fmt: skip
    folder = RunFolder(make_folder(args.out))
    folder.write_json("metrics.json", described | metrics)
    with atomic(folder / "items.csv") as file:
        items.to_csv(file, index_label="item", lineterminator="\n")
    Progress(args.quiet).say(f"{folder.path}/metrics.json and items.csv written ({dataset.name})")
