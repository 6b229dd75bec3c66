"""Figure 3: the images that are found, pictures and cards, and that no text leaves its place."""

import argparse
import os
import subprocess
import sys
from argparse import Namespace
from pathlib import Path

import matplotlib.image
import numpy as np
import pandas as pd
import pytest
import small
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.patches import FancyBboxPatch

from imaginet_pt.data.dataset import Dataset, Image
from imaginet_pt.data.preprocessing import Tokenizer
from imaginet_pt.data.scalers import SCALERS
from imaginet_pt.errors import UserError
from imaginet_pt.progress import Progress
from imaginet_pt.replication import figure3, run_all
from imaginet_pt.replication.options import add_options
from imaginet_pt.replication.results import NotRun
from imaginet_pt.reports import image_cards

ROOT = Path(__file__).resolve().parents[2]

TEXTS = ["north wind", "east wind", "south wind", "west wind", "gale | $x_1$ from the north"]
FILES = ["figure3.png", "figure3.svg", "figure3.pdf"]
GREY = np.linspace(0, 1, 12).reshape(3, 4)


class Run:
    """A run that predicts an image between north and east, whatever it is asked, but for UNK."""

    def __init__(self):
        self.tokenizer, self.model = Tokenizer.fit(TEXTS, 1), self
        self.scaler = SCALERS["none"]()

    def with_random_weights(self):
        return self

    def outputs(self, captions, padding):
        predicted = np.array([[1, 2, 0, 0.5, 0]] * len(captions), np.float32)
        return {"hidden_vis": predicted, "output_vis": predicted}


def dataset(name="small", texts=TEXTS, features=True):
    """Image i, of which there are two more in another split, is the unit vector i."""
    splits = ["train", *5 * ["val"], "train"]
    sentences = [texts[0], *texts, texts[0]]
    images = tuple(
        Image(i, split, f"{i}.png", (text,))
        for i, (split, text) in enumerate(zip(splits, sentences, strict=True))
    )
    vectors = np.vstack([np.eye(5)[1], np.eye(5), np.eye(5)[1]]).astype(np.float32)
    return Dataset(name, images, vectors if features else None, {}, "(synthetic)" in name)


def arguments(tmp_path, **options):
    (tmp_path / "captions.txt").write_text("north east gust\nsouth wind\n")
    files = {"captions": tmp_path / "captions.txt", "image_folder": None}
    return Namespace(**files | {"preset": "demo", "seeds": 1, "out": tmp_path} | options)


def made(tmp_path, data=None, **options):
    args, data = arguments(tmp_path, **options), data or dataset()
    return figure3.make(
        args, data, figure3.read_inputs(args, data), {"MULTITASK": [Run()]}, Progress()
    )


def drawn(captions, query="a query", pictures=()):
    """The figure of a row of cards with these captions, laid out."""
    row = [image_cards.Card(i, 0.5, c, None) for i, c in enumerate(captions, 1)]
    row += [image_cards.Card(1, 0.5, ("hidden",), pixels) for pixels in pictures]
    figure = image_cards.draw("a title", [image_cards.Row("Original", query, row)])
    FigureCanvasAgg(figure).draw()
    return figure


def test_the_images_of_known_vectors(tmp_path):
    result = made(tmp_path)
    items = pd.read_csv(tmp_path / "figure3-items.csv")
    assert list(items) == ["number", "query", "order", "rank", "image", "similarity"]
    assert items["number"].tolist() == 8 * [1] + 8 * [2]
    assert items["order"].tolist() == 2 * (4 * ["original"] + 4 * ["scrambled"])
    assert items["image"].tolist() == 4 * [2, 1, 4, 3]
    np.testing.assert_allclose(items["similarity"][:4] * 5.25**0.5, [2, 1, 0.5, 0], atol=1e-6)
    assert items["query"][0] == "north east UNK"
    assert sorted(items["query"][4].split()) == ["UNK", "east", "north"]
    assert result.files == [*FILES, "figure3.md", "figure3.csv", "figure3-items.csv"]
    pd.testing.assert_frame_equal(result.items, items, check_dtype=False)


def test_the_text_tells_what_the_figure_shows(tmp_path):
    result = made(tmp_path)
    assert "1, original: “north east UNK”\n" in result.text
    assert "2, original: “south wind”\n" in result.text
    assert "| 1 | original | 1 | 2.png | 0.873 | east wind |" in result.text
    source, controls = result.text.split("\n\n")[-2:]
    assert source == "The captions are those of --captions."
    # One image is predicted from all, so the two nearest to one order are 1 and 2 for the other.
    assert "For the median of all 5 captions" in controls and "the 2 images nearest" in controls
    assert "rank of 1.5 for" in controls and "1.5 with" in controls and "and 1.5 if" in controls


@pytest.mark.parametrize("captions", ["the paper's own", "extremes"])
def test_controls_stand_beneath_whatever_captions_are_shown(tmp_path, captions):
    paper = ["A variety of kitchen utensils hanging from a black board ."]
    data = dataset(texts=[*TEXTS[:4], *paper] if captions == "the paper's own" else TEXTS)
    result = made(tmp_path, data, captions=None)
    source, controls = result.text.split("\n\n")[-2:]
    assert f"The captions are {captions}" in source
    assert "the 2 images nearest to one order have a mean rank of 1.5 for the other" in controls


def test_of_many_captions_the_first_three_are_shown_and_that_is_said(tmp_path):
    (tmp_path / "many.txt").write_text("north wind\neast wind\nsouth wind\nwest wind\n")
    result = made(tmp_path, captions=tmp_path / "many.txt")
    assert sorted(set(result.items["number"])) == [1, 2, 3] and "west wind”" not in result.text
    assert "The first 3 of 4 are shown." in result.text


def test_the_data_of_the_figure_is_named_in_it(tmp_path):
    made(tmp_path, dataset("scenes (synthetic)"))
    assert "scenes (synthetic): images nearest" in (tmp_path / "figure3.svg").read_text()


def test_the_same_figure_is_the_same_bytes(tmp_path):
    made(tmp_path)
    before = [(tmp_path / name).read_bytes() for name in FILES]
    made(tmp_path)
    assert before == [(tmp_path / name).read_bytes() for name in FILES]


def test_pictures_that_lack_or_are_broken_are_told_and_become_cards(tmp_path, capsys):
    folder = tmp_path / "pictures"
    folder.mkdir()
    matplotlib.image.imsave(folder / "2.png", np.dstack(3 * [GREY]))
    (folder / "1.png").write_bytes((folder / "2.png").read_bytes()[:60])
    result = made(tmp_path, image_folder=folder)
    told = f"3 of 4 pictures are not in {folder} or unreadable."
    assert f"{told} They are shown as cards." in result.text and told in capsys.readouterr().err
    svg = (tmp_path / "figure3.svg").read_text()
    assert svg.count("<image ") == 4 and "east wind" not in svg and "west wind" in svg


def test_a_named_pipe_is_no_picture(tmp_path):
    os.mkfifo(tmp_path / "a.jpg")
    assert image_cards.read_picture(tmp_path / "a.jpg") is None  # at once


@pytest.mark.parametrize("name", ["a.png", "a.jpg"])
def test_pictures_are_read(name, tmp_path):
    matplotlib.image.imsave(tmp_path / name, np.dstack(3 * [GREY]))
    assert image_cards.read_picture(tmp_path / name).shape[:2] == (3, 4)
    assert image_cards.read_picture(tmp_path / "none.png") is None


def test_a_picture_keeps_its_shape_inside_its_card():
    wide, tall = np.zeros((10, 80, 3)), np.full((300, 20, 3), 255, np.uint8)
    figure = drawn([], pictures=[wide, tall])
    frames = [p.get_window_extent() for p in figure.axes[0].patches]
    for image, frame, ratio in zip(figure.axes[0].images, frames, (8, 1 / 15), strict=True):
        box = image.get_window_extent()
        assert box.width / box.height == pytest.approx(ratio, rel=1e-3)
        assert frame.x0 < box.x0 and box.x1 < frame.x1
        assert frame.y0 < box.y0 and box.y1 < frame.y1
        assert image.get_zorder() > figure.axes[0].patches[0].get_zorder()


LONG = "Donaudampfschifffahrtsgesellschaftskapitänsmützenabzeichenfabrik WWWWWWWWWWWWWWWWWWWWWWWW"


@pytest.mark.parametrize(
    "captions",
    [
        [("A dog .", "Two dogs run in the park , fast ."), ("x",), ("x",), (LONG, LONG)],
        [(f"{LONG} " * 40,), tuple(30 * ["W $ i_t $ % \\ | <b>"]), ("x",), ("x",)],
    ],
)
def test_no_text_leaves_its_card_or_the_page(captions):
    figure = drawn(captions, query=f"{LONG} " * 9)
    frames = [p for p in figure.axes[0].patches if isinstance(p, FancyBboxPatch)]
    frames = [p.get_window_extent() for p in frames]
    boxes = {text: text.get_window_extent() for text in figure.axes[0].texts}
    above = [box for box in boxes.values() if box.y0 > frames[0].y1]
    inside = [box for box in boxes.values() if box.y0 <= frames[0].y1]
    assert not any(text.get_parse_math() for text in boxes)
    assert len(above) + len(inside) == len(boxes) and len(above) == 1 + 1 + image_cards.MOST_HEAD
    for box in inside:
        assert any(
            f.x0 < box.x0 and box.x1 < f.x1 and f.y0 < box.y0 and box.y1 < f.y1 for f in frames
        )
    for box in above:
        assert box.x0 >= 0 and box.x1 <= figure.bbox.x1 and box.y1 <= figure.bbox.y1
    lines = sorted(boxes.values(), key=lambda box: (round(box.x0), -box.y1))
    for one, next_one in zip(lines, lines[1:], strict=False):
        assert not one.shrunk(1, 0.8).overlaps(next_one.shrunk(1, 0.8))


def test_a_card_is_as_tall_as_its_captions_and_closes_their_marks():
    lines = image_cards.body(image_cards.Card(1, 0.5, ("A dog , running .", "Two dogs"), None))
    assert lines == [(True, "A dog, running."), (True, "Two dogs")]
    lines = image_cards.body(image_cards.Card(1, 0.5, tuple(f"{i}" for i in range(99)), None))
    assert len(lines) == image_cards.MOST and lines[-1] == (False, "…")


def test_wrapped_lines_hold_all_words_in_order():
    text = "three people are looking toward some very high and distant mountains"
    lines = image_cards.wrapped(text, 60, 7, 99)
    assert " ".join(lines) == text and len(lines) > 3
    assert max(image_cards.text_width(line, 7) for line in lines) <= 60
    assert image_cards.wrapped(text, 60, 7, 3) == [*lines[:2], "…"]
    assert "".join(image_cards.wrapped(LONG.split()[0], 60, 7, 99)) == LONG.split()[0]


def test_a_missing_folder_is_told_before_any_training(tmp_path):
    args = arguments(tmp_path, image_folder=tmp_path / "nowhere")
    with pytest.raises(UserError, match="`image_folder` .*nowhere: no such folder; give"):
        figure3.read_inputs(args, dataset())


def test_without_features_the_figure_is_not_run(tmp_path):
    with pytest.raises(NotRun, match="text alone"):
        figure3.read_inputs(arguments(tmp_path), dataset(features=False))


def test_one_parser_takes_the_options_of_both_scripts():
    parser = argparse.ArgumentParser()
    add_options(parser, run_all.SCRIPT.options)
    args = parser.parse_args(["--captions", "c", "--image-folder", "f"])
    assert (args.captions, args.image_folder) == ("c", "f")


def test_the_script_names_a_wrong_option_in_one_line(tmp_path):
    data, script = small.write(tmp_path / "data"), ROOT / "replicate/figure3.py"
    command = [sys.executable, script, "--data", data, "--out", tmp_path / "out"]
    command += ["--image-folder", tmp_path / "nowhere"]
    done = subprocess.run(list(map(str, command)), capture_output=True, text=True)
    assert done.returncode == 2 and len(done.stderr.strip().splitlines()) == 1, done.stderr
    assert not list((tmp_path / "out").glob("models/*"))
