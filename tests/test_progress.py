"""What a user sees of long work on a terminal."""

import io
import sys
import time

from imaginet_pt.progress import Progress


class Terminal(io.StringIO):
    def isatty(self):
        return True


def waited(monkeypatch, stream, seconds, progress):
    monkeypatch.setattr(sys, "stderr", stream)
    with progress.waiting("compiling"):
        time.sleep(seconds)
    return stream.getvalue()


def test_what_takes_long_is_shown_each_second_and_taken_away(monkeypatch):
    shown = waited(monkeypatch, Terminal(), 2.5, Progress())
    assert "compiling, 00:01" in shown and "compiling, 00:02" in shown
    assert shown.rstrip("\r").endswith(" " * len("compiling, 00:02"))


def test_what_has_no_terminal_or_should_be_quiet_shows_nothing(monkeypatch):
    assert waited(monkeypatch, io.StringIO(), 1.5, Progress()) == ""
    assert waited(monkeypatch, Terminal(), 1.5, Progress(quiet=True)) == ""
