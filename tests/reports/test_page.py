"""Pages in a browser: tables sort, claims are filtered, nothing sticks out; and inline SVG."""

import base64
import io
import re
from pathlib import Path

import pandas as pd
import pytest
from browser import axe_violations, overflow
from equations import PLAIN
from matplotlib.figure import Figure

from imaginet_pt import templates
from imaginet_pt.legacy.conversion import convert_legacy
from imaginet_pt.reports import page, plots
from imaginet_pt.runs.workflow import Workflow

CHECKPOINT = next((Path(__file__).parents[1] / "goldens/checkpoints").glob("*/"))
FRAME = pd.DataFrame(
    {
        "name": ["b", "a", "c " + "x" * 300],
        "count": ["1200", "30", "4"],
        "share": ["", ".5", "2"],
        "interval": ["9.1 (8 to 10)", "-0.030 (-1 to 1)", "-0.100 (-1 to 1)"],
    }
)
TEMPLATE = """
{%- extends "page.html.jinja" -%}{%- from "parts.html.jinja" import cells, figure, heading -%}
{% block title %}A page{% endblock %}
{% block content %}
{{ heading("tables", "Tables & <b>") }}{{ cells(frame, "frame") }}{{ figure(drawing, "a line") }}
<ul><li data-filter="holds">holds</li></ul>
<table><tr data-verdict="holds"><td>1</td></tr><tr data-verdict="fails"><td>2</td></tr></table>
{% endblock %}
"""


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    """A folder with a page of all parts."""
    folder = tmp_path_factory.mktemp("page")
    figure = Figure()
    figure.subplots().plot([1, 2])
    content = {
        "data": "tiny", "synthetic": False, "features": 3, "today": "today", "command": "make it",
        "runs": page.table(FRAME), "settings": page.table(pd.DataFrame()), "shared": {},
        "versions": {}, "digests": {"file": "f00d" * 16}, "frame": page.table(FRAME),
        "drawing": page.picture("a figure", "svg", plots.content(figure, "svg")),
    }  # fmt: skip
    with pytest.MonkeyPatch.context() as patch:
        loader = templates.jinja2.FileSystemLoader
        own = templates.jinja2.DictLoader({"own.html.jinja": TEMPLATE})
        patch.setattr(
            templates.jinja2,
            "FileSystemLoader",
            lambda path: templates.jinja2.ChoiceLoader([own, loader(path)]),
        )
        (folder / "page.html").write_text(templates.render("own.html.jinja", content))
    return folder


def test_sections_are_listed_and_link_to_themselves(written):
    text = (written / "page.html").read_text()
    contents = re.search(r"<nav.*?</nav>", text, re.DOTALL)[0]
    listed = re.findall(r'href="#(\w+)">(.*?)</a>', contents)
    assert [name for name, _ in listed] == ["guide", "tables", "runs", "again"]
    assert listed[1][1] == "Tables &amp; &lt;b&gt;"
    for name, title in listed:
        assert f'<h2 id="{name}">' in text and f'href="#{name}" aria-label=' in text
        assert f"#</a>{title}</h2>" in text


def test_the_csv_in_the_page_is_the_table(written):
    text = (written / "page.html").read_text()
    assert text.count(page.table(FRAME)["csv"]) == 2
    content = base64.b64decode(page.table(FRAME)["csv"].partition("base64,")[2])
    read = pd.read_csv(io.BytesIO(content), dtype=str, keep_default_na=False)
    pd.testing.assert_frame_equal(read, FRAME)


def test_an_svg_in_the_page_has_ids_of_its_own(written):
    figure = Figure()
    figure.subplots().plot([1, 2])
    content = plots.content(figure, "svg")
    one, two = page.inline_svg("one", content), page.inline_svg("two & <b>", content)
    ids = re.findall(r'\bid="([^"]*)"', one)
    assert len(set(ids)) == len(ids) and not set(ids) & set(re.findall(r'\bid="([^"]*)"', two))
    used = re.findall(r'url\(#([^)]*)\)|href="#([^"]*)"', one)
    assert used and {a or b for a, b in used} <= set(ids)
    assert "<style" not in one and "<metadata" not in one and "<b>" not in two


@pytest.mark.parametrize(
    ("called", "again"),
    [
        (["/x/imaginet_pt/__main__.py", "replicate", "all"], "-m imaginet_pt replicate all"),
        (["/x/bin/imaginet", "report", "RUN"], "-m imaginet_pt report RUN"),
        (["replicate/run_all.py", "--seeds", "3"], "replicate/run_all.py --seeds 3"),
    ],
)
def test_the_command_that_makes_the_page_again_runs(called, again, monkeypatch):
    monkeypatch.setattr("sys.argv", called)
    assert page.command() == f"python {again}"


def column(table):
    return [text.strip()[0] for text in table.locator("tbody td:first-child").all_inner_texts()]


def test_tables_sort(written, page_at):
    page = page_at(written / "page.html").page
    table = page.locator("table.sortable").first
    assert column(table) == ["b", "a", "c"]
    orders = []
    for name in ["name", "count", "count"]:
        table.get_by_role("button", name=name).click()
        orders.append("".join(column(table)))
    assert orders == ["abc", "cab", "bac"]  # numbers as numbers, then from the other end
    assert (
        table.get_by_role("columnheader", name="count").get_attribute("aria-sort") == "descending"
    )


def test_rows_without_a_number_come_last(written, page_at):
    table = page_at(written / "page.html").page.locator("table.sortable").first
    table.get_by_role("button", name="share").click()
    assert "".join(column(table)) == "acb"


def test_texts_that_begin_with_numbers_sort_by_them(written, page_at):
    table = page_at(written / "page.html").page.locator("table.sortable").first
    table.get_by_role("button", name="interval").click()
    assert "".join(column(table)) == "cab"  # as texts: -0.030, -0.100, 9.1


def test_a_converted_run_claims_no_training(tmp_path):
    run = Workflow(convert_legacy(CHECKPOINT, tmp_path / "old").path, backend=PLAIN)
    shown = page.Run.of("old", run)
    assert page.run_table([shown])["seed"].tolist() == ["unknown"]
    _, settings = page.compare_settings([shown])
    assert settings["iterations"] == settings["update"] == settings["batch_size"] == "unknown"
    assert settings["hidden_type"] == "gru" and settings["rate"] != "unknown"


def test_verdicts_are_filtered(written, page_at):
    page = page_at(written / "page.html").page
    rows = page.locator("[data-verdict]")
    button = page.locator("[data-filter] button")
    assert [row.is_visible() for row in rows.all()] == [True, True]
    button.click()
    assert [row.is_visible() for row in rows.all()] == [True, False]
    button.click()
    assert [row.is_visible() for row in rows.all()] == [True, True]


@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("dark", [False, True])
def test_nothing_sticks_out_and_axe_finds_nothing(written, page_at, width, dark):
    seen = page_at(written / "page.html", width, dark)
    assert overflow(seen.page) == 0 and axe_violations(seen.page) == []
    assert seen.errors == [] and seen.requests == []


def test_the_page_reads_without_scripts(written, page_at):
    seen = page_at(written / "page.html", javascript=False)
    assert seen.page.locator("table.sortable").first.locator("tbody tr").count() == 3
    assert seen.page.get_by_role("button").count() == 0  # nothing to press that does nothing
    assert overflow(seen.page) == 0
