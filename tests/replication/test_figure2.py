"""Figure 2: curves and table against hand-made scores, what is drawn, and what is kept of a run."""

import subprocess
import sys
from argparse import Namespace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import small

from imaginet_pt.data import data_provider
from imaginet_pt.data.dataset import Dataset, Image
from imaginet_pt.errors import UserError
from imaginet_pt.files.folders import make_folder
from imaginet_pt.progress import Progress
from imaginet_pt.replication import figure2, retrieval_scores
from imaginet_pt.replication.results import NotRun
from imaginet_pt.runs.run_folder import RunFolder
from imaginet_pt.runs.workflow import Workflow
from imaginet_pt.settings import Settings
from imaginet_pt.training import experiment

ROOT = Path(__file__).resolve().parents[2]

QUIET = Progress(quiet=True)
ARGS = {"preset": "demo", "seeds": 2}


class Tokenizer:
    """A caption is its words' numbers."""

    def transform(self, texts):
        return [[int(word) for word in text.split()] for text in texts]


class Unscaled:
    def transform(self, features):
        return features


class Run:
    """A run that finds the image of a caption by the number the caption begins with.

    right: {iteration: how many captions of `dataset()` get their own image's vector; the others
    get the next image's}. Every evaluation is counted in `asked`.
    """

    tokenizer, scaler = Tokenizer(), Unscaled()

    def __init__(self, folder, right, hidden=True, iteration=None, asked=None):
        self.folder, self.right, self.hidden = RunFolder(make_folder(folder)), right, hidden
        self.iteration = iteration or max(right)
        self.asked = [] if asked is None else asked
        for k in right:
            self.folder.weights(k).touch()

    @property
    def model(self):
        return self

    def at(self, iteration):
        return Run(self.folder.path, self.right, self.hidden, iteration, self.asked)

    def outputs(self, captions, padding):
        assert padding == "batch"
        self.asked.append(self.iteration)
        first = np.array([ids[0] for ids in captions])
        wrong = np.arange(len(first)) >= self.right[self.iteration]
        vectors = np.eye(N_IMAGES, dtype=np.float32)[(first + wrong) % N_IMAGES]
        states = {"hidden_vis": vectors} if self.hidden else {}
        return {"output_vis": vectors} | states


N_IMAGES = 12


def dataset(name="small", captions=2, last=0):
    """Images i with captions "i i+last", 0 the same in any order, and unit vectors as features."""
    images = tuple(
        Image(i, "val", f"{i}.jpg", captions * (f"{i} {i + last}",)) for i in range(N_IMAGES)
    )
    return Dataset(name, images, np.eye(N_IMAGES, dtype=np.float32), {}, synthetic=False)


def items_of(scores):
    """Items of Figure 2 from {(model, seed, iteration, order): [accuracy@5 of each caption]}."""
    return pd.concat(
        pd.DataFrame(
            dict(zip(["model", "seed", "iteration", "order"], key, strict=True))
            | {"caption": range(len(row)), "accuracy@5": row, "recall@4": np.array(row) / 2}
        )
        for key, row in scores.items()
    )


@pytest.fixture
def items():
    both = {
        ("VISUAL", 1, 1, "original"): [0, 0, 0, 1],
        ("VISUAL", 1, 2, "original"): [0, 1, 1, 1],
        ("VISUAL", 2, 1, "original"): [0, 0, 1, 1],
        ("VISUAL", 2, 2, "original"): [0, 0, 0, 1],
        ("MULTITASK", 1, 1, "original"): [0, 0, 0, 0],
        ("MULTITASK", 1, 2, "original"): [1, 1, 1, 1],
        ("LINREG", 1, 1, "original"): [0, 0, 1, 1],
    }
    scrambled = {(*key[:3], "scrambled"): np.array(row) / 2 for key, row in both.items()}
    return items_of(both | scrambled)


def test_curves_are_means_and_ranges_of_the_seeds_means(items):
    curve = figure2.curves(items).set_index(["model", "order", "iteration"])
    first = curve.loc["VISUAL", "original", 1]
    assert first["accuracy@5 mean"] == pytest.approx((0.25 + 0.5) / 2)
    assert [first["accuracy@5 min"], first["accuracy@5 max"]] == [0.25, 0.5]
    last = curve.loc["VISUAL", "scrambled", 2]
    assert [last["recall@4 min"], last["recall@4 max"]] == pytest.approx([0.0625, 0.1875])
    assert last["seeds"] == 2 and curve.loc["LINREG", "original", 1]["seeds"] == 1


def test_bands_are_told_of_where_there_are_several_seeds(items):
    curve = figure2.curves(items)
    assert figure2.describe_lines(curve) == figure2.BAND
    assert figure2.describe_lines(curve[curve["seeds"] == 1]) == "One seed of each model."


def test_the_table_shows_each_model_s_own_last_iteration(items):
    table = figure2.table_of(retrieval_scores.last_iteration(items)).set_index("model")
    assert list(table.index) == figure2.MODELS
    assert list(table["iteration"]) == ["2", "2", "1"]
    assert table.loc["VISUAL", "accuracy@5 original %"] == "50.0 (75.0 25.0)"
    assert table.loc["MULTITASK", "accuracy@5 scrambled %"] == "50.0 (50.0)"
    assert table.loc["LINREG", "recall@4 original %"] == "25.0 (25.0)"


def test_what_is_drawn(items):
    drawn = figure2.draw(figure2.curves(items), dataset("scenes (synthetic)"))
    left, right = drawn.axes
    assert "scenes (synthetic)" in drawn.get_suptitle()
    lines = {line.get_label(): line for line in left.get_lines()}
    assert list(lines) == list(figure2.LINES.values())
    assert list(lines["VISUAL"].get_xdata()) == [1, 2]
    assert list(lines["VISUAL"].get_ydata()) == pytest.approx([37.5, 50])  # percent
    assert list(lines["LINREG, either order"].get_ydata()) == [50, 50]
    looks = {(line.get_marker(), line.get_linestyle()) for line in lines.values()}
    assert len(looks) == len(lines)  # told apart without hue
    assert list(right.get_lines()[2].get_ydata()) == pytest.approx([0, 50])
    assert len(left.collections) == 4  # bands
    low, high = (f(left.collections[0].get_paths()[0].vertices[:, 1]) for f in (np.min, np.max))
    assert (low, high) == (25, 75)
    for axis in drawn.axes:
        assert axis.get_ylim()[0] == 0 and "%" in axis.get_ylabel()
        assert all(tick == int(tick) for tick in axis.get_xticks())


@pytest.mark.filterwarnings("error")
def test_one_iteration_and_no_paraphrase_can_be_drawn(items, tmp_path):
    first = items[items["iteration"] == 1].assign(**{"recall@4": np.nan})
    drawn = figure2.draw(figure2.curves(first), dataset())
    assert list(figure2.table_of(first)["recall@4 original %"]) == 3 * ["none"]
    figure2.plots.save(drawn, tmp_path, "figure2")


def test_make_writes_the_same_bytes_each_time(tmp_path):
    data = dataset()
    workflows = {
        "VISUAL": [Run(tmp_path / "v1", {1: 6, 2: 24}), Run(tmp_path / "v2", {1: 0, 2: 12})],
        "MULTITASK": [Run(tmp_path / "m1", {1: 24, 2: 24}), Run(tmp_path / "m2", {1: 24, 2: 24})],
        "LINREG": [Run(tmp_path / "l", {1: 12}, hidden=False)],
    }
    written = []
    for out in (tmp_path / "a", tmp_path / "b"):
        out.mkdir()
        result = figure2.make(Namespace(out=out, **ARGS), data, None, workflows, QUIET)
        assert {path.name for path in out.iterdir()} == set(result.files)
        written.append({path.name: path.read_bytes() for path in out.iterdir()})
    assert written[0] == written[1]
    assert {"figure2.png", "figure2.svg", "figure2.pdf", "figure2.md"} < set(result.files)
    figure2.plots.save(figure2.draw(figure2.curves(result.items), data), tmp_path, "all")
    assert (tmp_path / "all.svg").read_bytes() == written[0]["figure2.svg"]
    assert list(result.items) == (
        "model seed iteration order caption image accuracy@5 recall@4".split()
    )
    assert len(result.items) == 2 * 24 * (4 + 4 + 1)
    last = pd.read_csv(tmp_path / "a/figure2-items.csv")
    assert list(last) == list(result.items) and len(last) == 2 * 24 * 5
    assert "small" in result.title and "12 images" in result.title
    assert "lowest to the highest seed" in result.text


def test_scores_of_a_run_are_those_of_its_vectors(tmp_path):
    """An oracle scores 1; one image in 12, the next one, is nearer where it is not."""
    run = Run(tmp_path / "run", {1: 24, 2: 0})
    oracle, lost = (retrieval_scores.scores(run, k, dataset()) for k in (1, 2))
    assert set(oracle) == set(retrieval_scores.NAMES)
    assert all(oracle[f"{o} accuracy@5"].mean() == 1 for o in retrieval_scores.ORDERS)
    # The right image is behind the next one and tied with 10: four of these 11 are in the five.
    assert lost["original accuracy@5"] == pytest.approx(4 / 11)
    assert oracle["original recall@4"] == pytest.approx(1 / 4)  # one paraphrase, found
    assert lost["original accuracy@5"].dtype == np.float32


def test_scrambled_captions_are_scored_as_such(tmp_path):
    """The run goes by the first word, which scrambling moves to the end in about half of them."""
    found = retrieval_scores.scores(Run(tmp_path / "run", {1: 24}), 1, dataset(last=1))
    for score in retrieval_scores.SCORES:
        original, scrambled = (found[f"{o} {score}"].mean() for o in retrieval_scores.ORDERS)
        assert 0 < scrambled < original


def test_a_caption_without_a_paraphrase_has_no_recall(tmp_path):
    found = retrieval_scores.scores(Run(tmp_path / "run", {1: 12}), 1, dataset(captions=1))
    assert np.isnan(found["original recall@4"]).all()
    assert not np.isnan(found["original accuracy@5"]).any()


def test_scores_are_kept_and_used_again(tmp_path):
    run = Run(tmp_path / "run", {1: 24, 3: 12})
    first = retrieval_scores.items({"VISUAL": [run]}, dataset(), QUIET)
    assert run.asked == [1, 1, 3, 3]  # each epoch once in each order
    again = retrieval_scores.items({"VISUAL": [run]}, dataset(), QUIET)
    assert len(run.asked) == 4
    pd.testing.assert_frame_equal(again, first)
    assert list(first.groupby("iteration")["accuracy@5"].mean())[0] == 1


def truncated(path):
    path.write_bytes(path.read_bytes()[:-200])


def emptied(path):
    path.write_bytes(b"")


def flipped(path):
    content = bytearray(path.read_bytes())
    content[200] ^= 1
    path.write_bytes(content)


def flagged(path):
    """As if it were encrypted."""
    content = bytearray(path.read_bytes())
    content[content.index(b"PK\x01\x02") + 8] ^= 1
    path.write_bytes(content)


def of_other_captions(path):
    np.savez(path, **{name: np.zeros(3, np.float32) for name in retrieval_scores.NAMES})


def of_another_kind(path):
    np.savez(path, accuracy=np.zeros(24, np.float32))


@pytest.mark.parametrize(
    "damage", [truncated, emptied, flipped, flagged, of_other_captions, of_another_kind]
)
def test_a_damaged_file_is_made_again(damage, tmp_path):
    run = Run(tmp_path / "run", {2: 24})
    whole = retrieval_scores.scores(run, 2, dataset())
    path = tmp_path / "run/retrieval-val-2.npz"
    before = path.read_bytes()
    damage(path)
    again = retrieval_scores.scores(run, 2, dataset())
    assert all(np.array_equal(again[name], whole[name]) for name in whole)
    assert path.read_bytes() == before and len(run.asked) == 4


def test_data_without_images_or_val_is_named_before_training():
    text = Dataset("captions", dataset().images, None, {}, synthetic=False)
    with pytest.raises(NotRun, match="captions is text alone"):
        figure2.read_inputs(None, text)
    train = tuple(Image(i, "train", f"{i}.jpg", ("a",)) for i in range(3))
    with pytest.raises(UserError, match="'val'"):
        figure2.read_inputs(None, Dataset("d", train, np.eye(3), {}, synthetic=False))


def test_linreg_does_not_hear_the_order_of_words(tmp_path):
    """A real run: that is why one line in the figure is both orders; its state is its output."""
    data = data_provider.load(small.write(tmp_path / "data", images=60))
    settings = Settings(model_type="linear", word_freq_threshold=2)
    experiment.train(data, settings, tmp_path / "run", None, QUIET)
    made = retrieval_scores.items({"LINREG": [Workflow(tmp_path / "run")]}, data, QUIET)
    by_order = dict(list(made.groupby("order")[list(retrieval_scores.SCORES)]))
    assert len(by_order["original"]) == 60
    assert 0 < by_order["original"]["recall@4"].mean() < 1
    assert np.array_equal(by_order["original"], by_order["scrambled"])
    assert (tmp_path / "run/retrieval-val-1.npz").exists()


def test_the_script_s_mistakes_are_one_line(tmp_path):
    data = small.write(tmp_path / "data", images=3)
    path = data / "dataset.json"
    path.write_text(path.read_text().replace('"val"', '"test"'))
    command = [sys.executable, ROOT / "replicate/figure2.py", "--data", data]
    done = subprocess.run(
        list(map(str, [*command, "--out", tmp_path / "out"])), capture_output=True, text=True
    )
    assert done.returncode == 2
    assert len(done.stderr.strip().splitlines()) == 1 and "'val'" in done.stderr


def test_chance_stands_beside_the_scores():
    # 12 images with two captions each: one other caption of 23 is of the same image.
    note = figure2.chance_note(dataset())
    assert note == f"By chance: accuracy@5 {500 / 12:.1f} %, recall@4 {100 / 23:.1f} %."
    assert "recall" not in figure2.chance_note(dataset(captions=1))
