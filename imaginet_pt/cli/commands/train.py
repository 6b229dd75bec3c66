"""`imaginet train`: train a run, or continue a stopped one."""

from __future__ import annotations

import argparse
import shlex
import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Callable
from dataclasses import fields
from typing import TYPE_CHECKING, Any

from ...errors import UserError
from ...progress import Progress
from .. import supervisor
from ..options import (
    DATA_WITH_SPLITS,
    backend_options,
    chosen_backend,
    chosen_processes,
    process_options,
    thread_option,
)
from ..parser import with_flags

if TYPE_CHECKING:
    from ...backends.protocol import Backend
    from ...settings import Settings

HELP = "train a model"
EXAMPLE = "imaginet train --data scenes --out RUN --model-type shared_embeddings --hidden-size 64"
CHECKPOINT_MINUTES = 10.0  # as in `training.trainer`
# The names of the paper's models -> the settings that make them.
PAPER_MODELS: dict[str, dict[str, Any]] = {
    "visual": {"model_type": "simple"},
    "multitask": {"model_type": "shared_embeddings"},
    "textual": {"model_type": "shared_embeddings", "alpha": 1.0},
    "linreg": {"model_type": "linear"},
}


def add_options(parser: ArgumentParser) -> None:
    """Add options for the data, the folder, what to begin with, and each setting."""
    parser.add_argument("--data", help=f"{DATA_WITH_SPLITS}; with --resume where they have moved")
    where = parser.add_mutually_exclusive_group(required=True)
    where.add_argument("--out", metavar="RUN", help="new folder for the run")
    where.add_argument("--resume", metavar="RUN", help="continue a stopped run, with its settings")
    parser.add_argument("--init-tokenizer", metavar="JSON", help="vocabulary to use")
    parser.add_argument("--init-weights", metavar="NPZ", help="initial parameters to use")
    parser.add_argument(
        "--checkpoint-minutes",
        type=minutes,
        metavar="M",
        default=CHECKPOINT_MINUTES,
        help="minutes between checkpoints inside an epoch, 0 for one after each minibatch "
        "(default %(default)g; ours)",
    )
    add_settings(parser)
    backend_options(parser, show_jax=True)
    thread_option(parser)
    process_options(parser)


def add_settings(parser: ArgumentParser) -> None:
    """Add an option for each field of `Settings`, with its default and where that comes from."""
    from ...settings import Settings

    for f in fields(Settings):
        parse = f.metadata["parse"]
        kind: dict[str, Any] = {"type": telling(parse) if parse else f.type, "metavar": "X"}
        if f.type is bool:
            kind = {"action": "store_true"}
        choices = f.metadata["choices"]
        names = [*choices, *PAPER_MODELS] if f.name == "model_type" else choices
        values = f"one of {', '.join(names)}; " if choices else ""
        parser.add_argument(
            "--" + f.name.replace("_", "-"),
            default=argparse.SUPPRESS,
            help=with_flags(
                f"{f.metadata['help']} ({values}default {f.default}; {f.metadata['origin']})"
            ),
            **kind,
        )


def telling(parse: Callable[[str], Any]) -> Callable[[str], Any]:
    """Return `parse` with its UserError as the error whose message argparse passes on."""

    def read(text: str) -> Any:
        try:
            return parse(text)
        except UserError as error:
            raise argparse.ArgumentTypeError(str(error)) from error

    return read


def minutes(text: str) -> float:
    """Read a time in minutes; raise ValueError, which argparse reports, if it is negative."""
    value = float(text)
    if not value >= 0:
        raise ValueError
    return value


def given_settings(args: Namespace) -> dict[str, Any]:
    """Return the settings given on the command line, by name.

    Raises:
        UserError: TEXTUAL is given with an `alpha` other than 1.
    """
    from ...settings import Settings

    given = {f.name: getattr(args, f.name) for f in fields(Settings) if hasattr(args, f.name)}
    model = PAPER_MODELS.get(str(given.get("model_type")).lower(), {})
    if given.get("alpha", 1.0) != model.get("alpha", given.get("alpha", 1.0)):
        raise UserError("`model_type` textual is `alpha` 1; leave `alpha` out, or take multitask")
    return given | model


def read_settings(args: Namespace) -> Settings:
    """Return the `Settings` of the command line; those not given have their defaults."""
    from ...settings import Settings

    return Settings(**given_settings(args))


def run(args: Namespace) -> None:
    """Train, in a child process where several processes train together."""
    args.go_on = f"go on with --resume {args.resume or args.out}"
    if args.resume:
        for name in ("init_tokenizer", "init_weights"):
            if getattr(args, name):
                raise UserError(f"`{name}` is for the beginning of a run; leave it out")
        _complete_from_run(args)
    elif args.data is None:
        raise UserError("`data` is missing; give it, or go on with a run by `resume`")
    group = chosen_processes(args)
    if group.count > 1 and not supervisor.is_child():
        sys.exit(supervisor.supervise(group))
    backend = chosen_backend(args)
    progress = Progress(args.quiet or not group.first)
    _train(args, backend, progress)
    progress.say(next_step(args))


def next_step(args: Namespace) -> str:
    """Suggest a command for the trained run."""
    run, data = shlex.quote(args.resume or args.out), shlex.quote(args.data)
    return f"{run} is trained; next: imaginet evaluate {run} --data {data} --out EVAL"


def _train(args: Namespace, backend: Backend, progress: Progress) -> None:
    from ...backends import threads
    from ...data import data_provider
    from ...training import experiment

    number_of_threads = threads.parse(args.threads)
    dataset = data_provider.load(args.data, progress.say)
    if args.resume:
        _check_same_settings(args.resume, given_settings(args), number_of_threads)
        experiment.resume(
            dataset, args.resume, backend, progress,
            iterations=getattr(args, "iterations", None),
            checkpoint_minutes=args.checkpoint_minutes,
        )  # fmt: skip
    else:
        experiment.train(
            dataset, read_settings(args), args.out, backend, progress,
            init_tokenizer=args.init_tokenizer, init_weights=args.init_weights,
            checkpoint_minutes=args.checkpoint_minutes, number_of_threads=number_of_threads,
        )  # fmt: skip


def _complete_from_run(args: Namespace) -> None:
    """Take the backend and the data's path from the run to be resumed, if they are not given."""
    from ...backends import select
    from ...runs.run_folder import RunFolder

    description = RunFolder.open(args.resume).described()
    if args.backend == "auto" and description.backend in select.BACKENDS:
        args.backend = description.backend
    if args.data is None:
        args.data = description.data.get("path")
    if args.data is None:
        raise UserError(f"{args.resume} does not say where its data are; give `data`")


def _check_same_settings(run: str, wanted: dict[str, Any], number_of_threads: int | None) -> None:
    """Check that settings given with --resume, except `iterations`, are those of the run."""
    from ...backends import threads
    from ...runs.run_folder import RunFolder

    description = RunFolder.open(run).described()
    trained = description.settings.as_dict()
    trained["threads"] = threads.recorded(description.threads)["blas"]
    for name, value in (wanted | {"threads": number_of_threads or trained["threads"]}).items():
        if name != "iterations" and trained[name] != value:
            flag = "--" + name.replace("_", "-")
            raise UserError(f"{flag} {value}: {run} has {trained[name]}; leave the option out")
