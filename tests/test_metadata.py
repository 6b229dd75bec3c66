"""Where the project is described to others, it is described alike; its version stands once."""

import configparser
import json
import re

import pytest
import yaml
from conftest import ROOT

CONFIG = configparser.ConfigParser()
CONFIG.read(ROOT / "setup.cfg", encoding="utf-8")
SETUP = CONFIG["metadata"]
PAPER = "Learning language through pictures"


def read_json(name):
    return json.loads((ROOT / name).read_text(encoding="utf-8"))


CITATION = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
CODEMETA, ZENODO = read_json("codemeta.json"), read_json(".zenodo.json")
VERSION = re.compile(rf"\b{re.escape(SETUP['version'])}\b")


@pytest.mark.parametrize(
    "said",
    [
        (SETUP["name"], CITATION["title"], CODEMETA["name"], ZENODO["title"]),
        (SETUP["license_expression"], CITATION["license"], ZENODO["license"],
         CODEMETA["license"].removeprefix("https://spdx.org/licenses/")),
        (SETUP["description"], CODEMETA["description"], ZENODO["description"]),
        (CITATION["authors"][0]["name"], CODEMETA["author"][0]["name"],
         ZENODO["creators"][0]["name"]),
        (CODEMETA["keywords"], ZENODO["keywords"]),
    ],
    ids=["name", "license", "description", "authors", "keywords"],
)  # fmt: skip
def test_all_say_the_same(said):
    assert all(each == said[0] for each in said) and said[0]


def test_the_paper_and_its_authors_are_the_same():
    cited, published = CITATION["preferred-citation"], CODEMETA["referencePublication"]
    assert cited["title"] == published["name"] == PAPER
    assert str(cited["year"]) == published["datePublished"]
    names = [(author["given-names"], author["family-names"]) for author in cited["authors"]]
    assert names == [(author["givenName"], author["familyName"]) for author in published["author"]]


def test_the_version_is_written_in_setup_cfg_alone():
    code = [*(ROOT / "imaginet_pt").rglob("*.py"), ROOT / "docs/conf.py", ROOT / "pyproject.toml"]
    described = [ROOT / "CITATION.cff", ROOT / "codemeta.json", ROOT / ".zenodo.json"]
    for path in [*code, *described]:
        assert not VERSION.search(path.read_text(encoding="utf-8")), path


def test_the_changelog_has_a_section_for_the_version():
    text = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert re.search(rf"^## \[?{re.escape(SETUP['version'])}\b", text, re.MULTILINE)
