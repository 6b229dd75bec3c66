"""What a user sees of long work on a terminal."""

import io
import re
import sys
import time

from imaginet_pt.progress import Progress


class Terminal(io.StringIO):
    def isatty(self):
        return True


TIME = r"compiling, (\d\d:\d\d)"


def waited(monkeypatch, stream, seconds, progress):
    """What is shown within so many seconds, or until two times are."""
    monkeypatch.setattr(sys, "stderr", stream)
    end = time.monotonic() + seconds
    with progress.waiting("compiling"):
        while time.monotonic() < end and len(re.findall(TIME, stream.getvalue())) < 3:
            time.sleep(0.05)
    return stream.getvalue()


def test_what_takes_long_is_shown_each_second_and_taken_away(monkeypatch):
    shown = waited(monkeypatch, Terminal(), 120, Progress())
    first, second, third = re.findall(TIME, shown)
    assert first == "00:00" and "00:01" <= second < third
    assert shown.rstrip("\r").endswith(" " * len("compiling, 00:02"))


def test_what_has_no_terminal_or_should_be_quiet_shows_nothing(monkeypatch):
    assert waited(monkeypatch, io.StringIO(), 1.5, Progress()) == ""
    assert waited(monkeypatch, Terminal(), 1.5, Progress(quiet=True)) == ""
