"""The page of `imaginet explore` at one of its states, as tests of it in a browser ask for it."""

import time
from urllib.parse import quote

from browser import MILLISECONDS

SENTENCE = "a dog sees a cat"
VIEWS = {
    "reading": "Word by word", "order": "Order", "omission": "Omission",
    "sentences": "Two sentences", "words": "Words",
}  # fmt: skip


def at(view, sentence=SENTENCE, **more):
    """The address of a view."""
    pairs = {"s": sentence, "v": view, "r": 1} | more  # 1 is MULTITASK
    return "#" + "&".join(f"{name}={quote(str(value))}" for name, value in pairs.items())


def until(page, expression, *parameter):
    """Wait until an expression is true; Playwright's way evaluates text, which the page forbids."""
    end = time.monotonic() + MILLISECONDS / 1000
    while not page.evaluate(expression, *parameter):
        assert time.monotonic() < end, f"never: {expression}"
        page.wait_for_timeout(30)
