"""Bad files of every kind, a few of each; thousands of them by `tests/hostile/generate.py`."""

import pytest
from hostile import generate
from hostile.kinds import KINDS


@pytest.mark.parametrize("kind", KINDS)
def test_each_file_is_right_or_refused_in_one_line(kind):
    tally = generate.tallied(kind, number=30, seed=1)
    assert not tally.wrong
    assert tally.inputs >= 30 and tally.accepted and tally.refused
    assert tally.peak < generate.MEMORY
