"""The report as a reader sees it: in headless Chromium, and as the file that it is."""

import base64
import hashlib
import html
import html.parser
import re
from argparse import Namespace
from dataclasses import fields
from types import SimpleNamespace

import matplotlib.image
import numpy as np
import pandas as pd
import pytest
from browser import axe_violations, overflow
from pages import without_script

from imaginet_pt.data.dataset import Dataset
from imaginet_pt.evaluation.bootstrap import Estimate
from imaginet_pt.files.folders import make_folder
from imaginet_pt.replication import claims, published, report
from imaginet_pt.replication.results import markdown, write_result, write_text
from imaginet_pt.replication.verdicts import FAILS, HOLDS, INCONCLUSIVE, NOT_RUN, above, not_run
from imaginet_pt.reports.page import Run, compare_settings
from imaginet_pt.runs.run_folder import RunFolder
from imaginet_pt.settings import Settings

HOSTILE = "<script>document.title='broken'</script> & <b>\"bold\"</b>"
WORDS = [HOLDS, FAILS, INCONCLUSIVE, NOT_RUN]
PARTS = [
    above("gain", Estimate(0.2, 0.1, 0.3)),
    above("gain", Estimate(-0.2, -0.3, -0.1)),
    above("gain", Estimate(0.0, -0.1, 0.1)),
    not_run("MEN", "give --men FILE"),
]


def run(folder, model, seed, **settings):
    """A `Workflow` as far as the report reads it."""
    folder = RunFolder(make_folder(folder / f"{model}-{seed}"))
    described = {
        "settings": Settings(random_seed=seed, hidden_size=256, **settings).as_dict(),
        "data": {"name": "tiny", "synthetic": True, "digests": {}},
        "features": 4,
        "backend": "c",
        "began_with": {},
        "parameters": [],
        "versions": {"pytensor": "3.0.7"},
        "threads": {"cpus": 2},
    }
    folder.write_json("run.json", described)
    if model != "LINREG":
        pd.DataFrame({"epoch": [1, 2], "seconds": [90.0, 60.0]}).to_csv(folder / "times.csv")
    return SimpleNamespace(folder=folder)


def workflows(folder):
    return {
        "VISUAL": [run(folder, "VISUAL", seed, model_type="simple") for seed in (1, 2)],
        "LINREG": [run(folder, "LINREG", 1, model_type="linear")],
    }


def results(out):
    """Two results with hostile text in table and title, one of them with a picture."""
    matplotlib.image.imsave(out / "figure2.png", np.zeros((40, 60, 3)))
    curve = {"model": ["VISUAL", "VISUAL"], "order": "original", "iteration": [1, 2], "seeds": 2}
    for score in ("accuracy@5", "recall@4"):
        curve |= {f"{score} mean": [0.1, 0.2], f"{score} min": [0.1, 0.15]}
        curve |= {f"{score} max": [0.1, 0.25]}
    table1 = pd.DataFrame({"model": ["VISUAL"], "rho": ["0.410"], "note": [HOSTILE]})
    text = f"{markdown(table1)}\nMEN was not run.\n\nPairs:\n\n{markdown(table1)}"
    items = pd.DataFrame()
    curve, files = pd.DataFrame(curve), ["figure2.png"]
    made = [
        write_result("table1", HOSTILE, text, items, {"table1": table1}, out),
        write_result("figure2", "Figure 2", "Bands.", items, {"figure2": curve}, out, files),
    ]
    return {result.name: result for result in made}


@pytest.fixture(scope="module")
def page(tmp_path_factory):
    """The file of a report with every word, on synthetic data."""
    out = tmp_path_factory.mktemp("report")
    (out / "pairs.tsv").write_text("dog\tcat\t9\n")
    args = Namespace(
        pairs=[f"pets={out / 'pairs.tsv'}"], out=out, preset="demo", seeds=2, men=None,
        simlex=None, captions=None, images=None,
    )  # fmt: skip
    dataset = Dataset("tiny (synthetic)", (), np.zeros((3, 4)), {"tiny": "f00d"}, synthetic=True)
    verdicts = [
        claims.Verdict(claim, word, [part])
        for claim, word, part in zip(claims.CLAIMS, WORDS, PARTS, strict=False)
    ]
    verdict = [published.AGREES, published.DIFFERS, ""]
    numbers = pd.DataFrame({"place": "Table 1", "paper": "0.32", "verdict": verdict})
    absent = dict.fromkeys({*report.HEADINGS} - {"table1", "figure2"}, "the reason for this")
    made = report.render_report(
        args,
        dataset,
        workflows(out),
        results(out),
        absent,
        verdicts,
        numbers,
        {"table1": "tiny (synthetic)"},
    )
    write_text(made, out / "report.html")
    return out / "report.html"


def test_verdicts_are_shown_and_nothing_of_a_caption_runs(page, page_at):
    seen = page_at(page)
    shown = seen.page.locator(".badge").all_inner_texts()
    assert {*WORDS, published.AGREES, published.DIFFERS} <= {text.strip() for text in shown}
    assert seen.page.title() == "Learning language through pictures on tiny (synthetic)"
    assert "The data are synthetic" in seen.page.inner_text("header")
    assert seen.page.inner_text("main").count(HOSTILE) >= 2
    assert seen.errors == [] and seen.requests == []


@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("dark", [False, True])
def test_nothing_sticks_out_and_axe_finds_nothing(page, page_at, width, dark):
    seen = page_at(page, width, dark)
    assert overflow(seen.page) == 0 and axe_violations(seen.page) == []
    paper = seen.page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert paper == ("rgb(21, 24, 28)" if dark else "rgb(255, 255, 255)")
    assert seen.errors == [] and seen.requests == []


def test_claims_are_filtered_by_their_verdict(page, page_at):
    seen = page_at(page)
    rows = seen.page.locator("tr[data-verdict]")
    for word in WORDS:
        seen.page.locator(f'[data-filter="{word}"] button').click()
        visible = [row.get_attribute("data-verdict") for row in rows.all() if row.is_visible()]
        assert visible == [word]
    seen.page.locator(f'[data-filter="{WORDS[-1]}"] button').click()
    assert all(row.is_visible() for row in rows.all())


def test_the_page_reads_on_paper_and_without_scripts(page, page_at):
    seen = page_at(page, width=700, javascript=False)
    seen.page.emulate_media(media="print")
    assert overflow(seen.page) == 0 and not seen.page.locator("nav").is_visible()
    assert all(row.is_visible() for row in seen.page.locator("tr[data-verdict]").all())
    assert seen.page.get_by_role("button").count() == 0


def test_a_tall_figure_fits_on_a_sheet(page, page_at):
    seen = page_at(page, width=700)
    seen.page.emulate_media(media="print")
    tall = "figure => figure.innerHTML = '<svg viewBox=\"0 0 100 900\"></svg>'"
    figure = seen.page.locator("figure").first
    figure.evaluate(tall)
    height_of_a4 = (297 - 2 * 15) / 25.4 * 96  # pixels, without the margins
    assert 500 < figure.bounding_box()["height"] < height_of_a4


class Elements(html.parser.HTMLParser):
    """The elements of a page, their attributes, and its text."""

    def __init__(self):
        super().__init__()
        self.names, self.attributes, self.text = set(), set(), ""

    def handle_starttag(self, name, attributes):
        self.names.add(name)
        self.attributes |= {key for key, _ in attributes}

    def handle_data(self, data):
        self.text += data


def test_hostile_text_is_text_to_a_parser_too(page):
    elements = Elements()
    elements.feed(without_script(page.read_text(encoding="utf-8")))
    assert {"html", "table", "img"} <= elements.names
    assert not elements.names & {"script", "iframe", "object", "embed", "link", "form", "base"}
    assert not [name for name in elements.attributes if name.startswith("on")]
    assert elements.text.count(HOSTILE) >= 2


def test_the_page_needs_nothing_but_itself(page):
    text = page.read_text(encoding="utf-8")
    outside = r"(src|href)=[\"']?(https?:)?//|url\((?!#)|@import|<script|<link|<iframe"
    assert not re.search(outside, without_script(text))
    sources = re.findall(r'src="([^"]*)"', text)
    assert len(sources) == 1 and sources[0].startswith("data:image/png;base64,")
    encoded = sources[0].partition("base64,")[2]
    assert base64.b64decode(encoded) == (page.parent / "figure2.png").read_bytes()
    for file in re.findall(r'<a href="([^"]*)"', text):
        assert (page.parent / file).is_file()


def test_the_page_tells_what_was_run(page):
    text = html.unescape(page.read_text(encoding="utf-8"))
    data = (page.parent / "pairs.tsv").read_bytes()
    for told in (
        "f00d",
        hashlib.sha256(data).hexdigest(),
        "pytensor 3.0.7",
        ">2.5</td>",  # minutes
        "the reason for this",
        "20.0",  # percent at the last iteration
        "15.0 to 25.0",
        "MEN was not run.",
        published.TOLERANCE,
    ):
        assert told in text, told


def test_settings_that_differ_and_those_that_do_not(tmp_path):
    trained = [
        Run.of(model, workflow)
        for model, workflows in workflows(tmp_path).items()
        for workflow in workflows
    ]
    differing, shared = compare_settings(trained)
    assert shared["hidden_size"] == "256" and shared["zero_shot"] == "none"
    assert set(differing["setting"]) | set(shared) == {field.name for field in fields(Settings)}
    assert differing.set_index("setting").to_dict("index") == {
        "random_seed": {"VISUAL": "1, 2", "LINREG": "1"},
        "model_type": {"VISUAL": "simple", "LINREG": "linear"},
    }


def test_a_range_of_seeds_is_shown_where_there_are_several(page):
    curve = pd.read_csv(page.parent / "figure2.csv")
    arrange, _ = report.ARRANGED["figure2"]
    assert arrange(curve)["recall@4, seeds"].tolist() == ["15.0 to 25.0"]
    assert list(arrange(curve.assign(seeds=1)))[3:] == ["accuracy@5 %", "recall@4 %"]


def test_pairs_are_shown_with_equal_digits():
    arrange, _ = report.ARRANGED["table1-pairs"]
    found = {"benchmark": "MEN", "score": [38.0, 8.25], "gain": [598.5, 70.0]}
    pairs = pd.DataFrame(found | {"cosine_a": [0.54, 0.1], "cosine_b": [-0.05, 0.12345]})
    assert arrange(pairs).to_dict("list") == {
        "benchmark": ["MEN", "MEN"],
        "score": ["38", "8.25"],
        "gain": ["598", "70"],
        "MULTITASK": ["0.540", "0.100"],
        "VISUAL": ["-0.050", "0.123"],
    }


def test_bars_of_one_unit_share_a_scale_over_all_claims():
    ranks = above("ranks gained", Estimate(44, 15, 73), "ranks")
    verdicts = [claims.Verdict(claims.CLAIMS[0], HOLDS, [part]) for part in [*PARTS, ranks]]
    scales = report.scales(verdicts)
    assert scales == {"": (-0.3, 0.3), "ranks": (0, 73)}
    assert report.axes([ranks, PARTS[3]], scales) == ["ranks, +0 to +73"]
    assert report.axes([PARTS[0]._replace(unit="rho")], {"rho": (-0.3, 0.3)}) == [
        "rho, -0.30 to +0.30"
    ]


def test_bars_of_a_claim_share_a_scale_with_zero():
    scales = {"": (-0.3, 0.3)}
    bars = [bar for _, bar in report.bars(PARTS, scales)]
    assert bars[0] == {"value": 82.0, "low": 66.0, "high": 98.0, "zero": 50.0}
    assert bars[1]["low"] == 2.0 and bars[1]["zero"] == 50.0 and bars[3] is None


def test_notes_are_what_is_neither_table_nor_its_introduction():
    text = "| a |\n| --- |\n\nMEN was not run.\n\nPairs:\n\n| b |\n| --- |\n"
    assert report.notes(text) == ["MEN was not run."]


def test_a_picture_is_shown_once_in_its_sharpest_form(tmp_path):
    for name in ("figure2.svg", "figure2.png", "figure3.png", "figure3.pdf"):
        (tmp_path / name).write_text(f"<svg>{name}</svg>")
    files = ["figure2.png", "figure2.svg", "figure3.png", "figure3.pdf", "figure2.csv"]
    shown = report.pictures(files, tmp_path)
    assert [picture["name"] for picture in shown] == ["figure2", "figure3"]
    assert shown[0]["svg"].endswith(">figure2.svg</svg>") and "uri" not in shown[0]
    assert shown[1]["uri"].startswith("data:image/png;base64,") and not shown[1]["svg"]
