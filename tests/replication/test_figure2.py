"""Figure 2: curves and table against hand-made scores, and what is drawn."""

import subprocess
import sys
from argparse import Namespace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import small
from retrieving_run import Run, dataset

from imaginet_pt.backends import select
from imaginet_pt.data import data_provider
from imaginet_pt.data.dataset import Dataset, Image
from imaginet_pt.errors import UserError
from imaginet_pt.evaluation import retrieval
from imaginet_pt.progress import Progress
from imaginet_pt.replication import figure2, retrieval_scores
from imaginet_pt.replication.grid import RANDOM, with_floor
from imaginet_pt.replication.results import NotRun
from imaginet_pt.runs.workflow import Workflow
from imaginet_pt.settings import Settings
from imaginet_pt.training import experiment

ROOT = Path(__file__).resolve().parents[2]

QUIET = Progress(quiet=True)
ARGS = {"preset": "demo", "seeds": 2}


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
        (RANDOM, 1, 0, "original"): [0, 0, 0, 1],
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
    assert list(table.index) == [*figure2.MODELS, RANDOM]
    assert list(table["iteration"]) == ["2", "2", "1", "0"]
    assert table.loc["VISUAL", "accuracy@5 original %"] == "50.0 (75.0 25.0)"
    assert table.loc["MULTITASK", "accuracy@5 scrambled %"] == "50.0 (50.0)"
    assert table.loc["LINREG", "recall@4 original %"] == "25.0 (25.0)"


def test_what_is_drawn(items):
    drawn = figure2.draw(figure2.curves(items), dataset("scenes (synthetic)"))
    left, right = drawn.axes
    assert "scenes (synthetic)" in drawn.get_suptitle()
    lines = {line.get_label(): line for line in left.get_lines()}
    assert list(lines) == [*figure2.LINES.values(), "chance"]
    assert [text.get_text() for text in drawn.legends[0].get_texts()] == list(lines)
    assert list(lines["VISUAL"].get_xdata()) == [1, 2]
    assert list(lines["VISUAL"].get_ydata()) == pytest.approx([37.5, 50])  # percent
    assert list(lines["LINREG, either order"].get_ydata()) == [50, 50]
    assert list(lines[RANDOM].get_ydata()) == [25, 25]
    assert list(lines[f"{RANDOM}, scrambled"].get_ydata()) == [12.5, 12.5]
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
    first = items[items["iteration"] <= 1].assign(**{"recall@4": np.nan})
    drawn = figure2.draw(figure2.curves(first), dataset())
    assert list(figure2.table_of(first)["recall@4 original %"]) == 4 * ["none"]
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
    assert len(result.items) == 2 * 24 * (4 + 4 + 1 + 2)
    last = pd.read_csv(tmp_path / "a/figure2-items.csv")
    assert list(last) == list(result.items) and len(last) == 2 * 24 * (2 + 2 + 1 + 2)
    assert "small" in result.title and "12 images" in result.title
    assert "lowest to the highest seed" in result.text


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


def test_random_weights_are_scored_as_epoch_0_of_a_real_run(tmp_path):
    data = data_provider.load(small.write(tmp_path / "data", images=60))
    settings = Settings(hidden_size=8, embedding_size=8, word_freq_threshold=2, iterations=2)
    experiment.train(data, settings, tmp_path / "run", select.get(), QUIET)
    trained = Workflow(tmp_path / "run")
    untrained, kept = trained.with_random_weights(), tmp_path / "run/retrieval-val-0.npz"
    assert (trained.iteration, untrained.iteration) == (2, 0)
    made = retrieval_scores.items(with_floor({"VISUAL": [trained]}), data, QUIET)
    assert made.groupby("model")["iteration"].unique().map(list).to_dict() == {
        "VISUAL": [1, 2],
        RANDOM: [0],
    }
    _, expected = retrieval.retrieval(untrained, data, "val", "batch")
    found = made[(made["model"] == RANDOM) & (made["order"] == "original")]["recall@4"]
    assert kept.exists() and found.tolist() == pytest.approx(
        expected["paraphrase_retrieval original recall@4"].tolist()
    )


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


@pytest.mark.parametrize("captions, shares", [(2, [5 / 12, 1 / 23]), (1, [5 / 12])])
def test_chance_is_drawn_where_a_score_has_it(items, captions, shares):
    drawn = figure2.draw(figure2.curves(items), dataset(captions=captions))
    lines = [line for axis in drawn.axes for line in axis.get_lines()]
    levels = [list(line.get_ydata()) for line in lines if line.get_label() == "chance"]
    assert levels == [pytest.approx([100 * share] * 2) for share in shares]
    assert "chance" in [text.get_text() for text in drawn.legends[0].get_texts()]


def test_a_line_near_zero_is_not_hidden_by_the_axis(items):
    drawn = figure2.draw(figure2.curves(items), dataset())
    drawn.canvas.draw()
    for axis in drawn.axes:
        zero = axis.transData.transform([0, 0])[1]
        assert axis.spines["bottom"].get_window_extent().y1 < zero - 2
        sizes = {label.get_size() for label in [*axis.get_xticklabels(), *axis.get_yticklabels()]}
        assert sizes == {figure2.plots.STYLE["font.size"]}


def test_chance_stands_beside_the_scores():
    # 12 images with two captions each: one other caption of 23 is of the same image.
    note = figure2.chance_note(dataset())
    assert note == f"By chance: accuracy@5 {500 / 12:.1f} %, recall@4 {100 / 23:.1f} %."
    assert "recall" not in figure2.chance_note(dataset(captions=1))
