"""The examples in docstrings print what they show, and those of `help(imaginet_pt)` run."""

import doctest
import importlib

import pytest
from conftest import ROOT

import imaginet_pt

SHOWN = [
    ".".join(path.relative_to(ROOT).with_suffix("").parts)
    for path in sorted((ROOT / "imaginet_pt").rglob("[!_]*.py"))
    if "\n>>> " in path.read_text().replace("    ", "")
]


@pytest.mark.parametrize("module", SHOWN)
def test_examples_print_what_they_show(module):
    assert doctest.testmod(importlib.import_module(module)).failed == 0


def test_the_manual_runs_as_it_stands_with_fewer_units(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    small = imaginet_pt.__doc__.replace("hidden_size=64", "hidden_size=4, iterations=1")
    examples, scope = doctest.DocTestParser().get_examples(small), {}
    for example in examples:
        exec(compile(example.source, "the manual", "single"), scope)
    assert len(examples) > 10 and scope["run"].settings.hidden_size == 4
