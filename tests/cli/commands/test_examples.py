"""The example that each command's --help ends with works as it is written."""

import importlib

import pytest
from documented import quick, run, write_files

from imaginet_pt.__main__ import COMMANDS, main
from imaginet_pt.data.scenes import corpus

# What an example leaves behind, or None if it prints it.
LEAVES = {
    "train": "RUN/model-card.md",
    "evaluate": "EVAL/metrics.json",
    "project": "vectors.csv",
    "next-words": "next.csv",
    "surprisal": "surprisal.csv",
    "neighbors": None,
    "index": "INDEX/index.json",
    "omission": "omission.png",
    "compare": None,
    "export": "embeddings.txt",
    "report": "report.html",
    "explore": "explore.html",
    "data": None,
    "convert-legacy": "NEW/run.json",
    "replicate": "runs/scenes-demo/table1.md",
}


def module(command):
    return importlib.import_module(COMMANDS[command])


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A folder in which `train`'s example was run, on fewer scenes than there are."""
    folder = tmp_path_factory.mktemp("examples")
    write_files(folder)
    few = corpus.load(train=40, val=10)
    with quick() as patch:
        patch.chdir(folder)
        patch.setattr(corpus, "load", lambda: few)
        run(module("train").EXAMPLE)
        yield folder


@pytest.mark.parametrize("name", COMMANDS)
def test_the_example_of_each_command(name, folder):
    printed = b"" if name == "train" else run(module(name).EXAMPLE)
    assert (folder / LEAVES[name]).stat().st_size if LEAVES[name] else printed


@pytest.mark.parametrize("name", COMMANDS)
def test_help_ends_with_the_example(name, capsys):
    with pytest.raises(SystemExit):
        main([name, "--help"])
    shown = capsys.readouterr().out
    assert shown.endswith(f"example:\n  {module(name).EXAMPLE}\n")
