"""`imaginet next-words` and `surprisal`: their CSV is what the run's `Workflow` gives."""

import io
import json

import numpy as np
import pandas as pd
import pytest
import small
from crash import stand_in

from imaginet_pt.__main__ import main
from imaginet_pt.backends import functions
from imaginet_pt.data import data_provider
from imaginet_pt.runs.workflow import Workflow

SENTENCES = ["a dog chases a zebra", "a man sees a boat"]


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """A MULTITASK run trained by the stand-in."""
    folder = tmp_path_factory.mktemp("words")
    data = data_provider.load(small.write(folder / "data", features=4))
    with pytest.MonkeyPatch.context() as patch:
        model = stand_in.Model()
        patch.setattr(functions, "train_step", model.train_step)
        patch.setattr(functions, "validation_costs", model.validation_costs)
        stand_in.train(data, folder / "MULTITASK")
    return folder / "MULTITASK"


def printed(monkeypatch, capsys, *arguments):
    monkeypatch.setattr("sys.stdin", io.StringIO("".join(f"{s}\n" for s in SENTENCES)))
    assert main([str(a) for a in arguments]) == 0
    return pd.read_csv(io.StringIO(capsys.readouterr().out), keep_default_na=False)


def test_next_words_are_a_row_a_rank(run, monkeypatch, capsys):
    table = printed(monkeypatch, capsys, "next-words", run, "-k", 3)
    assert list(table) == ["sentence", "position", "after", "rank", "word", "probability"]
    for number, places in enumerate(Workflow(run).next_words(SENTENCES, k=3), start=1):
        rows = table[table["sentence"] == number]
        assert rows["rank"].tolist() == [1, 2, 3] * len(places)
        words, probabilities = zip(*(pair for place in places for pair in place), strict=True)
        assert rows["word"].tolist() == list(words)
        np.testing.assert_allclose(rows["probability"], probabilities, rtol=1e-5)
        after = ["", *SENTENCES[number - 1].split()]
        assert rows["after"].tolist()[::3] == after
        assert rows["position"].tolist()[::3] == list(range(len(after)))


def test_surprisal_is_a_row_a_word(run, monkeypatch, capsys):
    table = printed(monkeypatch, capsys, "surprisal", run)
    assert list(table) == ["sentence", "position", "word", "read_as", "bits"]
    expected = Workflow(run).surprisal(SENTENCES)
    assert table["sentence"].tolist() == (expected["sentence"] + 1).tolist()
    assert table["read_as"].tolist()[:6] == ["a", "dog", "chases", "a", "UNK", "END"]
    assert table["word"].tolist()[:6] == ["a", "dog", "chases", "a", "zebra", "END"]
    np.testing.assert_allclose(table["bits"], expected["bits"], rtol=1e-5)


def test_unknown_words_are_counted_in_a_warning(run, monkeypatch, capsys):
    monkeypatch.setattr("sys.stdin", io.StringIO("a zxq chases a qqq\na zxq\n"))
    for command in ("surprisal", "next-words", "project", "omission"):
        capsys.readouterr()
        monkeypatch.setattr("sys.stdin", io.StringIO("a zxq chases a qqq\na zxq\n"))
        main([command, str(run), "--quiet"])
        told = capsys.readouterr().err.splitlines()[0]
        assert told == "3 of 7 words are not in the vocabulary: zxq, qqq"


def test_sentences_are_arguments_too_and_json_holds_the_same(run, monkeypatch, capsys):
    expected = printed(monkeypatch, capsys, "surprisal", run)
    assert main(["surprisal", str(run), "--format", "json", *SENTENCES]) == 0
    records = json.loads(capsys.readouterr().out)
    pd.testing.assert_frame_equal(pd.DataFrame(records), expected, rtol=1e-5)


def test_no_words_a_place_is_refused_in_one_line(run, monkeypatch, capsys):
    monkeypatch.setattr("sys.stdin", io.StringIO("a dog\n"))
    assert main(["next-words", str(run), "-k", "0"]) == 2
    assert capsys.readouterr() == ("", "imaginet: error: -k is 0; it must be at least 1\n")
