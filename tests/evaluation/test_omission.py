"""Omission scores of known vectors, and the command that shows them."""

from types import SimpleNamespace

import matplotlib.image
import numpy as np
import pytest
import small
import trained
from scipy.spatial.distance import cosine

from imaginet_pt.__main__ import main
from imaginet_pt.errors import UserError
from imaginet_pt.evaluation import omission
from imaginet_pt.runs.workflow import Workflow

SENTENCE = "man sees the zebra"


def test_the_score_is_one_minus_the_cosine():
    angle = np.radians([0, 60, 90, 180])
    without = np.stack([np.cos(angle), np.sin(angle)], axis=1).astype(np.float32)
    moved = omission.moved(np.float32([3, 0]), 7 * without)
    np.testing.assert_allclose(moved, [0, 0.5, 1, 2], atol=1e-6)


def test_a_vector_of_zeros_is_as_far_as_any():
    assert omission.moved(np.float32([1, 1]), np.zeros((1, 2), np.float32)).tolist() == [1]


def test_rounding_makes_no_score_negative():
    vectors = np.random.default_rng(0).normal(size=(500, 7)).astype(np.float32)
    assert min(omission.moved(v, v[None] * np.float32(3))[0] for v in vectors) >= 0


class Run:
    """A run whose image has, in place i, how often the word i is read."""

    def __init__(self, name="output_vis"):
        self.model, self.name, self.read = self, name, []
        self.folder = SimpleNamespace(path="RUN")

    def outputs(self, captions, padding):
        assert padding == "none"
        self.read = captions
        return {self.name: np.array([np.bincount(ids, minlength=5) for ids in captions], "f4")}

    raw_outputs = outputs


def test_each_word_is_left_out_at_its_own_place():
    run = Run()
    scores = omission.scores(run, [1, 2, 1])
    assert run.read == [[1, 2, 1], [2, 1], [1, 1], [1, 2]]
    one = 1 - 3 / np.sqrt(5 * 2)  # of (2, 1) and (1, 1)
    np.testing.assert_allclose(scores, [one, 1 - 2 / np.sqrt(5), one], atol=1e-6)


def test_a_state_is_read_between_pad_and_end():
    run = Run("hidden_text")
    both = omission.state_scores(run, [[3, 4], [2, 3, 3]], "hidden_text")
    read = [[3, 4], [4], [3], [2, 3, 3], [3, 3], [2, 3], [2, 3]]
    assert run.read == [[0, *ids, 1] for ids in read]
    counts = np.array([np.bincount([0, *ids, 1], minlength=5) for ids in read])
    by_hand = [
        [cosine(counts[0], counts[i]) for i in (1, 2)],
        [cosine(counts[3], counts[i]) for i in (4, 5, 6)],
    ]
    for mine, theirs in zip(both, by_hand, strict=True):
        np.testing.assert_allclose(mine, theirs, atol=1e-6)


def test_a_sum_of_word_vectors_is_of_the_words_alone():
    run, vectors = Run(), np.random.default_rng(0).normal(size=(5, 3)).astype("f4")
    run.params = {"embeddings": vectors}
    (scores,) = omission.state_scores(run, [[2, 4]], omission.SUM)
    whole = vectors[2] + vectors[4]
    by_hand = [cosine(whole, vectors[4]), cosine(whole, vectors[2])]
    np.testing.assert_allclose(scores, by_hand, atol=1e-6)


def test_a_state_that_the_model_lacks():
    with pytest.raises(UserError, match="RUN has no hidden_vis, only output_vis"):
        omission.state_scores(Run(), [[1, 2]], "hidden_vis")


def test_what_cannot_be_asked():
    with pytest.raises(UserError, match="two or more"):
        omission.scores(Run(), [1])
    with pytest.raises(UserError, match="RUN does not predict images, it has hidden_text"):
        omission.scores(Run("hidden_text"), [1, 2])


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """LINREG, whose prediction without a word is a sum that can be written down."""
    folder = tmp_path_factory.mktemp("runs")
    return trained.linreg(small.write(folder / "data"), folder / "LINREG")


def test_the_command_shows_each_word_with_its_score(run, tmp_path, capsys):
    assert main(["omission", str(run), SENTENCE, "--png", str(tmp_path / "bars.png")]) == 0
    head, score, _, *lines = capsys.readouterr().out.splitlines()
    assert head == "LINREG, epoch 1, trained on small" and score.startswith("omission")
    with np.load(run / "weights-1.npz") as file:
        w, b = file["linear.w"].astype(float), file["linear.b"].astype(float)
    words = Workflow(run).words()
    rows = [w[words[word]] if word in words else 0 * b for word in SENTENCE.split()]
    for line, word, row in zip(lines, ["man", "sees", "the", "zebra"], rows, strict=True):
        whole, without = b + sum(rows), b + sum(rows) - row
        cosine = whole @ without / np.linalg.norm(whole) / np.linalg.norm(without)
        assert ("(unknown)" in line) == (word not in words)
        shown, value, *bar = line.replace(" (unknown)", "").split()
        assert shown == word and float(value) == pytest.approx(1 - cosine, abs=6e-4)
        assert len(line) <= 80 and set("".join(bar)) <= {"#"}
    assert matplotlib.image.imread(tmp_path / "bars.png")[..., 2].min() < 0.8, "something is drawn"


@pytest.mark.parametrize("sentence, told", [("dog", "two or more"), (" ", "is empty")])
def test_a_sentence_that_cannot_be_used_is_one_line(run, sentence, told, capsys):
    assert main(["omission", str(run), sentence]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert told in line


def test_a_picture_that_cannot_be_written_is_one_line(run, tmp_path, capsys):
    (tmp_path / "null.png").symlink_to("/dev/null")
    for name, told in {"no/bars.png": "no such folder", "null.png": "it is a link"}.items():
        assert main(["omission", str(run), SENTENCE, "--png", str(tmp_path / name)]) == 2
        shown = capsys.readouterr()
        assert told in shown.err and not shown.out  # before anything is computed
