"""The page of `imaginet explore` runs, loads and breaks by nothing that is typed or stored."""

import pytest
from browser import overflow
from crash.stand_in import QUIET
from explorer_page import VIEWS, at

from imaginet_pt.data import data_provider
from imaginet_pt.explorer import page as pages

TYPED = [
    "", "   ", "\U0001f415 \U0001f468\u200d\U0001f469\u200d\U0001f467", "\u05e9\u05dc\u05d5\u05dd",
    "\u202eevil",
    "<img src=x onerror='window.hurt = 3'> <script>window.hurt = 4</script>",
    "constructor __proto__ toString", "a" * 3000,
]  # fmt: skip


@pytest.mark.parametrize("text", TYPED, ids=range(len(TYPED)))
def test_whatever_is_typed_is_text(text, opened):
    seen = opened(at("reading"))
    for view in VIEWS:
        seen.page.evaluate("hash => { location.hash = hash; }", at(view, text, t=text, w=text[:20]))
        seen.page.wait_for_selector(f"nav button[aria-current=page] >> text={VIEWS[view]}")
        assert overflow(seen.page) == 0
    seen.page.wait_for_timeout(100)
    assert seen.page.evaluate("window.hurt") is None and seen.errors == []
    assert seen.page.locator("main img, main script").count() == 0


def test_nothing_stored_is_run(opened, runs, data, chosen, page_at, tmp_path):
    """A caption and a run's name that would run if they were anything but text."""
    seen = opened(at("reading", "a dog"))
    assert seen.page.evaluate("window.hurt") is None and seen.errors == []
    assert any("</script>" in text for text in seen.page.evaluate("CONTENT.captions"))
    name = "<script>window.hurt = 5</script>"
    path = tmp_path / "named.html"
    named = pages.make({name: runs["LINREG"]}, data_provider.load(data), chosen, {}, QUIET)
    path.write_text(named, encoding="utf-8")
    seen = page_at(path)
    seen.page.wait_for_selector("main .cards")
    assert name in seen.page.title() and seen.page.evaluate("window.hurt") is None


@pytest.mark.parametrize(
    "state", ["#s=a&r=99&b=x&n=-5&z=1e9&v=nowhere&x=a,,9&m=1&g=77", "#%", "#s=%E0"]
)
def test_a_broken_address_breaks_nothing(state, opened):
    seen = opened(state)
    assert seen.errors == [] and seen.page.locator("h1").count() == 1


def test_without_javascript_the_page_says_so(page_at, written):
    seen = page_at(written, javascript=False)
    assert "needs JavaScript" in seen.page.locator("body").inner_text()


def test_the_policy_lets_nothing_else_run_or_load(opened):
    page = opened(at("reading")).page
    page.evaluate(
        """() => {
            const script = document.createElement("script");
            script.textContent = "window.hurt = 6";
            document.body.append(script);
        }"""
    )
    assert page.evaluate("window.hurt") is None
    failed = page.evaluate("fetch('https://example.org').then(() => false, () => true)")
    assert failed
