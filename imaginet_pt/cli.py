"""The command line: `python -m imaginet_pt train ...`, `evaluate ...`."""

import argparse
import sys
from dataclasses import fields

from . import assess, backends, data_provider, experiment, vectors
from .conversion import convert_legacy
from .errors import UserError
from .files import atomic
from .progress import Progress
from .run_folder import RunFolder
from .settings import Settings
from .training import CHECKPOINT_MINUTES, Stopped
from .workflow import PADDING, Workflow

DATA_HELP = "folder with dataset.json and features, a COCO caption file, or scenes (synthetic)"
EXAMPLES = {
    "train": "imaginet train --data scenes --out RUN --hidden-size 64 --embedding-size 64",
    "evaluate": "imaginet evaluate RUN --data scenes --out EVAL",
    "project": "imaginet project RUN --format csv < sentences.txt > vectors.csv",
    "next-words": "imaginet next-words RUN < sentences.txt",
    "export": "imaginet export RUN --what embeddings > embeddings.txt",
    "convert-legacy": "imaginet convert-legacy OLD RUN",
}


class Parser(argparse.ArgumentParser):
    """Mistakes are told as everywhere here: in one line, with exit status 2."""

    def error(self, message):
        raise UserError(f"{message}; see {self.prog} --help")


def add_settings(parser):
    """An option for each field of `Settings`, with its default and where that comes from."""
    for f in fields(Settings):
        kind = {"type": f.metadata["parse"] or f.type, "metavar": "X"}
        if f.type is bool:
            kind = {"action": "store_true"}
        choices = f.metadata["choices"]
        values = f"one of {', '.join(choices)}; " if choices else ""
        parser.add_argument(
            "--" + f.name.replace("_", "-"),
            default=argparse.SUPPRESS,
            help=f"{f.metadata['help']} ({values}default {f.default}; {f.metadata['origin']})",
            **kind,
        )


def _train_options(parser):
    parser.add_argument("--data", required=True, help=DATA_HELP)
    where = parser.add_mutually_exclusive_group(required=True)
    where.add_argument("--out", metavar="RUN", help="new folder for the run")
    where.add_argument("--resume", metavar="RUN", help="take up a stopped run, with its settings")
    parser.add_argument("--init-tokenizer", metavar="JSON", help="vocabulary to use")
    parser.add_argument("--init-weights", metavar="NPZ", help="arrays to begin with")
    parser.add_argument(
        "--checkpoint-minutes",
        type=minutes,
        metavar="M",
        default=CHECKPOINT_MINUTES,
        help="between checkpoints inside an epoch, 0 for one after each minibatch "
        "(default %(default)g; ours)",
    )
    add_settings(parser)


def minutes(text):
    """A time in minutes, 0 or more."""
    value = float(text)
    if not value >= 0:
        raise ValueError
    return value


def given(args):
    """The settings that stand on the command line, by name."""
    return {f.name: getattr(args, f.name) for f in fields(Settings) if hasattr(args, f.name)}


def settings_given(args):
    """`Settings` of the command line."""
    return Settings(**given(args))


def _train(args):
    dataset = data_provider.load(args.data)
    backend, progress = backends.chosen(args), Progress(args.quiet)
    if args.resume:
        _same_settings(args.resume, given(args))
        experiment.resume(dataset, args.resume, backend, progress, args.checkpoint_minutes)
    else:
        options = args.init_tokenizer, args.init_weights, args.checkpoint_minutes
        experiment.train(dataset, settings_given(args), args.out, backend, progress, *options)


def _same_settings(run, wanted):
    """Settings `wanted` with --resume must be those of the run."""
    settings = RunFolder.open(run).read_json("run.json")["settings"]
    for name, value in wanted.items():
        if settings[name] != (list(value) if isinstance(value, tuple) else value):
            flag = "--" + name.replace("_", "-")
            raise UserError(f"{flag} {value}: {run} has {settings[name]}; leave the option out")


def _run_options(parser):
    parser.add_argument("run", metavar="RUN", help="folder of a run")
    parser.add_argument("--iteration", type=int, help="epoch (default the last)")


def _padding_option(parser, default):
    parser.add_argument(
        "--padding",
        choices=PADDING,
        default=default,
        help="batch as the original, so that a vector depends on its minibatch, or none "
        f"(default {default})",
    )


def _workflow(args):
    return Workflow(args.run, args.iteration, backends.chosen(args))


def _evaluate_options(parser):
    _run_options(parser)
    parser.add_argument("--data", required=True, help=DATA_HELP)
    parser.add_argument("--split", default="val", help="part of the data (default val)")
    _padding_option(parser, "batch")
    parser.add_argument(
        "--paraphrase-state",
        choices=assess.STATES,
        help="vectors of paraphrases (default hidden_vis)",
    )
    parser.add_argument(
        "--scramble-seed",
        type=int,
        default=assess.SCRAMBLE_SEED,
        help=f"of the scrambled order (default {assess.SCRAMBLE_SEED})",
    )
    parser.add_argument("--out", metavar="EVAL", required=True, help="folder for the figures")


def _evaluate(args):
    dataset = data_provider.load(args.data)
    workflow = _workflow(args)
    metrics, items = assess.retrieval(
        workflow, dataset, args.split, args.padding, args.paraphrase_state, args.scramble_seed
    )
    described = {
        "run": str(args.run), "iteration": workflow.iteration, "data": dataset.name,
        "synthetic": dataset.synthetic, "split": args.split,
    }  # fmt: skip
    folder = RunFolder.made(args.out)
    folder.write_json("metrics.json", described | metrics)
    with atomic(folder / "items.csv") as file:
        items.to_csv(file, index_label="item", lineterminator="\n")
    Progress(args.quiet).say(f"{folder.path}/metrics.json and items.csv written ({dataset.name})")


def _project_options(parser):
    _run_options(parser)
    _padding_option(parser, "none")
    _format_option(parser, "csv")


def _format_option(parser, default):
    parser.add_argument(
        "--format", choices=vectors.FORMATS, default=default, help=f"(default {default})"
    )


def _write(args, names, array):
    sys.stdout.buffer.write(vectors.FORMATS[args.format](names, array))


def _project(args):
    sentences = vectors.sentences(sys.stdin)
    _write(args, sentences, _workflow(args).project(sentences, args.padding))


def _next_words_options(parser):
    _run_options(parser)
    _padding_option(parser, "none")


def _next_words(args):
    for words in _workflow(args).next_words(vectors.sentences(sys.stdin), args.padding):
        print(*words)


WHAT = {"embeddings": lambda w: w.embeddings, "words-in-visual-space": Workflow.project_words}


def _export_options(parser):
    _run_options(parser)
    parser.add_argument("--what", choices=WHAT, default="embeddings", help="(default embeddings)")
    _format_option(parser, "word2vec")


def _export(args):
    workflow = _workflow(args)
    _write(args, list(workflow.words()), WHAT[args.what](workflow))


def _convert_options(parser):
    parser.add_argument("checkpoint", metavar="DIR", help="folder of model.univ.pkl.gz and others")
    parser.add_argument("out", metavar="RUN", help="new folder for the run")


def _convert(args):
    folder = convert_legacy(args.checkpoint, args.out)
    Progress(args.quiet).say(f"{folder.path} holds the original's model as epoch 1")


COMMANDS = {
    "train": ("train a model", _train_options, _train),
    "evaluate": ("image and paraphrase retrieval by a trained run", _evaluate_options, _evaluate),
    "project": ("image vectors of sentences", _project_options, _project),
    "next-words": ("the likeliest next word at each place", _next_words_options, _next_words),
    "export": ("vectors of all words", _export_options, _export),
    "convert-legacy": ("read a checkpoint of the 2015 program", _convert_options, _convert),
}


def parser():
    """The parser of the whole command line."""
    top = Parser(prog="imaginet", description="Learn language from pictures: IMAGINET (2015).")
    commands = top.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name, (help, add_options, _) in COMMANDS.items():
        command = commands.add_parser(name, help=help, epilog=f"example: {EXAMPLES[name]}")
        add_options(command)
        backends.add_options(command)
        command.add_argument("--quiet", action="store_true", help="no progress, only errors")
    return top


def main(arguments=None):
    """Run the command line; the exit status (0, 2 for a user's mistake, 130 after Ctrl-C)."""
    try:
        args = parser().parse_args(arguments)
        COMMANDS[args.command][2](args)
    except UserError as error:
        print(f"imaginet: error: {' '.join(str(error).split())}", file=sys.stderr)
        return 2
    except Stopped as stopped:
        print(
            f"imaginet: {stopped}; go on with --resume {args.resume or args.out}", file=sys.stderr
        )
        return 130
    except KeyboardInterrupt:
        return 130
    return 0
