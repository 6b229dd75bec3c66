"""Text in columns and bars: nothing is lost, and nothing is wider than the line."""

import io

import pytest

from imaginet_pt.cli import terminal


def test_texts_are_wrapped_beside_their_mark():
    lines = terminal.entry("0.5", ["a dog chases a cat", "b.jpg"], 13)
    assert lines == ["0.5  a dog", "     chases a", "     cat", "     b.jpg"]
    assert terminal.entry("0.5", [""], 13) == ["0.5"]


@pytest.mark.parametrize("text", ["a " * 40, "x" * 90])
def test_no_line_is_wider_than_asked_for(text):
    lines = terminal.entry("0.5", [text], 21)
    assert max(map(len, lines)) <= 21
    assert "".join("".join(lines).split()) == "0.5" + "".join(text.split())


def test_blocks_stand_side_by_side():
    width = terminal.column_width(12, 2)
    assert terminal.side_by_side([["one", "two"], ["three"]], width) == ["one    three", "two"]


def test_the_longest_bar_fills_the_line_and_others_are_in_proportion(monkeypatch):
    monkeypatch.setattr("sys.stdout", io.StringIO())
    lines = terminal.bars(["dog", "a", "cat"], [0.2, 0.0, 0.1], 40)
    assert [line.split("#")[0] for line in lines] == ["dog  0.200 ", "a    0.000", "cat  0.100 "]
    counts = [line.count("#") for line in lines]
    assert (
        len(lines[0]) == 40 and counts[1] == 0 and counts[0] == pytest.approx(2 * counts[2], abs=1)
    )


def test_small_values_keep_their_digits(monkeypatch):
    monkeypatch.setattr("sys.stdout", io.StringIO())
    lines = terminal.bars(["dog", "a"], [0.001234, 0.0000456], 40)
    assert [line.split()[1] for line in lines] == ["0.00123", "0.00005"] and len(lines[0]) == 40


def test_bars_of_zeros_and_of_long_words_keep_to_the_line():
    assert terminal.bars(["dog"], [0.0], 40) == ["dog  0.000"]
    assert all(len(line) <= 30 for line in terminal.bars(["x" * 50, "dog"], [0.3, 0.1], 30))
