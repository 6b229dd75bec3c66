"""`imaginet omission` and `compare` on a run of the stand-in; figures whatever is drawn."""

import io
import json

import matplotlib.image
import pandas as pd
import pytest
import small
import trained

from imaginet_pt.__main__ import main
from imaginet_pt.cli.commands import omission
from imaginet_pt.runs.workflow import Workflow

SENTENCE = "a dog chases a zebra"


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    folder = tmp_path_factory.mktemp("omission")
    return trained.linreg(small.write(folder / "data"), folder / "LINREG")


def test_bars_are_of_the_words_that_were_typed(run, capsys):
    assert main(["omission", str(run), SENTENCE]) == 0
    shown = capsys.readouterr()
    lines = shown.out.splitlines()[3:]
    assert [line.split("  ")[0].strip() for line in lines] == ["dog", "chases", "zebra (unknown)"]
    assert shown.err == "1 of 3 words is not in the vocabulary: zebra\n"


def test_several_sentences_make_a_table(run, capsys):
    sentences = [SENTENCE, "a man sees a boat"]
    assert main(["omission", str(run), "--format", "csv", *sentences]) == 0
    table = pd.read_csv(io.StringIO(capsys.readouterr().out))
    assert list(table) == ["sentence", "position", "word", "known", "omission"]
    for number, sentence in enumerate(sentences, start=1):
        scores = omission.score(Workflow(run), sentence)
        rows = table[table["sentence"] == number]
        assert rows["word"].tolist() == [word for word, _, _ in scores]
        assert rows["known"].tolist() == [known for _, known, _ in scores]
        assert rows["omission"].tolist() == pytest.approx([s for _, _, s in scores], rel=1e-5)
    assert main(["omission", str(run), "--format", "json", *sentences]) == 0
    assert len(json.loads(capsys.readouterr().out)) == len(table)


@pytest.mark.parametrize("name", ["om.jpg", "om", "om.png.gif"])
def test_a_figure_is_not_written_as_what_it_is_not(name, run, tmp_path, capsys):
    assert main(["omission", str(run), SENTENCE, "--png", str(tmp_path / name)]) == 2
    assert "ends in none of .png, .svg, .pdf" in capsys.readouterr().err
    assert not list(tmp_path.iterdir())


BEGINNINGS = {"png": b"\x89PNG", "svg": b"<?xml", "pdf": b"%PDF"}


@pytest.mark.parametrize("kind", BEGINNINGS)
def test_a_figure_is_what_its_name_says(kind, run, tmp_path, capsys):
    path = tmp_path / f"om.{kind}"
    assert main(["omission", str(run), SENTENCE, "--png", str(path)]) == 0
    assert path.read_bytes().startswith(BEGINNINGS[kind])


def test_characters_that_the_font_lacks_are_replaced_with_one_warning(run, tmp_path, capsys):
    path = tmp_path / "om.png"
    assert main(["omission", str(run), "dog 你好 chases 🐕 cat", "--png", str(path)]) == 0
    words, figure = capsys.readouterr().err.splitlines()
    assert "2 of 5 words" not in words and "not in the vocabulary" in words
    assert "font lacks" in figure and "你好" in figure and "drawn as �" in figure
    assert matplotlib.image.imread(path).ndim == 3


def test_too_many_words_are_refused(run, capsys):
    assert main(["omission", str(run), "dog " * 600]) == 2
    assert "600 words, at most 500" in capsys.readouterr().err


def test_two_sentences_side_by_side(run, capsys):
    assert main(["compare", str(run), "a dog chases a cat", "a cat chases a dog"]) == 0
    assert "cosine of output_vis   1.000" in capsys.readouterr().out
    assert main(["compare", str(run), "a dog chases a cat"]) == 2
    assert "SENTENCE" in capsys.readouterr().err
