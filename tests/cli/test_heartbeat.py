"""A terminal shows a sign of life wherever a command is silent, and nowhere where it disturbs."""

import io
import re
import time

import pytest
from tqdm import tqdm

from imaginet_pt.cli import boundary, heartbeat, streams
from imaginet_pt.cli.heartbeat import Heartbeat
from imaginet_pt.cli.parser import is_quiet

LINE = r"working, \d+ s"


class Terminal(io.StringIO):
    def isatty(self):
        return True


@pytest.fixture(autouse=True)
def impatient(monkeypatch):
    monkeypatch.setattr(heartbeat, "SILENCE", 0.1)
    monkeypatch.setattr(heartbeat, "STEP", 0.02)
    tqdm.get_lock()  # what it imports takes a while


def wait_until(condition, seconds=120):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.02)


def test_silence_is_broken_by_a_line_which_the_next_output_replaces():
    terminal = Terminal()
    beat = Heartbeat(terminal)
    with beat.beating():
        wait_until(lambda: "working" in terminal.getvalue())
        streams.Log(terminal, beat).write("done\n")
    assert re.fullmatch(rf"(\r{LINE})+\r +\rdone\n", terminal.getvalue())


def test_the_line_gives_way_to_the_reader_of_a_pipe():
    terminal, pipe = Terminal(), io.StringIO()
    beat = Heartbeat(terminal)
    with beat.beating():
        wait_until(lambda: "working" in terminal.getvalue())
        with heartbeat.STILL:
            output = streams.Output(pipe, beat)
            output.write("a,b")
            output.flush()
            assert terminal.getvalue().endswith(" \r")


def test_the_line_is_taken_away_at_the_end():
    terminal = Terminal()
    with Heartbeat(terminal).beating():
        wait_until(lambda: "working" in terminal.getvalue())
    assert re.fullmatch(rf"(\r{LINE})+\r +\r", terminal.getvalue())


def test_a_bar_that_does_not_move_is_drawn_again():
    terminal = Terminal()
    with tqdm(desc="runs", total=9, file=terminal), Heartbeat(terminal).beating():
        drawn = terminal.getvalue().count("runs")
        wait_until(lambda: terminal.getvalue().count("runs") > drawn)
    assert "working" not in terminal.getvalue()


def test_an_unfinished_line_is_left_alone():
    terminal = Terminal()
    beat = Heartbeat(terminal)
    streams.Output(terminal, beat).write("a dog")
    with beat.beating():
        time.sleep(0.5)
    assert terminal.getvalue() == "a dog"


def test_nothing_is_shown_while_somebody_needs_the_terminal():
    terminal = Terminal()
    with heartbeat.STILL, Heartbeat(terminal).beating():
        time.sleep(0.5)
    assert terminal.getvalue() == ""


def test_an_error_stream_that_is_no_terminal_stays_silent():
    log = io.StringIO()
    with Heartbeat(log).beating():
        time.sleep(0.5)
    assert log.getvalue() == ""


def test_a_command_beats(monkeypatch):
    terminal = Terminal()
    monkeypatch.setattr(
        boundary, "_run", lambda *_: wait_until(lambda: "working" in terminal.getvalue()) or 0
    )
    monkeypatch.setattr("sys.stderr", terminal)
    assert boundary.run({}, []) == 0


@pytest.mark.parametrize("word", ["--quiet", "--qui"])
def test_a_quiet_command_does_not(word, monkeypatch):
    terminal = Terminal()
    monkeypatch.setattr(boundary, "_run", lambda *arguments: time.sleep(0.5) or 0)
    monkeypatch.setattr("sys.stderr", terminal)
    assert boundary.run({}, [word]) == 0 and terminal.getvalue() == ""


@pytest.mark.parametrize("word", ["-q", "--", "--queries", "quiet", "--seeds"])
def test_only_quiet_is_quiet(word):
    assert not is_quiet([word])
