"""What goes into the page: which runs, packed arrays, captions, sizes, the map, pictures."""

import base64
import glob
import hashlib
import json
import re
import shutil
import zlib
from pathlib import Path

import numpy as np
import pytest
from conftest import ROOT
from crash.stand_in import QUIET
from explorer_runs import HOSTILE, make_run, python_backend
from PIL import Image

from imaginet_pt.__main__ import main
from imaginet_pt.data import data_provider
from imaginet_pt.data.scenes import corpus
from imaginet_pt.errors import UserError
from imaginet_pt.explorer import (
    epochs,
    gallery,
    packing,
    page,
    projection,
    sizes,
    supported,
)
from imaginet_pt.explorer.network import rounded
from imaginet_pt.progress import Progress
from imaginet_pt.runs.workflow import Workflow
from imaginet_pt.settings import Settings
from imaginet_pt.training import experiment

WEB = page.WEB
# Settings that the page does not run -> what its refusal names.
REFUSED = {
    "matrix": ({"model_type": "matrix", "embedding_size": 16}, "`model_type` matrix"),
    "deep": ({"model_type": "deep-simple"}, "`model_type` deep-simple"),
    "maxout": ({"activation": "maxout"}, "`activation` maxout"),
    "softmax": ({"out_activation": "softmax"}, "`out_activation` softmax"),
    "characters": ({"character": True}, "`character`"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_not_supported_is_refused_by_name(name, data, tmp_path):
    settings, named = REFUSED[name]
    run = Workflow(make_run(tmp_path / "run", data, **settings), backend=python_backend())
    with pytest.raises(UserError, match=named):
        supported.check(run)


def test_runs_are_called_as_in_the_paper(runs):
    assert {name: supported.paper_name(run) for name, run in runs.items()} == {
        "VISUAL": "VISUAL", "MULTITASK": "MULTITASK", "LSTM": "MULTITASK", "TEXTUAL": "TEXTUAL",
        "LINREG": "LINREG",
    }  # fmt: skip


def test_the_activations_are_those_of_the_network():
    table = re.search(
        r"const ACTIVATIONS = \{(.*?)\n\};", (WEB / "network/network.js").read_text(), re.DOTALL
    )
    assert set(re.findall(r"^  (\w+):", table[1], re.MULTILINE)) == set(supported.ACTIVATIONS)


def test_the_network_is_short():
    assert len((WEB / "network/network.js").read_text().splitlines()) <= 300


def test_every_file_of_the_web_is_used_once():
    used = {*page.WORKER, *page.SCRIPTS, *page.STYLES}
    stored = {p.relative_to(WEB).as_posix() for p in WEB.glob("*/*.[jc]s*")}
    assert used == stored and len(set(page.SCRIPTS)) == len(page.SCRIPTS)
    for name in stored:
        assert "</script" not in page.read(name).lower() and "<!--" not in page.read(name)


def test_scripts_make_no_markup_of_text():
    for name in (*page.WORKER, *page.SCRIPTS[1:]):
        forbidden = (
            r"innerHTML|outerHTML|insertAdjacent|document\.write|\beval\(|new Function|fetch\("
        )
        assert not re.search(forbidden, page.read(name)), name


def test_the_library_is_the_one_of_its_digest():
    table = (WEB / "vendor/README.md").read_text(encoding="utf-8")
    rows = dict(re.findall(r"^\| `([\w.-]+)` \| `([0-9a-f]{64})` \|", table, re.MULTILINE))
    assert rows == {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest()
        for path in (WEB / "vendor").glob("*.js")
    }
    assert (WEB / "vendor/LICENSE.htm").exists() and (WEB / "vendor/LICENSE.preact").exists()


def test_rows_are_quantized_to_half_a_step(rng):
    rows = rng.normal(0, 3, (20, 30)).astype("f4")
    rows[3] = 0
    values, scales = packing.quantized(rows)
    assert np.abs(values * scales[:, None] - rows).max() <= scales.max() / 2 * 1.001
    assert scales[3] == 0 and not values[3].any() and np.abs(values).max() == 127


def test_equal_arrays_are_stored_once_and_all_are_aligned(rng):
    block = packing.Block()
    odd, even = np.arange(3, dtype="i1"), rng.normal(size=(4, 5)).astype("f4")
    places = [block.add(odd), block.add(even), block.add(even.copy()), block.add(odd.astype("u2"))]
    assert places[1] == places[2] and all(place["at"] % 4 == 0 for place in places)
    content = zlib.decompress(base64.b64decode(block.text()))
    at = places[1]["at"]
    np.testing.assert_array_equal(np.frombuffer(content[at : at + 80], "<f4").reshape(4, 5), even)


def test_captions_are_taken_evenly_and_once(data):
    dataset = data_provider.load(data)
    everything, few = gallery.choose(dataset, 5000), gallery.choose(dataset, 25)
    texts = [text for image in dataset.split("val") for text in image.sentences]
    assert sorted(everything.captions) == sorted(set(texts))
    first = [image.sentences[0] for image in dataset.split("val")]
    assert few.captions[:3] == list(dict.fromkeys(first))[:3] and len(few.images) == 20
    assert HOSTILE in few.captions[0]
    for image, numbers in zip(everything.images, everything.described, strict=True):
        assert {everything.captions[i] for i in numbers} == set(image.sentences)
    assert len(gallery.choose(dataset, 7).images) == 7
    with pytest.raises(UserError, match="`captions` is 0"):
        gallery.choose(dataset, 0)


def test_the_size_is_told_beforehand_and_is_not_exceeded(runs, data, chosen):
    dataset = data_provider.load(data)
    for name in ("MULTITASK", "LINREG"):
        some = {name: runs[name], "TEXTUAL": runs["TEXTUAL"]}
        parts = sizes.estimate(some, chosen, dataset.features.shape[1], False)
        assert parts["images"] > 0  # of the other run; TEXTUAL sees none
        text = page.make(some, dataset, chosen, {}, QUIET)
        assert 0.5 * sum(parts.values()) < len(text.encode()) < 1.02 * sum(parts.values())


def test_a_large_page_says_what_to_leave_out():
    parts = {"A: weights": 20e6, "B: weights": 30e6, "pictures": 4e6, "images": 2e6}
    saved = sizes.savings(parts, {**parts, "images": 1e6}, 100)
    assert sizes.tell(parts, saved, "x.html") == [
        "x.html will have at most 56.0 MB: A: weights 20.0 MB, B: weights 30.0 MB, "
        "pictures 4.0 MB, images 2.0 MB",
        "to make it smaller, leave out: run A (saves 20.0 MB), run B (saves 30.0 MB), "
        "--image-folder (saves 4.0 MB), all but --captions 100 (saves 1.0 MB)",
    ]
    with pytest.raises(UserError, match=r"would have 450.0 MB.*--captions 5"):
        sizes.tell({"weights": 450e6}, {"all but --captions 5": 1e6}, "x.html")


def test_the_map_has_the_two_largest_components(rng):
    wide = rng.normal(size=(50, 6)) * [5, 4, 0.1, 0.1, 0.1, 0.1]
    points = projection.plane(wide)
    assert points.shape == (50, 2) and np.abs(points).max() == 1
    units = wide / np.linalg.norm(wide, axis=1, keepdims=True)
    _, _, axes = np.linalg.svd(units - units.mean(axis=0))
    for k in range(2):
        expected = (units @ axes[k])[:, None]
        assert abs(np.corrcoef(points[:, k], expected[:, 0])[0, 1]) > 1 - 1e-9
    assert projection.plane(np.zeros((3, 1))).shape == (3, 2)


def test_a_run_at_another_epoch_and_before_training(runs, data, tmp_path):
    path, backend = str(runs["MULTITASK"].folder.path), python_backend()
    loaded = epochs.load([path, f"{path}@1", f"{path}@0"], backend)
    assert list(loaded) == ["MULTITASK", "MULTITASK@1", "MULTITASK@0"]
    last, first, none = loaded.values()
    np.testing.assert_array_equal(last.embeddings, first.embeddings)
    settings = none.settings
    drawn = none.model.model.parameters(np.random.RandomState(settings.random_seed))
    np.testing.assert_array_equal(none.embeddings, drawn["embeddings"][3:])
    assert "before training" in page.describe(none) and "epoch 1" in page.describe(first)
    for wrong, said in ((f"{path}@7", "`iteration` is 7"), (f"{path}x", "holds no run")):
        with pytest.raises(UserError, match=said):
            epochs.load([wrong], backend)
    with pytest.raises(UserError, match="no epochs"):
        epochs.load([f"{runs['LINREG'].folder.path}@0"], backend)
    shuffled = shutil.copytree(path, tmp_path / "shuffled")
    content = (shuffled / "run.json").read_text().replace('"shuffle": false', '"shuffle": true')
    (shuffled / "run.json").write_text(content)
    with pytest.raises(UserError, match="@0: the weights that it began with are not known"):
        epochs.load([f"{shuffled}@0"], backend)


def test_rounding_leaves_the_run_as_it_was(runs):
    run = runs["MULTITASK"]
    half = rounded(run).model.params["visual.gru.w_z"]
    full = run.model.params["visual.gru.w_z"]
    assert (half != full).any() and (half == full.astype("f2")).all()


def test_content_ends_no_script():
    text = page.embeddable({"caption": HOSTILE + "<!--"})
    assert "<" not in text and json.loads(text)["caption"] == HOSTILE + "<!--"


def test_the_command(runs, data, tmp_path, capsys):
    """With pictures for some images; LINREG compiles nothing."""
    folder = tmp_path / "pictures"
    folder.mkdir()
    Image.new("RGB", (300, 200), "blue").save(folder / "0.jpg")
    run, out = str(runs["LINREG"].folder.path), tmp_path / "explore.html"
    arguments = ["explore", run, "--data", str(data), "--out", str(out)]
    assert main([*arguments, "--image-folder", str(folder), "--captions", "10"]) == 0
    told = capsys.readouterr().err
    assert "will have at most" in told and f"{out} written" in told and "MB" in told
    text = out.read_text(encoding="utf-8")
    assert text.count("data:image/jpeg") == 1 and text.count("null") >= 9
    assert main([*arguments[:-1], str(tmp_path / "no" / "x.html")]) == 2
    assert "no such folder" in capsys.readouterr().err
    assert main([*arguments, "--image-folder", str(tmp_path / "no")]) == 2
    assert "--image-folder" in capsys.readouterr().err


def test_the_readmes_first_minute(tmp_path, monkeypatch):
    """Its command as it stands there, after a run that is named as Table 1 names it."""
    line = next(
        line
        for line in (ROOT / "README.md").read_text(encoding="utf-8").splitlines()
        if line.startswith(".venv/bin/imaginet explore ")
    )
    few = corpus.load(train=40, val=10)
    monkeypatch.setattr(corpus, "load", lambda: few)
    monkeypatch.chdir(tmp_path)
    settings = Settings(model_type="linear", word_freq_threshold=1)
    data = data_provider.load("scenes")
    folder = Path("runs/scenes-demo/models/LINREG-seed1-12345678")
    experiment.train(data, settings, folder, None, Progress(quiet=True))
    words = [path for word in line.split()[1:] for path in sorted(glob.glob(word)) or [word]]
    assert main([*words, "--quiet"]) == 0
    assert "scenes (synthetic)" in Path("explore.html").read_text(encoding="utf-8")
