"""Look at pages in a real browser: Playwright drives a Chromium that is installed.

A test asks for the fixture `page_at`, which conftest.py imports from here:

    def test_the_page(page_at, written):
        seen = page_at(written / "page.html", width=390, dark=True)
        seen.page.get_by_role("button", name="count").click()
        assert overflow(seen.page) == 0 and axe_violations(seen.page) == []
        assert seen.errors == [] and seen.requests == []
"""

import shutil
from typing import NamedTuple

import pytest

MILLISECONDS = 120_000  # that a busy machine may take
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome")
OPTIONS = (
    "--no-sandbox --disable-gpu --disable-dev-shm-usage --disable-background-networking "
    "--disable-component-update --disable-sync --force-color-profile=srgb"
).split()


class Seen(NamedTuple):
    """A page in a browser, and what happened on it since it was opened.

    Attributes:
        page: Playwright's page.
        errors: texts of the console's errors, of exceptions that no script caught, and of dialogs.
        requests: addresses beside the page's own that were asked for; none of them was answered.
    """

    page: object
    errors: list
    requests: list


@pytest.fixture(scope="module")
def chromium():
    """A browser for the tests of a module. Playwright's loop runs in this thread until it ends."""
    sync_api = pytest.importorskip(
        "playwright.sync_api", reason="no Playwright: pip install -e '.[test]'"
    )
    program = next(filter(None, map(shutil.which, BROWSERS)), None)
    if program is None:
        pytest.skip(f"no browser: install one of {', '.join(BROWSERS)}")
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=program, args=OPTIONS, timeout=MILLISECONDS
        )
        yield browser
        browser.close()


@pytest.fixture
def page_at(chromium):
    """Open pages, offline: a function `(path, width=1280, dark=False, javascript=True) -> Seen`."""
    contexts = []

    def open_page(path, width=1280, dark=False, javascript=True):
        contexts.append(
            chromium.new_context(
                viewport={"width": width, "height": 900},
                color_scheme="dark" if dark else "light",
                reduced_motion="reduce",
                java_script_enabled=javascript,
                offline=True,
            )
        )
        contexts[-1].set_default_timeout(MILLISECONDS)
        seen = Seen(contexts[-1].new_page(), [], [])
        address = path.resolve().as_uri()
        _listen(seen, address)
        seen.page.goto(address)
        return seen

    yield open_page
    for context in contexts:
        context.close()


def _listen(seen, address):
    """Note errors and requests; addresses that hold their content themselves ask nobody."""

    def note_request(request):
        if request.url.partition("#")[0] != address and not request.url.startswith("data:"):
            seen.requests.append(request.url)

    def note_dialog(dialog):
        seen.errors.append(f"dialog: {dialog.message}")
        dialog.dismiss()

    seen.page.on("request", note_request)
    seen.page.on("dialog", note_dialog)
    seen.page.on("pageerror", lambda error: seen.errors.append(str(error)))
    seen.page.on("console", lambda m: seen.errors.append(m.text) if m.type == "error" else None)


def overflow(page):
    """How many pixels the page is wider than its window."""
    return page.evaluate(
        "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    )


def axe_violations(page):
    """What axe-core finds wrong on the page as it is now: `rule at element` for each place."""
    from axe_playwright_python.sync_playwright import Axe

    found = Axe().run(page).response["violations"]
    return [f"{rule['id']} at {node['target']}" for rule in found for node in rule["nodes"]]
