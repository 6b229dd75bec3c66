"""`imaginet train`: a run from its settings, or from where it was stopped."""

import argparse
import sys
from dataclasses import fields

from ...data import data_provider
from ...errors import UserError
from ...progress import Progress
from ...runs.run_folder import RunFolder
from ...settings import Settings
from ...training import experiment
from ...training.trainer import CHECKPOINT_MINUTES
from .. import supervisor
from ..options import (
    backend_options,
    chosen_backend,
    chosen_processes,
    data_option,
    process_options,
)

HELP = "train a model"
EXAMPLE = "imaginet train --data scenes --out RUN --model-type shared_embeddings --hidden-size 64"


def add_options(parser):
    data_option(parser)
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
    backend_options(parser)
    process_options(parser)
    add_settings(parser)


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


def minutes(text):
    """A time in minutes, 0 or more; ValueError for another, which argparse tells."""
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


def run(args):
    args.go_on = f"go on with --resume {args.resume or args.out}"
    group = chosen_processes(args)
    if group.count > 1 and not supervisor.is_child():
        sys.exit(supervisor.supervise(group))
    backend = chosen_backend(args)
    _train(args, backend, Progress(args.quiet or not group.first))


def _train(args, backend, progress):
    dataset = data_provider.load(args.data)
    if args.resume:
        _same_settings(args.resume, given(args))
        experiment.resume(dataset, args.resume, backend, progress, args.checkpoint_minutes)
    else:
        options = args.init_tokenizer, args.init_weights, args.checkpoint_minutes
        experiment.train(dataset, settings_given(args), args.out, backend, progress, *options)


def _same_settings(run, wanted):
    """Settings `wanted` with --resume must be those of the run."""
    folder = RunFolder.open(run)
    settings = Settings.of(folder.described()["settings"], folder / "run.json")
    for name, value in wanted.items():
        if getattr(settings, name) != value:
            flag, found = "--" + name.replace("_", "-"), getattr(settings, name)
            raise UserError(f"{flag} {value}: {run} has {found}; leave the option out")
