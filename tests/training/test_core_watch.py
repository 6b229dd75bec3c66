"""Shared cores: said once, in one line, and only where minibatches wait for them."""

import re

import pytest

from imaginet_pt.training import core_watch
from imaginet_pt.training.core_watch import CoreWatch

ONE, TWO = {"blas": 1, "openmp": 1}, {"blas": 2, "openmp": 2}


class Clock:
    """Stands in for the module `time`; a step takes so much of both times."""

    def __init__(self, wall, computing):
        self.taken, self.now = (wall, computing), [100.0, 30.0]

    def monotonic(self):
        return self.now[0]

    def process_time(self):
        return self.now[1]

    def step(self, indices):
        self.now = [now + taken for now, taken in zip(self.now, self.taken, strict=True)]
        return indices


def told(monkeypatch, wall, computing, limits=TWO, steps=100):
    """What is said after `steps` of so many seconds, between which others pass."""
    lines, clock = [], Clock(wall, computing)
    monkeypatch.setattr(core_watch, "time", clock)
    watch = CoreWatch(clock.step, limits, lines.append)
    for i in range(steps):
        assert watch(i) == i
        clock.now[0] += 10 * wall  # a checkpoint, which computes nothing
    return lines


def test_waiting_for_a_core_is_said_once(monkeypatch):
    assert told(monkeypatch, 0.5, 0.2) == [
        "other work shares the cores: 5.0 s of training had 2.0 s of processor time; a new run "
        "with --threads 1 loses less"
    ]


def test_one_thread_has_nothing_to_gain(monkeypatch):
    (line,) = told(monkeypatch, 0.5, 0.2, ONE)
    assert line.endswith("2.0 s of processor time")


@pytest.mark.parametrize("computing", [0.34, 0.5, 0.9])
def test_cores_of_its_own_are_no_news(monkeypatch, computing):
    assert told(monkeypatch, 0.5, computing) == []


def test_a_short_training_is_not_judged(monkeypatch):
    assert told(monkeypatch, 0.5, 0.2, steps=9) == []


def test_a_real_step_that_waits_is_noticed(monkeypatch):
    monkeypatch.setattr(core_watch, "WINDOW_SECONDS", 0.2)
    lines = []
    watch = CoreWatch(lambda i: core_watch.time.sleep(0.1) or i, ONE, lines.append)
    assert [watch(i) for i in range(4)] == [0, 1, 2, 3]
    (line,) = lines
    wall, computing = re.search(r": (\d+\.\d) s of training had (\d+\.\d) s of", line).groups()
    assert float(wall) >= 0.2 and float(computing) <= float(wall) / core_watch.SHARED
