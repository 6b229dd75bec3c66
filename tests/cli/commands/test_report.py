"""`imaginet report`: the figures of each run are its own, and the page needs nothing but itself."""

import html
import json
import re
import shutil

import numpy as np
import pytest
import small
from browser import axe_violations, overflow
from crash import stand_in
from pages import without_script
from PIL import Image

from imaginet_pt.__main__ import main
from imaginet_pt.backends import functions
from imaginet_pt.data import data_provider, word_pairs
from imaginet_pt.evaluation import neighbors, retrieval, word_similarity
from imaginet_pt.reports import common_pairs
from imaginet_pt.runs.trained_model import RecurrentModel
from imaginet_pt.runs.workflow import Workflow
from imaginet_pt.settings import Settings
from imaginet_pt.training import experiment

PAIRS = "dog\tcat\t9\ncar\tboat\t8\nman\twoman\t7\nball\ttree\t1\ndog\tcar\t0.5\nfox\tcat\t3\n"
HOSTILE = "<script>a & $x$</script>"


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A folder with data, LINREG, and MULTITASK trained by the stand-in."""
    folder = tmp_path_factory.mktemp("made")
    data = data_provider.load(small.write(folder / "data", features=4))
    settings = Settings(model_type="linear", word_freq_threshold=1)
    experiment.train(data, settings, folder / "LINREG", None, stand_in.QUIET)
    with pytest.MonkeyPatch.context() as patch:
        model = stand_in.Model()
        patch.setattr(functions, "train_step", model.train_step)
        patch.setattr(functions, "validation_costs", model.validation_costs)
        stand_in.train(data, folder / "MULTITASK")
    (folder / "pairs.tsv").write_text(PAIRS)
    return folder


@pytest.fixture(scope="module", autouse=True)
def vectors():
    """MULTITASK's outputs are sums of vectors of words, weighted by their places."""
    words = np.random.default_rng(0).normal(size=(40, 4)).astype("f4")

    def outputs(self, captions, padding):
        made = np.array([np.arange(1, len(ids) + 1) @ words[ids] for ids in captions], "f4")
        made += padding == "batch"
        return {"hidden_text": -made, "hidden_vis": made**3, "output_vis": made}

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(RecurrentModel, "outputs", outputs)
        yield


def report(folder, *options, data="data", runs=("LINREG", "MULTITASK")):
    arguments = ["report", *[str(folder / run) for run in runs], "--data", str(folder / data)]
    arguments += ["--quiet", "--out", str(folder / "page.html"), *map(str, options)]
    assert main(arguments) == 0
    return (folder / "page.html").read_text(encoding="utf-8")


def table(page, heading):
    """The rows of the first table below a heading, a dict each."""
    part = page.split(f">{heading}</h", 1)[1].split("<table", 1)[1].split("</table>", 1)[0]
    head, *rows = (
        [
            html.unescape(cell.strip())
            for cell in re.findall(r"<t[dh][^>]*>(.*?)</t[dh]>", row, re.DOTALL)
        ]
        for row in re.findall(r"<tr>(.*?)</tr>", part, re.DOTALL)
    )
    return [dict(zip(head, row, strict=True)) for row in rows]


@pytest.fixture(scope="module")
def workflows(made):
    return {name: Workflow(made / name) for name in ("LINREG", "MULTITASK")}


@pytest.fixture(scope="module")
def page(made):
    return report(made, "--pairs", f"pets={made / 'pairs.tsv'}")


def test_the_page_holds_each_run_s_own_figures(page, made, workflows):
    data, pairs = data_provider.load(made / "data"), word_pairs.read_pairs(made / "pairs.tsv")
    similarity, (*retrieved, by_chance) = table(page, "pets"), table(page, "Retrieval")
    assert by_chance["run"] == "by chance" and by_chance["accuracy@5 %"] == f"{100 * 5 / 8:.1f}"
    assert by_chance["recall@4 scrambled %"] == f"{100 * 2 / 23:.1f}"
    assert (
        [row["run"] for row in similarity] == [row["run"] for row in retrieved] == list(workflows)
    )
    for row, found, flow in zip(similarity, retrieved, workflows.values(), strict=True):
        generator = np.random.default_rng(common_pairs.SEED)
        wanted = word_similarity.word_similarity(pairs, flow.words(), flow.embeddings, generator)
        assert row["rho"] == f"{wanted.rho:.3f}" and (row["pairs"], row["of"]) == ("5", "6")
        metrics, _ = retrieval.retrieval(flow, data, "val", "batch")
        for column, task in {"accuracy@5": "image", "recall@4": "paraphrase"}.items():
            share = metrics[f"{task}_retrieval"]
            assert found[f"{column} %"] == f"{100 * share[column]:.1f}"
            assert found[f"{column} scrambled %"] == f"{100 * share['scrambled'][column]:.1f}"


def test_the_page_shows_neighbours_in_both_orders(page, made, workflows):
    data = data_provider.load(made / "data")
    captions = data.captions("val")
    for place in (0, 8, 16):
        rows = table(page, f"“{captions.texts[place]}”")
        assert [row["run"] for row in rows] == ["LINREG", *3 * [""], "MULTITASK", *3 * [""]]
        wanted = ["caption 1", "caption 2", "image 1", "image 2"]
        assert [row["nearest"] for row in rows] == 2 * wanted
        linreg, multitask = rows[:4], rows[4:]
        assert all(row["original"] == row["scrambled"] for row in linreg)
        ids = workflows["MULTITASK"].tokenizer.transform(captions.texts)
        near = neighbors.captions(workflows["MULTITASK"], [ids[place]], ids, 2, [place])
        for row, i, cosine in zip(multitask, near.index[0], near.similarity[0], strict=False):
            assert row["original"] == f"{cosine:.3f} {captions.texts[i]}"
        near = neighbors.images(workflows["MULTITASK"], [ids[place]], data, "val", 2)
        for row, i in zip(multitask[2:], near.index[0], strict=True):
            assert f" {i}.jpg: {data.images[i].sentences[0]}" in row["original"]
    assert any(row["original"] != row["scrambled"] for row in rows[4:])


def test_the_page_tells_curves_settings_and_data(page, made):
    assert "LINREG: no epochs" in page and "Trained on other data" not in page
    assert page.count('<svg role="img" aria-label="learning-curves"') == 1
    (model,) = [r for r in table(page, "Settings that differ") if r["setting"] == "model_type"]
    assert model == {"setting": "model_type", "LINREG": "linear", "MULTITASK": "shared_embeddings"}
    files = {row["file"]: row["SHA-256"] for row in table(page, "Data")}
    assert set(files) == {"dataset.json", "feats.npy", str(made / "pairs.tsv")}
    outside = r"(src|href)=[\"']?(https?:)?//|url\((?!#)|@import|<script|<link|<iframe"
    assert not re.search(outside, without_script(page))
    assert "MEN was not run" in page


def test_a_page_of_one_run_without_epochs(made):
    page = report(made, runs=["LINREG"])
    assert "No run has epochs." in page and "1 run trained" in page and "MEN was not run" in page
    assert "Settings that differ" not in page


def test_other_data_is_told_and_what_it_cannot_answer(made):
    small.write(made / "other", features=7)
    page = report(made, data="other")
    assert "Trained on other data than this page's: LINREG, MULTITASK" in page
    notes = [row["note"] for row in table(page, "Retrieval")[:-1]]
    assert all("7 features per image" in note and "give the --data that" in note for note in notes)


def test_captions_are_text_and_no_page(made):
    path = small.write(made / "hostile", features=4) / "dataset.json"
    content = json.loads(path.read_text())
    content["images"][0]["sentences"][0]["raw"] = HOSTILE
    path.write_text(json.dumps(content))
    page = report(made, data="hostile")
    assert "<script" not in without_script(page) and html.escape(HOSTILE) in page


@pytest.fixture(scope="module")
def pictured(made):
    """A page with pictures, one of which is missing, and a caption that would like to be a page."""
    path = small.write(made / "pictured", features=4) / "dataset.json"
    content = json.loads(path.read_text())
    for image in content["images"]:
        image["sentences"][0]["raw"] = "A dog.<script>alert(1)</script><img src=x onerror=alert(2)>"
        if image["imgid"]:
            picture = Image.new("RGB", (900, 300), (9 * image["imgid"], 99, 0))
            picture.save(path.parent / image["filename"])
    path.write_text(json.dumps(content))
    report(made, "--image-folder", path.parent, data="pictured")
    return shutil.copy(made / "page.html", made / "pictured.html")


@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("dark", [False, True])
def test_in_a_browser_nothing_sticks_out_and_no_script_of_a_caption_runs(
    pictured, width, dark, page_at
):
    seen = page_at(pictured, width, dark)
    assert overflow(seen.page) == 0 and axe_violations(seen.page) == []
    assert seen.errors == [] and seen.requests == []
    assert "<script>alert(1)</script><img" in seen.page.inner_text("main")


def test_pictures_stand_beside_their_neighbours(pictured, page_at):
    page = page_at(pictured).page
    cells = page.locator("#neighbours ~ div td", has_text=".jpg:")
    shown = [(cell.inner_text(), cell.locator("img").count()) for cell in cells.all()]
    assert shown and all(count == (" 0.jpg:" not in text) for text, count in shown)
    widths = page.locator("main td img").evaluate_all("all => all.map(i => i.naturalWidth)")
    assert set(widths) == {320}


def test_runs_of_one_name_are_told_apart_and_a_run_counts_once(made):
    page = report(made, runs=["LINREG", "LINREG"])
    assert [row["run"] for row in table(page, "Retrieval")] == ["LINREG", "by chance"]
    shutil.copytree(made / "LINREG", made / "copy/LINREG")
    page = report(made, runs=["LINREG", "copy/LINREG"])
    wanted = [str(made / "LINREG"), str(made / "copy/LINREG")]
    assert [row["run"] for row in table(page, "Retrieval")] == [*wanted, "by chance"]


@pytest.mark.parametrize(
    "change, told",
    [
        (["--out", "nowhere/page.html"], "nowhere/page.html"),
        (["--men", "nowhere.tsv"], "nowhere.tsv"),
        (["--image-folder", "nowhere"], "--image-folder nowhere: no such folder"),
        (["--data", "nowhere"], "nowhere"),
    ],
)
def test_mistakes_are_one_line(made, change, told, capsys):
    arguments = ["report", str(made / "LINREG"), "--data", str(made / "data"), "--out", "p.html"]
    assert main([*arguments, *change]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert told in line


def test_a_folder_without_a_run_is_told(made, capsys):
    arguments = ["nowhere", "--data", str(made / "data"), "--out", str(made / "page.html")]
    assert main(["report", str(made / "LINREG"), *arguments]) == 2
    assert "nowhere holds no run" in capsys.readouterr().err
