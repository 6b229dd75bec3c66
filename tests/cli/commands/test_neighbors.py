"""`imaginet neighbors`: what it shows, and where, of a run on small data."""

import csv
import io
import json
import re

import pytest
import small
import trained
from browser import axe_violations, overflow
from PIL import Image

from imaginet_pt.__main__ import main
from imaginet_pt.data import data_provider
from imaginet_pt.evaluation import neighbors
from imaginet_pt.runs.workflow import Workflow

SENTENCE = "A man sees a ball in the park."


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    """Small data with the sentence as two captions of its first image, which is in split val."""
    folder = small.write(tmp_path_factory.mktemp("data"))
    content = json.loads((folder / "dataset.json").read_text())
    for caption in content["images"][0]["sentences"][:2]:
        caption["raw"] = SENTENCE
    (folder / "dataset.json").write_text(json.dumps(content))
    return folder


@pytest.fixture(scope="module")
def run(data, tmp_path_factory):
    return trained.linreg(data, tmp_path_factory.mktemp("runs") / "LINREG")


def shown(capsys, *arguments):
    """The lines of `imaginet neighbors`, by section."""
    assert main(["neighbors", *map(str, arguments)]) == 0
    text = capsys.readouterr().out
    assert "\x1b" not in text and max(map(len, text.splitlines())) <= 80
    return [section.splitlines() for section in text.strip().split("\n\n")]


def test_the_nearest_captions_and_images_are_shown(run, data, capsys):
    head, query, captions, images = shown(capsys, run, "--data", data, SENTENCE)
    assert head == [
        "LINREG, epoch 1, trained on small; neighbours in small, split val"
    ] and query == ["original  man sees ball in the park"]
    dataset, trained = data_provider.load(data), Workflow(run)
    texts = sorted(set(dataset.captions("val").texts), key=dataset.captions("val").texts.index)
    ids = trained.tokenizer.transform([SENTENCE, *texts])
    near = neighbors.captions(trained, ids[:1], ids[1:], 5)
    wanted = [f" {s:.3f}  {texts[i]}" for (i, s) in zip(*(x[0] for x in near), strict=True)]
    assert captions[1:] == wanted
    near = neighbors.images(trained, ids[:1], dataset, "val", 5)
    names = [f" {s:.3f}  {i}.jpg" for (i, s) in zip(*(x[0] for x in near), strict=True)]
    assert images[1::2] == names
    first = {image.imgid: image.sentences[0] for image in dataset.images}
    assert [line.strip() for line in images[2::2]] == [first[i] for i in near.index[0]]


def test_the_scrambled_order_stands_beside_it(run, data, capsys):
    _, query, captions, images = shown(capsys, run, "--data", data, SENTENCE, "--scramble")
    left, right = (line.split("  ", 1)[1].strip() for line in re.split("(?=scrambled)", query[0]))
    assert left == "man sees ball in the park" != right
    assert sorted(left.split()) == sorted(right.split())
    for line in (*captions[1:], *images[1:]):  # LINREG counts words: both orders are one
        assert line[:41].strip() == line[41:].strip() != ""


def test_a_model_without_images_shows_captions_and_says_why_no_images(
    data, run, capsys, monkeypatch
):
    outputs = Workflow(run).model.outputs

    def hidden(self, captions, padding):
        return {"hidden_text": outputs(captions, padding)["output_vis"]}

    monkeypatch.setattr("imaginet_pt.runs.trained_model.LinearModel.outputs", hidden)
    *_, captions, images = shown(capsys, run, "--data", data, SENTENCE)
    assert len(captions) == 6
    assert "none" in images[1] and "does not predict images" in " ".join(images)


def test_data_of_another_size_is_told(run, tmp_path, capsys):
    other = small.write(tmp_path / "other", features=7)
    *_, images = shown(capsys, run, "--data", other, SENTENCE)
    told = " ".join(" ".join(images).split())
    assert "small has 7 features per image" in told and "give the --data" in told
    out = str(tmp_path / "eval")
    assert main(["evaluate", str(run), "--data", str(other), "--out", out]) == 2
    assert "small has 7 features per image" in capsys.readouterr().err


@pytest.mark.parametrize(
    "options, told", [(["--split", "test"], "'test'"), (["--iteration", "9"], "9")]
)
def test_mistakes_are_one_line(run, data, options, told, capsys):
    assert main(["neighbors", str(run), "--data", str(data), SENTENCE, *options]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert told in line


def test_words_are_shown_as_they_were_typed_and_unknown_ones_are_marked(run, data, capsys):
    command = ["neighbors", run, "--data", data, "A zxq sees a ball.", "--scramble"]
    assert main([*map(str, command), "--format", "csv"]) == 0
    shown = capsys.readouterr()
    assert "1 of 3 words is not in the vocabulary: zxq" in shown.err
    queries = {row["order"]: row["query"] for row in csv.DictReader(io.StringIO(shown.out))}
    assert queries["original"] == "zxq (unknown) sees ball"
    assert sorted(queries["scrambled"].split()) == sorted(queries["original"].split())


def written(run, data, tmp_path, *options):
    """The page of `imaginet neighbors` with its pictures, but the one of image 3."""
    folder = tmp_path / "pictures"
    folder.mkdir()
    for i in range(24):
        size, colour = (700, 300 + i), (10 * i, 0, 0)
        if i != 3:
            Image.new("RGB", size, colour).save(folder / f"{i}.jpg")
    (folder / "6.jpg").write_bytes((folder / "6.jpg").read_bytes()[:200])
    command = ["neighbors", run, "--data", data, SENTENCE, "A <b>dog</b> & a zxq.", "--scramble"]
    command += ["--out", tmp_path / "page.html", "--image-folder", folder, *options]
    assert main(list(map(str, command))) == 0
    return tmp_path / "page.html"


def test_the_page_shows_sentences_captions_and_pictures(run, data, tmp_path, page_at, capsys):
    seen = page_at(written(run, data, tmp_path), width=390)
    told = capsys.readouterr().err
    headings = seen.page.locator("main h2").all_inner_texts()
    assert f"“{SENTENCE}”" in headings[1] and "“A <b>dog</b> & a zxq.”" in headings[2]
    pictures = seen.page.locator("main img")
    sizes = pictures.evaluate_all("all => all.map(i => [i.naturalWidth, i.naturalHeight])")
    assert sizes and all(0 < width <= 320 and 0 < height <= 240 for width, height in sizes)
    shown = seen.page.locator("main li span").all_inner_texts()
    named = {text.split("\n")[0] for text in shown if ".jpg" in text}
    missing = len(named & {"3.jpg", "6.jpg"})  # one is not there, one is cut off
    assert missing and f"{missing} of {len(named)} pictures are not in" in told
    assert len(sizes) == sum(".jpg" in text for text in shown) - 4 * missing
    assert seen.errors == [] and seen.requests == [] and overflow(seen.page) == 0
    assert axe_violations(seen.page) == []


@pytest.mark.parametrize(
    "options, told",
    [
        (["--image-folder", "."], "--image-folder is for a page; give its file by --out"),
        (["--out", "x.html", "--image-folder", "nowhere"], "--image-folder nowhere: no such"),
        (["--out", "nowhere/x.html"], "--out nowhere/x.html: no such folder"),
        (["--out", "x.csv", "--format", "csv"], "--format csv is for the standard output; leave"),
    ],
)
def test_mistakes_about_the_page_are_one_line(options, told, run, data, capsys):
    assert main(["neighbors", str(run), "--data", str(data), SENTENCE, *options]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert told in line
