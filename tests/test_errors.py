"""Every quoted value is short, and every message is one line that can be printed."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from imaginet_pt.errors import (
    MAX_LINE,
    MAX_QUOTED,
    MAX_SHOWN,
    UserError,
    UserTypeError,
    attempt,
    explained,
    quoted,
    reason,
)

LONG = {
    "text": "x" * 10**7, "escapes": "\x1b" * 10**6, "halves": "\ud800" * 10**6,
    "digits": 10**6000, "digits in a list": [1, 10**6000],
    "list": list(range(10**6)), "nested": [[["a" * 100] * 100] * 100] * 100,
    "object": {str(i): "y" * 1000 for i in range(1000)}, "array": np.arange(10**6),
    "bytes": b"z" * 10**7,
}  # fmt: skip


@pytest.mark.parametrize("value", LONG.values(), ids=LONG)
def test_a_long_value_is_shortened(value):
    assert len(quoted(value)) <= MAX_SHOWN + 3 and quoted(value).isprintable()


@pytest.mark.parametrize("value", ["a", "", 5, None, True, 0.5, [1, "a"], {"a": [1]}, "é" * 60])
def test_a_short_value_is_as_python_writes_it(value):
    assert quoted(value) == repr(value)


def test_a_text_is_cut_at_its_end():
    assert quoted("ab" * 100) == f"{'ab' * (MAX_QUOTED // 2)!r}..."


def test_what_cannot_be_printed_is_escaped():
    line = str(UserError("a\x1b[31mb \u202ec\ud800 \x00 café"))
    assert line == r"a\x1b[31mb \u202ec\ud800 \x00 café"


@settings(deadline=None)
@given(st.text(max_size=2000))
def test_any_message_is_one_line_that_can_be_printed(text):
    line = str(UserError(text))
    assert line.isprintable() and len(line) <= MAX_LINE
    line.encode("utf-8")


def test_a_long_message_keeps_what_happened_and_what_to_do():
    line = str(UserError(f"no such file {'x' * 5000}; give another"))
    assert line.startswith("no such file xxx") and line.endswith("xxx; give another")
    assert len(line) <= MAX_LINE


def test_a_message_about_a_type_is_both():
    assert issubclass(UserTypeError, UserError) and issubclass(UserTypeError, TypeError)


def explain(error, *kinds):
    with explained(lambda error: f"a line: {error}", *kinds):
        raise error


def test_errors_of_the_given_kinds_become_a_line():
    with pytest.raises(UserError, match="^a line: no$") as told:
        explain(OSError("no"), OSError, KeyError)
    assert isinstance(told.value.__cause__, OSError)
    with pytest.raises(KeyError):
        explain(KeyError("no"), OSError)


def test_what_is_a_line_already_stays():
    with pytest.raises(UserTypeError, match="^a mistake$"):
        explain(UserTypeError("a mistake"), Exception)


def test_an_attempt_returns_what_comes_or_why_nothing_does():
    def fail(why):
        raise UserError(why)

    assert attempt(len, "abc") == (3, "")
    assert attempt(fail, "because") == (None, "because")
    with pytest.raises(TypeError):
        attempt(len, 3)


def test_a_reason_is_the_first_line_or_the_kind():
    assert reason(OSError(28, "No space left on device", "x")) == "No space left on device"
    assert reason(ValueError("one\ntwo")) == "one" and reason(MemoryError()) == "MemoryError"
