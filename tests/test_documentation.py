"""The documentation is true: its Python blocks run, its links lead somewhere, its tests exist."""

import contextlib
import re
import sys
from unittest import mock

import pytest
from conftest import ROOT
from test_readme import blocks

from imaginet_pt import __main__
from imaginet_pt.backends import select
from imaginet_pt.nn import costs, layers, updates
from imaginet_pt.replication import claims

PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md"), ROOT / "data/README.md"])
LINK = re.compile(r"\]\(([^)\s#]+)(?:#[^)]*)?\)")
TEST_FILE = re.compile(r"`((?:tests/)?(?:\w+/)*test_\w+\.py)")

TEST_NAME = re.compile(
    r"`((?:\w+/)*test_\w+\.py)`: ([^;`|\n]+?)(?: \.\.\.)?(?=;| \||$)", re.MULTILINE
)
CODE = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)
# Tables to which the blocks of the architecture add an entry.
TABLES = [
    layers.RECURRENT, costs.IMAGE_COSTS, updates.UPDATES, select.BACKENDS, __main__.COMMANDS,
]  # fmt: skip


def names(path):
    return path.relative_to(ROOT).as_posix()


def test_the_blocks_of_the_architecture_run(tmp_path, monkeypatch, capsys):
    """In their order, as one program; the tables that they add to are as before afterwards."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(claims, "CLAIMS", claims.CLAIMS.copy())
    monkeypatch.setitem(sys.modules, "count", None)  # the command's, gone afterwards
    text = (ROOT / "docs/architecture.md").read_text(encoding="utf-8")
    program = [content for language, content in blocks(text) if language == "python"]
    headings = re.findall(r"^### An? (.*)$", text, re.MULTILINE)
    assert headings == [
        "layer", "cost", "update rule", "backend", "data format", "command", "claim",
    ]  # fmt: skip
    assert len(program) == len(headings) + 1
    namespace = {"__name__": "architecture"}
    with contextlib.ExitStack() as stack:
        for table in TABLES:
            stack.enter_context(mock.patch.dict(table))
        for content in program:
            exec(compile(content, "docs/architecture.md", "exec"), namespace)
    told = capsys.readouterr()
    assert told.out == "2000\n" and "captions.csv" in told.err


def test_the_architecture_names_every_room():
    text = (ROOT / "docs/architecture.md").read_text(encoding="utf-8")
    package = ROOT / "imaginet_pt"
    rooms = {path.parent.name for path in package.glob("*/__init__.py")}
    rooms |= {path.stem for path in package.glob("*.py")} - {"__init__"}
    assert set(re.findall(r"^\| \d+ \| `(\w+)` \|", text, re.MULTILINE)) == rooms


@pytest.mark.parametrize("path", PAGES, ids=names)
def test_links_lead_to_files(path):
    for target in LINK.findall(CODE.sub("", path.read_text(encoding="utf-8"))):
        if "://" not in target:
            assert (path.parent / target).exists(), f"{names(path)} links to {target}"


@pytest.mark.parametrize("path", PAGES, ids=names)
def test_tests_that_are_named_exist(path):
    for name in TEST_FILE.findall(path.read_text(encoding="utf-8")):
        places = (ROOT / name, ROOT / "tests" / name)
        assert any(place.is_file() for place in places), f"{names(path)} names {name}"


def test_what_fidelity_says_of_a_test_is_its_name():
    """After a file's name stands the beginning of a test's name in words."""
    text = (ROOT / "FIDELITY.md").read_text(encoding="utf-8")
    said = TEST_NAME.findall(text)
    assert len(said) > 15
    for file, words in said:
        name = "def test_" + re.sub(r"\W+", "_", words.strip().lower())
        code = (ROOT / "tests" / file).read_text(encoding="utf-8")
        assert name in code, f"FIDELITY.md says of {file}: {words}"
