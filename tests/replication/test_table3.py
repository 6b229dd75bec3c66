"""Table 3: which captions are asked with, the paper's layout, and the mistakes."""

import re
import subprocess
import sys
from argparse import Namespace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import small

from imaginet_pt.data.dataset import Dataset, Image
from imaginet_pt.data.preprocessing import Tokenizer
from imaginet_pt.data.scalers import SCALERS
from imaginet_pt.errors import UserError
from imaginet_pt.replication import table3
from imaginet_pt.replication.results import NotRun

ROOT = Path(__file__).resolve().parents[2]

# The vector of a caption is the direction of its first word, in degrees.
DEGREES = {"dog": 0, "hound": 10, "puppy": 25, "cat": 90, "kitten": 80, "tiger": 60}
TEXTS = ["Dog eats |", "hound eats", "puppy eats", "cat eats", "kitten eats", "tiger eats"]


class Run:
    """A run whose captions point where their first words do, UNK and others to the left."""

    def __init__(self):
        self.tokenizer, self.model = Tokenizer.fit(TEXTS, 1), self
        self.scaler = SCALERS["none"]()

    def with_random_weights(self):
        return Untrained()

    def outputs(self, captions, padding):
        first = [self.tokenizer.words[ids[0]] for ids in captions]
        angle = np.radians([DEGREES.get(word, 180) for word in first])
        states = np.stack([np.cos(angle), np.sin(angle)], axis=1).astype("f4")
        return {"hidden_vis": states, "output_vis": states}


class Untrained(Run):
    """Before training, captions of as many words lie at one point, whatever their order."""

    def outputs(self, captions, padding):
        states = np.array([[len(ids), 1] for ids in captions], "f4")
        return {"hidden_vis": states, "output_vis": states}


def dataset(texts=TEXTS, features=True):
    images = tuple(Image(i, "val", f"{i}.jpg", (text,)) for i, text in enumerate(texts))
    return Dataset("small", images, np.eye(len(texts), 2) if features else None, {}, False)


def made(tmp_path, data, lines=None):
    if lines is not None:
        (tmp_path / "captions.txt").write_text(lines, encoding="utf-8")
    captions = tmp_path / "captions.txt" if lines is not None else None
    args = Namespace(captions=captions, preset="demo", seeds=1, out=tmp_path)
    return table3.make(args, data, table3.read_inputs(args, data), {"MULTITASK": [Run()]}, None)


def controls(text):
    """The change of the median caption, with random weights too, and by chance."""
    pattern = (
        r"For the median of all \d captions .* the 2 captions nearest to one order have a mean "
        r"rank of ([\d.]+) for .*; ([\d.]+) with random weights, and ([\d.]+) if the words"
    )
    return [float(number) for number in re.search(pattern, text).groups()]


def test_the_table_of_known_vectors(tmp_path):
    result = made(tmp_path, dataset(), "dog eats |\n\nzebra dog\n")
    items = pd.read_csv(tmp_path / "table3-items.csv")
    wanted = "model seed caption query order rank neighbour similarity"
    assert list(items) == wanted.split()
    original = items[items["order"] == "original"]
    assert original["caption"].tolist() == [0, 0, -1, -1]
    assert original["query"].tolist() == 2 * ["dog eats |"] + 2 * ["UNK dog"]
    assert original["rank"].tolist() == [1, 2, 1, 2]
    found = ["hound eats", "puppy eats", "cat eats", "kitten eats"]
    assert original["neighbour"].tolist() == found
    degrees = np.radians([10, 25, 90, 100])
    np.testing.assert_allclose(original["similarity"], np.cos(degrees), atol=1e-6)
    turned = items[items["order"] == "scrambled"]
    assert {" ".join(sorted(q.split())) for q in turned["query"]} == {"dog eats |", "UNK dog"}
    assert "dog eats |" not in turned[turned["caption"] == 0]["neighbour"].tolist()
    assert result.files == ["table3.md", "table3.csv", "table3-items.csv"]
    pd.testing.assert_frame_equal(result.items, items, check_dtype=False)


def test_the_layout_is_the_paper_s(tmp_path):
    result = made(tmp_path, dataset(), "dog eats |\ncat eats\n")
    lines = ["Original", "rank 1", "rank 2", "Scrambled", "rank 1", "rank 2"]
    table = pd.read_csv(tmp_path / "table3.csv")
    assert table["line"].tolist() == 2 * lines and table["number"].tolist() == 6 * [1] + 6 * [2]
    markdown = result.text.split("\n\n")[0].splitlines()
    assert [line.split(" | ")[0] for line in markdown[2:]] == [f"| {line}" for line in lines]
    assert markdown[2] == r"| Original | dog eats \| |  |"
    assert markdown[3] == "| rank 1 | hound eats | 0.985 |"
    assert "Table 3 on small, preset demo" in result.title
    assert "\n\nThe captions are those of --captions.\n\nFor the median of all" in result.text
    assert result.text.endswith(" is chance.\n")


def test_the_paper_s_captions_come_first(tmp_path):
    paper = ["A cute baby playing with a cell phone.\n", "a couple of horses rest their head over"]
    result = made(tmp_path, dataset([*TEXTS, *paper]), "cat eats")
    assert set(result.items["caption"]) == {6}
    assert "the paper's own" in result.text and len(controls(result.text)) == 3


def test_without_captions_extremes_are_chosen_and_called_so(tmp_path):
    result = made(tmp_path, dataset())
    again = made(tmp_path, dataset())
    assert result.text == again.text and result.items["caption"].nunique() == 2
    assert "extremes, not a sample: of the 6 captions of split val" in result.text
    assert "(seed 99)" in result.text
    assert re.search(r"smaller of both directions: [\d.]+ and [\d.]+\.\n", result.text)
    trained, untrained, chance = controls(result.text)
    # Five captions of two words lie at one point: among five that are tied, the mean rank is 3.
    assert untrained == 3 and trained < chance


def test_the_controls_are_the_same_whatever_captions_are_shown(tmp_path):
    chosen, given = made(tmp_path, dataset()), made(tmp_path, dataset(), "cat eats\n")
    assert controls(chosen.text) == controls(given.text)


@pytest.mark.parametrize("content", [None, b"", b" \n\n", b"\xff\xfe\x00caption"])
def test_a_useless_file_of_captions_is_one_line(content, tmp_path):
    path = tmp_path / "captions.txt"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(UserError, match="captions.txt: .*; give ") as error:
        table3.read_inputs(Namespace(captions=path), dataset())
    assert "\n" not in str(error.value)


def test_without_features_the_table_is_not_run():
    with pytest.raises(NotRun, match="text alone"):
        table3.read_inputs(Namespace(captions=None), dataset(features=False))


def test_the_script_trains_and_says_what_it_wrote(tmp_path):
    data = small.write(tmp_path / "data")
    (tmp_path / "captions.txt").write_text("a dog sees a wug\n")
    script, out = ROOT / "replicate/table3.py", tmp_path / "out"
    command = [sys.executable, script, "--data", data, "--seeds", 1, "--out", out]
    command += ["--captions", tmp_path / "captions.txt"]
    done = subprocess.run(list(map(str, command)), capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert "| Original | a dog sees a UNK |" in done.stdout
    assert (out / "table3.md").read_text() == done.stdout.removesuffix("\n")
    assert len(pd.read_csv(out / "table3-items.csv")) == 4
