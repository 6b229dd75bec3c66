"""The documentation builds without a warning, names every public thing, and needs no network."""

import re
import subprocess
import sys

import pytest
from conftest import ROOT

import imaginet_pt
from imaginet_pt.__main__ import COMMANDS

# What makes a browser fetch something: not the links that a reader may follow.
FETCHED = re.compile(
    r"""<(?:script|img|iframe)[^>]*\ssrc="(?:https?:)?//"""
    r"""|<link[^>]*rel="(?:stylesheet|preload|icon)"[^>]*href="(?:https?:)?//"""
)


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    pytest.importorskip("myst_nb", reason="Sphinx and myst-nb are not installed: '.[docs]'")
    folder = tmp_path_factory.mktemp("site")
    command = [sys.executable, "-m", "sphinx", "-q", "-W", "--keep-going", ROOT / "docs", folder]
    done = subprocess.run(command, capture_output=True, text=True, cwd=folder)
    assert done.returncode == 0, done.stderr
    return folder


def test_every_page_of_docs_is_on_the_site(site):
    sources = [*(ROOT / "docs").glob("*.md"), *(ROOT / "docs").glob("*.ipynb")]
    assert {path.stem for path in sources} <= {path.stem for path in site.glob("*.html")}


def test_options_and_python_are_complete(site):
    options = (site / "options.html").read_text(encoding="utf-8")
    assert all(f"imaginet {name} " in options for name in COMMANDS)
    python = (site / "api.html").read_text(encoding="utf-8")
    assert all(f'id="imaginet_pt.{name}"' in python for name in imaginet_pt.__all__)


def test_no_page_needs_the_network(site):
    for path in site.rglob("*.html"):
        assert not FETCHED.search(path.read_text(encoding="utf-8")), path.name
    assert FETCHED.search('<script async src="https://example.org/a.js">')


def test_links_between_pages_lead_somewhere(site):
    for path in site.glob("*.html"):
        for target in re.findall(r'href="([^"#:?]+)["#?]', path.read_text(encoding="utf-8")):
            assert (path.parent / target).exists(), f"{path.name} links to {target}"
