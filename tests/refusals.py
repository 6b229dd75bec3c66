"""The line in which data are refused."""

import pytest

from imaginet_pt.data import data_provider
from imaginet_pt.errors import UserError


def refused(where, *words):
    """The one line that refuses `where`; it holds all of `words`."""
    with pytest.raises(UserError) as caught:
        data_provider.load(where)
    return one_line(caught, words)


def one_line(caught, words):
    line = str(caught.value)
    assert len(line.splitlines()) == 1 and len(line) < 500
    for word in words:
        assert word in line
    return line
