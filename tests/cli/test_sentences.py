"""Sentences of a command: what is read, what is refused in one line, and in bounded memory."""

import io
import itertools
from types import SimpleNamespace

import pytest

from imaginet_pt.cli import sentences
from imaginet_pt.data.preprocessing import SPECIAL, Tokenizer
from imaginet_pt.errors import UserError
from imaginet_pt.progress import Progress


class Endless:
    """An input without an end: the same text again and again."""

    def __init__(self, text):
        self.text, self.read = text, 0

    def readline(self, size):
        self.read += 1
        return (self.text * (size // len(self.text) + 1))[:size]


def test_lines_are_sentences_without_a_byte_order_mark():
    text = "\ufeffa dog\n  a cat \r\nna\u00efve"
    assert sentences.read_sentences(io.StringIO(text, newline="")) == [
        "a dog",
        "a cat",
        "na\u00efve",
    ]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "no sentence in the input"),
        ("a dog\n\na cat\n", "line 2 of the input: 'sentence' is empty"),
        ("a dog\n   \n", "line 2 of the input"),
        ("a" * 20_000, "line 1 of the input: 'sentence' has 10,002 characters"),
    ],
)
def test_what_is_no_sentence_is_refused(text, told):
    with pytest.raises(UserError, match=told):
        sentences.read_sentences(io.StringIO(text))


def test_an_input_without_an_end_is_read_no_further():
    endless = Endless("\0")
    with pytest.raises(UserError, match="10,002 characters"):
        sentences.read_sentences(endless)
    assert endless.read == 1


def test_an_input_of_too_many_lines_is_refused(monkeypatch):
    monkeypatch.setattr(sentences, "MAX_SENTENCES", 10)
    lines = itertools.count(1)
    endless = Endless("")
    endless.readline = lambda size: f"a dog {next(lines)}\n"
    with pytest.raises(UserError, match="over 10 sentences"):
        sentences.read_sentences(endless)
    assert next(lines) == 12


@pytest.mark.parametrize(
    ("words", "unit", "read"),
    [
        (["dog", "runs"], "word", ["dog runs", "dog runs", "dog. runs", "."]),
        (["dog", "runs", "."], "word", ["dog runs.", "dog runs ... ", "dog. runs", "."]),
        (list("dogruns"), "character", ["dog runs.", "dog runs ... ", "dog. runs", "."]),
    ],
)
def test_a_final_full_stop_that_no_caption_has_is_left_out(words, unit, read):
    run = SimpleNamespace(tokenizer=Tokenizer(SPECIAL + words, unit))
    typed = ["dog runs.", "dog runs ... ", "dog. runs", "."]
    assert sentences.as_trained(run, typed, Progress(quiet=True)) == read


def test_a_stop_that_is_left_out_is_no_unknown_word(capsys):
    run = SimpleNamespace(tokenizer=Tokenizer([*SPECIAL, "dog", "runs"]))
    sentences.as_trained(run, ["dog runs.", "cat runs."], Progress())
    assert capsys.readouterr().err == "1 of 4 words is not in the vocabulary: cat\n"
