"""The command-line options of the scripts."""

from argparse import SUPPRESS, ArgumentParser, Namespace
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from ..backends import threads
from ..cli.options import DATA_WITH_SPLITS, backend_options, iteration_option, thread_option
from ..runs.run_folder import Iteration

# The values of the options that a script was given.
Options = Namespace

PRESETS = ("demo", "paper", "long")
CLUSTERS = ("here", "local", "slurm")  # of `executors`
MOST_JOBS = 256  # of Slurm at a time, unless --workers says otherwise
PRESETS_HELP = (
    "size of the models: demo has layers of 256 units (of 128 on scenes, with 7 epochs), paper of "
    "1,024 as in the paper, both with 8 epochs; long is paper with at least 16 epochs, until the "
    "validation cost has not fallen for three (default demo)"
)
# Options that every script has.
SHARED: dict[str, dict[str, Any]] = {
    "--data": {"default": "scenes", "help": f"{DATA_WITH_SPLITS}; default scenes"},
    "--preset": {"default": "demo", "choices": PRESETS, "help": PRESETS_HELP},
    "--seeds": {"type": int, "default": 3, "help": "runs of each model (default 3)"},
    "--out": {"type": Path, "help": "folder of runs and results (default runs/DATA-PRESET)"},
    "--workers": {
        "type": int,
        "help": "processes that train at the same time, which share the cores (default: as many as "
        "there are cores, and 1 at the paper's size or with --backend jax); with --cluster, jobs",
    },
    "--cluster": {
        "choices": CLUSTERS,
        "default": "here",
        "help": "where runs are trained: here, or each as a job of submitit, an extra: local in "
        "processes of this machine, slurm on others that share --out (default here)",
    },
    # Without a default, so that `imaginet --quiet replicate ...` is kept.
    "--quiet": {"action": "store_true", "default": SUPPRESS, "help": "no progress, only results"},
}
# Options of some scripts.
OPTIONS: dict[str, dict[str, Any]] = {
    "--men": {"metavar": "FILE", "help": "the word pairs of MEN"},
    "--simlex": {
        "metavar": "FILE",
        "help": "the word pairs of SimLex-999 (default: the copy in gensim)",
    },
    "--pairs": {
        "metavar": "[NAME=]FILE",
        "action": "append",
        "default": [],
        "help": "other word pairs, under their own name (may be given several times); "
        "SimVerb-3500, WordSim-353 and RG-65 are recognized",
    },
    "--images": {
        "metavar": "DIR",
        "help": "images of single things: their features, and either a dataset.json with a wnid "
        "for each image or ILSVRC2012_validation_ground_truth.txt; scenes has its own",
    },
    "--captions": {
        "metavar": "FILE",
        "help": "captions to search with, one per line, if the data does not contain the paper's "
        "(default: those of the data whose neighbours scrambling changes most)",
    },
    "--image-folder": {
        "metavar": "DIR",
        "help": "pictures of the data, under the file names in dataset.json (default: cards with "
        "captions)",
    },
    "--parser": {
        "metavar": "MODEL",
        "help": "an English model of spaCy, by name or folder, to parse the captions (default: the "
        "grammar of scenes)",
    },
    "--wordbank": {
        "metavar": "FILE",
        "help": "Wordbank's shares of children who say each word, by month",
    },
    "--concreteness": {
        "metavar": "FILE",
        "help": "the concreteness of words by Brysbaert, Warriner and Kuperman (2014)",
    },
    "--state": {
        "default": "end",
        "choices": ("end", "image"),
        "help": "what omission scores compare: the states after END, or the predicted images",
    },
    "--check": {
        "action": "store_true",
        "help": "exit with status 1 if a claim fails or a number differs from the paper's",
    },
}


def number_of_workers(options: Options) -> int:
    """Return how many processes or jobs train: as many as asked for, or as there are cores.

    Only one where each takes much memory, or takes the devices for itself. Slurm keeps more of them
    in its queue.
    """
    if options.cluster == "slurm":
        return int(options.workers or MOST_JOBS)
    alone = options.preset != "demo" or options.backend == "jax"
    return int(options.workers or (1 if alone else threads.available_cores()))


def add_options(parser: ArgumentParser, names: Iterable[str]) -> None:
    """Add the options of every script, then the named ones of `OPTIONS`."""
    for name, keywords in SHARED.items():
        parser.add_argument(name, **keywords)
    iteration_option(parser)
    backend_options(parser)
    thread_option(parser)
    for name in names:
        parser.add_argument(name, **OPTIONS[name])


def iteration(options: Options) -> Iteration:
    """Return the epoch that the results are of, as `Workflow` takes it."""
    chosen: Iteration = getattr(options, "iteration", None)
    return chosen


def models_folder(options: Options) -> Path:
    """Return the folder of the trained runs, which results of several epochs share."""
    out: Path = options.out
    return (out.parent if iteration(options) else out) / "models"
