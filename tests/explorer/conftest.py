"""Runs of each kind, and one page of all of them."""

import json

import pytest
import small
from crash.stand_in import QUIET
from explorer_runs import HOSTILE, KINDS, make_run, python_backend

from imaginet_pt.data import data_provider
from imaginet_pt.explorer import gallery, page
from imaginet_pt.runs.workflow import Workflow


@pytest.fixture(scope="package")
def data(tmp_path_factory):
    """Small data, one caption of which is hostile."""
    folder = small.write(tmp_path_factory.mktemp("data"), images=60)
    path = folder / "dataset.json"
    content = json.loads(path.read_text())
    content["images"][0]["sentences"][0]["raw"] += f" {HOSTILE}"
    path.write_text(json.dumps(content))
    return folder


@pytest.fixture(scope="package")
def runs(data, tmp_path_factory):
    """A `Workflow` of each kind, by its name."""
    folder, backend = tmp_path_factory.mktemp("runs"), python_backend()
    return {
        name: Workflow(make_run(folder / name, data, **settings), backend=backend)
        for name, settings in KINDS.items()
    }


@pytest.fixture(scope="package")
def chosen(data):
    """The captions and images of the page."""
    return gallery.choose(data_provider.load(data), gallery.MOST_CAPTIONS)


@pytest.fixture(scope="package")
def written(runs, data, chosen, tmp_path_factory):
    """The page of all runs."""
    path = tmp_path_factory.mktemp("page") / "explore.html"
    text = page.make(runs, data_provider.load(data), chosen, {}, QUIET)
    path.write_text(text, encoding="utf-8")
    return path


@pytest.fixture
def opened(page_at, written):
    """Open the page at a state: a function `(state, **options) -> Seen`, when it is drawn."""

    def open_at(state="", **options):
        seen = page_at(written, **options)
        if state:
            seen.page.evaluate("hash => { location.hash = hash; }", state)
        seen.page.wait_for_selector("main .cards, main .map, main .suggestions, main .note")
        return seen

    return open_at
