"""The runs in data/trained: they know what a trained network knows, and are what they say."""

import doctest
import json
import re

import documented
import numpy as np
import pytest
import small
from conftest import ROOT
from explorer_page import at
from huggingface_hub import ModelCard
from safetensors.numpy import load_file
from test_readme import blocks

import imaginet_pt as im
from imaginet_pt.__main__ import main
from imaginet_pt.evaluation import retrieval
from imaginet_pt.reports.comparison import chance
from imaginet_pt.runs.scores import Scores

TRAINED = ROOT / "data/trained"
MODELS = {"VISUAL": "simple", "MULTITASK": "shared_embeddings"}
LARGEST = 20e6  # bytes of both together
BEGIN = 100_000  # bytes of a file: all of it, or of tensors what stands before their numbers
# None of them is a caption of the data.
SNOW, ALSO_SNOW = "three dogs play in the snow", "a puppy runs through the snow"
ROCK = "a man in a red shirt climbs a rock"


@pytest.fixture(scope="module", params=MODELS)
def run(request):
    return im.load_workflow(TRAINED / request.param)


@pytest.fixture(scope="module")
def multitask():
    return im.load_workflow(TRAINED / "MULTITASK")


def cosine(a, b):
    return a @ b / np.linalg.norm(a) / np.linalg.norm(b)


def test_two_pictures_of_snow_are_more_alike_than_one_of_snow_and_one_of_a_rock(run):
    snow, also_snow, rock = run.project([SNOW, ALSO_SNOW, ROCK])
    assert cosine(snow, also_snow) > 0.9 and cosine(snow, rock) < 0.75


def test_the_picture_is_that_of_the_nouns(run):
    scores = run.omission(SNOW).set_index("word")["score"]
    assert set(scores.nlargest(2).index) == {"dogs", "snow"}
    assert scores.nlargest(2).min() > 10 * scores.drop(["dogs", "snow"]).max()


@pytest.mark.parametrize(
    ("word", "near"), [("dog", {"puppy", "dogs", "terrier"}), ("beach", {"shore", "sand"})]
)
def test_words_have_their_neighbours(word, near, run):
    assert near <= {other for other, _ in run.most_similar(word)}


def test_multitask_expects_a_shirt(multitask):
    (likeliest, probability), second = multitask.next_words("a man in a red", 2)[-1]
    assert likeliest == "shirt" and probability > 2 * second[1]
    bits = multitask.surprisal(ROCK).set_index("word")["bits"]
    assert bits["shirt"] < 3 < 5 < bits["climbs"]


@pytest.mark.parametrize("name", MODELS)
def test_a_run_is_in_half_precision_and_its_card_says_what_that_loses(name):
    weights = load_file(TRAINED / name / "model.safetensors")
    assert {array.dtype for array in weights.values()} == {np.dtype("float16")}
    described = im.load_workflow(TRAINED / name)
    settings = described.settings
    assert settings.model_type == MODELS[name]
    assert (settings.hidden_size, settings.random_seed, described.iteration) == (256, 1, 8)
    card = (TRAINED / name / "README.md").read_text(encoding="utf-8")
    data = ModelCard(card).data
    assert data.model_name == f"{name} trained on flickr8k"
    assert {result.metric_type for result in data.eval_results} >= {"accuracy@5", "recall@4"}
    for heading in ("Scores", "Limits", "Licence and citation", "Half precision"):
        assert f"## {heading}\n" in card
    assert "| largest difference of an image feature | 0 | 0.000" in card


def test_both_are_small_and_hold_no_path_no_picture_and_nothing_more():
    files = [path for path in TRAINED.rglob("*") if path.is_file()]
    parts = {"README.md", "config.json", "model.safetensors", "vocabulary.json"}
    assert sorted(path.relative_to(TRAINED).as_posix() for path in files) == sorted(
        f"{name}/{part}" for name in MODELS for part in parts
    )
    assert sum(path.stat().st_size for path in files) < LARGEST
    for path in files:
        content = path.read_bytes()
        assert not re.search(rb"/(home|root|tmp|var|usr|work)/|\.(jpe?g|png)\b", content), path


@pytest.mark.parametrize("name", MODELS)
def test_the_vocabulary_has_single_words(name):
    words = json.loads((TRAINED / name / "vocabulary.json").read_text(encoding="utf-8"))
    assert len(words) == 2545 and not any(re.search(r"\s", word) for word in words)


@pytest.fixture(scope="module")
def data(shared):
    """The data that the runs were trained on."""
    return im.load_data(shared / "data/flickr8k")


@pytest.mark.parametrize("name", MODELS)
def test_no_caption_is_in_a_run_and_its_data_is_named_by_digest(name, data):
    assert im.load_workflow(TRAINED / name).data["digests"] == data.digests
    begins = [path.read_bytes()[:BEGIN] for path in (TRAINED / name).iterdir()]
    content = b" ".join(begins).lower()
    captions = {text for split in ("train", "val") for text in data.captions(split).texts}
    assert not any(text.lower().encode() in content for text in captions if text.count(" ") > 1)


def test_pictures_of_snow_are_found(run, data):
    captions = {image.imgid: " ".join(image.sentences).lower() for image in data.split("val")}
    near = run.neighbors(SNOW, data, 5, of="images")["image"]
    assert sum("snow" in captions[image] for image in near) >= 3
    assert sum("snow" in text for text in captions.values()) < 0.1 * len(captions)


@pytest.mark.slow
@pytest.mark.parametrize("name", MODELS)
def test_the_scores_of_the_card_are_those_of_the_run(name, data):
    metrics, _ = retrieval.retrieval(im.load_workflow(TRAINED / name), data, "val", "batch")
    about = {"data": data.name, "split": "val", "chance": chance(data.captions("val"))}
    found = Scores.of(about | metrics)
    told = ModelCard.load(TRAINED / name / "README.md").data.eval_results
    assert [result.metric_type for result in told] == [row.measure for row in found.rows]
    for result, row in zip(told, found.rows, strict=True):
        assert abs(result.metric_value - row.value) < 0.001


@pytest.fixture(scope="module")
def page(tmp_path_factory):
    """The page of both, with pictures that have as many features as Flickr8k's, made of noise."""
    folder = tmp_path_factory.mktemp("page")
    data = small.write(folder / "data", features=1280)
    runs = [str(TRAINED / name) for name in MODELS]
    out = folder / "explore.html"
    assert main(["explore", *runs, "--data", str(data), "--out", str(out), "--quiet"]) == 0
    return out


def test_the_explorer_shows_both(page, page_at):
    seen = page_at(page)
    browser = seen.page
    browser.evaluate("hash => { location.hash = hash; }", at("reading", "a man in a red"))
    browser.wait_for_selector(".next")
    assert browser.locator(".next > li").first.inner_text().startswith("shirt")
    shown = browser.locator("body").inner_text()
    assert "trained on flickr8k, GRU of 256 units, epoch 8, seed 1, 2,545 words" in shown
    assert all(name in shown for name in MODELS) and seen.errors == []
    browser.evaluate("hash => { location.hash = hash; }", at("omission", SNOW, r=0))
    browser.get_by_text("“snow” carries most").wait_for()


def test_the_example_in_python_prints_what_it_shows(monkeypatch):
    monkeypatch.chdir(ROOT)
    (content,) = shown("docs/api.md", "pycon")
    assert "data/trained/MULTITASK" in content
    test = doctest.DocTestParser().get_doctest(content, {}, "docs/api.md", "docs/api.md", 0)
    assert doctest.DocTestRunner().run(test).failed == 0


def test_the_command_of_the_first_hour_prints_what_it_shows(monkeypatch):
    monkeypatch.chdir(ROOT)
    monkeypatch.setenv("COLUMNS", "80")
    (command,), (printed,) = (shown("docs/first_hour.md", language) for language in ("", "text"))
    assert "data/trained/MULTITASK" in command
    assert documented.run(command).decode() == printed


def shown(page, language):
    """The contents of a page's blocks of one language."""
    found = blocks((ROOT / page).read_text(encoding="utf-8"))
    return [content for of, content in found if of == language]
