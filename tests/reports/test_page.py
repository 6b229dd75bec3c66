"""Pages in a browser: tables sort, claims are filtered, nothing sticks out; and inline SVG."""

import base64
import io
import json
import re
import shutil
import subprocess

import pandas as pd
import pytest
from matplotlib.figure import Figure

from imaginet_pt import templates
from imaginet_pt.reports import page, plots

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome")
OPTIONS = (
    "--headless --no-sandbox --disable-gpu --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync --allow-file-access-from-files"
).split()
FRAME = pd.DataFrame(
    {"name": ["b", "a", "c " + "x" * 300], "count": ["1200", "30", "4"], "share": ["", ".5", "2"]}
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
# Looks at the page in a frame of a phone's width, clicks, and leaves what it has seen in the title.
LOOK = """<!DOCTYPE html><iframe src="page.html" style="width:390px;height:800px"></iframe><script>
onload = () => {
  const page = document.querySelector("iframe").contentDocument;
  const column = () => [...page.querySelectorAll("table.sortable")[0].tBodies[0].rows]
    .map(row => row.cells[0].textContent.trim()[0]).join("");
  const heads = page.querySelectorAll("table.sortable")[0].tHead.rows[0].cells;
  const click = head => { head.querySelector("button").click(); return column(); };
  const seen = {
    beyond: page.documentElement.scrollWidth - page.documentElement.clientWidth,
    first: column(), names: click(heads[0]),
    count: click(heads[1]), down: click(heads[1]), sorted: heads[1].getAttribute("aria-sort"),
  };
  page.querySelector("[data-filter] button").click();
  seen.hidden = [...page.querySelectorAll("[data-verdict]")].map(row => row.hidden);
  document.title = JSON.stringify(seen);
};
</script>"""


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
    (folder / "look.html").write_text(LOOK)
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


def test_in_a_browser_tables_sort_and_nothing_sticks_out(written):
    browser = next(filter(None, map(shutil.which, BROWSERS)), None)
    if browser is None:
        pytest.skip(f"no browser to look at the page with: install one of {', '.join(BROWSERS)}")
    command = [browser, *OPTIONS, f"--user-data-dir={written}/profile", "--dump-dom"]
    done = subprocess.run(
        [*command, (written / "look.html").as_uri()], capture_output=True, text=True, timeout=120
    )
    seen = json.loads(re.search(r"<title>(.*?)</title>", done.stdout)[1].replace("&quot;", '"'))
    assert seen == {
        "beyond": 0, "first": "bac", "names": "abc", "count": "cab", "down": "bac",
        "sorted": "descending", "hidden": [False, True],
    }  # fmt: skip
