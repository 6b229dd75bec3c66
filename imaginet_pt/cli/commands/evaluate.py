"""`imaginet evaluate`: measure how well a trained run finds images and paraphrases."""

from argparse import ArgumentParser, Namespace

from ...progress import Progress
from ..options import data_option, load_workflow, padding_option, run_options, split_option

HELP = "image and paraphrase retrieval by a trained run"
EXAMPLE = "imaginet evaluate RUN --data scenes --out EVAL"
STATES = ("hidden_vis", "hidden_text", "hidden_multi", "output_vis")  # of `evaluation.retrieval`
SCRAMBLE_SEED = 99  # as there


def add_options(parser: ArgumentParser) -> None:
    """Add the run, the data, and how captions are read and compared."""
    run_options(parser)
    data_option(parser)
    split_option(parser)
    padding_option(parser, "batch")
    parser.add_argument(
        "--paraphrase-state",
        choices=STATES,
        help="vectors of paraphrases (default hidden_vis)",
    )
    parser.add_argument(
        "--scramble-seed",
        type=int,
        default=SCRAMBLE_SEED,
        help="of the scrambled order (default %(default)s)",
    )
    parser.add_argument("--out", metavar="EVAL", required=True, help="folder for the figures")


def run(args: Namespace) -> None:
    """Write `metrics.json` and `items.csv`."""
    from ...data import data_provider
    from ...evaluation import retrieval
    from ...files.atomic import atomic
    from ...files.folders import make_folder
    from ...runs.run_folder import RunFolder

    dataset = data_provider.load(args.data)
    workflow = load_workflow(args)
    metrics, items = retrieval.retrieval(
        workflow, dataset, args.split, args.padding, args.paraphrase_state, args.scramble_seed
    )
    description = {
        "run": str(args.run), "iteration": workflow.iteration, "data": dataset.name,
        "synthetic": dataset.synthetic, "split": args.split,
    }  # fmt: skip
    folder = RunFolder(make_folder(args.out))
    folder.write_json("metrics.json", description | metrics)
    with atomic(folder / "items.csv") as file:
        items.to_csv(file, index_label="item", lineterminator="\n")
    Progress(args.quiet).say(f"{folder.path}/metrics.json and items.csv written ({dataset.name})")
