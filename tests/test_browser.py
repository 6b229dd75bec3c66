"""What the tests of pages look for is seen where it is: otherwise they could not fail."""

import pytest
from browser import axe_violations, overflow

BAD = """<!DOCTYPE html><html lang="en"><title>Bad</title>
<style>div { width: 900px; color: #ddd; background: #fff } @media (prefers-color-scheme: dark)
{ div { width: 1500px } }</style><img src="https://example.org/picture.png">
<link rel="stylesheet" href="beside.css"><div>pale</div><p id="said"></p>
<script>said.textContent = "run"; alert("hello"); missing()</script>"""


@pytest.fixture
def bad(tmp_path):
    (tmp_path / "bad.html").write_text(BAD)
    return tmp_path / "bad.html"


def test_errors_requests_and_violations_are_seen(bad, page_at):
    seen = page_at(bad)
    assert "dialog: hello" in seen.errors and "missing is not defined" in seen.errors
    beside = (bad.parent / "beside.css").as_uri()
    assert sorted(seen.requests) == [beside, "https://example.org/picture.png"]
    assert "color-contrast at ['div']" in axe_violations(seen.page)


@pytest.mark.parametrize(("width", "dark", "beyond"), [(390, False, 518), (1280, True, 228)])
def test_width_and_colours_are_those_asked_for(bad, page_at, width, dark, beyond):
    page = page_at(bad, width, dark).page
    assert overflow(page) == beyond  # the box begins 8 pixels from the left


def test_scripts_run_only_where_they_may(bad, page_at):
    assert page_at(bad).page.inner_text("#said") == "run"
    seen = page_at(bad, javascript=False)
    assert seen.page.inner_text("#said") == "" and "dialog: hello" not in seen.errors
