"""Everything in one program: what runs, what is written when, and how `--check` ends."""

import runpy
import sys
from argparse import Namespace
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import small

from imaginet_pt.data.dataset import Dataset, Image
from imaginet_pt.errors import UserError
from imaginet_pt.progress import Progress
from imaginet_pt.replication import estimates, grid, published, report, run_all, verdicts
from imaginet_pt.replication.results import PUBLISHED, NotRun, Result, write_result
from imaginet_pt.replication.script import Script
from imaginet_pt.reports import page

ROOT = Path(__file__).resolve().parents[2]

NOT_RUN = NotRun("give --images DIR")
DATASET = Dataset(
    "tiny",
    tuple(Image(i, "val", f"{i}", ("a dog", "a cat")) for i in range(20)),
    np.zeros((20, 4), np.float32),
    {"tiny": "f00d"},
    synthetic=False,
)


def script(name, models, items=None, refuses=None):
    """A script of the common shape; refuses: the error that its inputs raise."""

    def inputs(args, dataset):
        if refuses:
            raise refuses
        return f"inputs of {name}"

    def make(args, dataset, inputs, workflows, progress):
        assert inputs == f"inputs of {name}" and list(workflows) == models
        frame = pd.DataFrame({"x": [1]})
        return write_result(name, name.title(), "Text.", items, {f"{name}-items": frame}, args.out)

    return Script(name, models, inputs, make, lambda *_: "")


def retrieval_items(visual):
    """Items of Figure 2 in which captions are found with the share `visual`, others with half."""
    rows = [
        {"model": model, "seed": 1, "iteration": 1, "order": order, "caption": caption}
        | {"image": caption // 2, "accuracy@5": float(caption < 80 * share), "recall@4": 0.0}
        for model, share in {"VISUAL": visual, "MULTITASK": 0.5, "LINREG": 0.5}.items()
        for order in ("original", "scrambled")
        for caption in range(80)
    ]
    return pd.DataFrame(rows)


@pytest.fixture
def scripts(monkeypatch):
    """Sets the scripts, and returns what was asked of the training."""
    asked = []

    def trained(dataset, models, args, backend, progress):
        asked.append(models)
        return {model: [] for model in models}

    def put(*modules):
        by_name = {script.name: script for script in modules}
        absent = {name: script(name, ["TEXTUAL"], refuses=NOT_RUN) for name in report.HEADINGS}
        by_name |= {name: absent[name] for name in absent if name not in by_name}
        monkeypatch.setattr(run_all, "SCRIPTS", list(by_name.values()))
        monkeypatch.setattr(grid, "train_missing", trained)
        monkeypatch.setattr(page, "run_table", lambda trained: pd.DataFrame({"model": []}))
        return asked

    return put


def run(out, check=False):
    args = Namespace(
        pairs=[], out=out, preset="demo", seeds=1, check=check, men=None, simlex=None,
        captions=None, images=None,
    )  # fmt: skip
    run_all.main(args, DATASET, None, Progress(quiet=True))


def figure2(visual):
    return script("figure2", ["LINREG", "VISUAL"], retrieval_items(visual))


def test_one_training_of_what_can_run_and_a_reason_for_the_rest(scripts, tmp_path, capsys):
    asked = scripts(figure2(0.5), script("table3", ["MULTITASK"]))
    run(tmp_path)
    assert asked == [["VISUAL", "MULTITASK", "LINREG"]]
    printed = capsys.readouterr().out
    assert printed.index("Figure2\n\nText.") < printed.index("Table3\n\nText.")
    assert printed.index("Text.") < printed.index("Claims on tiny")
    assert "table2 was not run: give --images DIR" in printed
    claims = pd.read_csv(tmp_path / "claims.csv")
    assert len(claims) == 12
    assert claims["evidence"][4] == "table2 not run: give --images DIR"
    assert (tmp_path / "claims.md").read_text() in printed
    assert len(pd.read_csv(tmp_path / "published.csv")) == len(PUBLISHED["numbers"])
    assert "give --images DIR" in (tmp_path / "report.html").read_text()


def test_a_mistake_in_any_input_ends_the_run_before_training(scripts, tmp_path):
    asked = scripts(figure2(0.5), script("table3", [], refuses=UserError("no such file")))
    with pytest.raises(UserError, match="no such file"):
        run(tmp_path)
    assert asked == [] and not list(tmp_path.iterdir())


def test_what_is_made_is_kept_when_the_run_is_stopped(scripts, tmp_path):
    def stopped(*_):
        raise KeyboardInterrupt

    last = replace(script("table3", []), make=stopped)
    scripts(figure2(0.5), last)
    with pytest.raises(KeyboardInterrupt):
        run(tmp_path)
    assert (tmp_path / "figure2-items.csv").exists() and not (tmp_path / "claims.csv").exists()


def test_check_tells_what_fails_when_all_is_written(scripts, tmp_path, capsys):
    scripts(figure2(0.1))
    run(tmp_path)  # without --check it ends well
    (tmp_path / "report.html").unlink()
    with pytest.raises(SystemExit) as ended:
        run(tmp_path, check=True)
    assert ended.value.code == 1 and (tmp_path / "report.html").exists()
    assert "claim 6 fails" in capsys.readouterr().err


def test_check_passes_where_nothing_fails(scripts, tmp_path):
    scripts(figure2(0.5))
    run(tmp_path, check=True)


def test_a_number_that_differs_is_wrong():
    numbers = pd.DataFrame(
        {"place": "Table 1", "row": "VISUAL", "column": ["MEN", "SimLex-999"]}
        | {"verdict": [published.AGREES, published.DIFFERS]}
    )
    assert run_all.failures([], numbers) == ["Table 1, VISUAL, SimLex-999 differs"]


def test_captions_are_resampled_by_image():
    items = retrieval_items(0.5)
    # Both captions of an image are right or wrong together: 20 images of 40, not 40 captions of 80.
    by_image = estimates.mean(estimates.scores(items, ["image"], "accuracy@5")["VISUAL"])
    by_caption = estimates.mean(estimates.scores(items, ["caption"], "accuracy@5")["VISUAL"])
    assert by_image.value == by_caption.value == 0.5
    assert by_image.high - by_image.low > 1.2 * (by_caption.high - by_caption.low)


def test_flickr30k_on_other_features_gets_no_verdict(tmp_path):
    why = {"flickr30k": "1280 features per image"}
    items = pd.DataFrame({"model": "MULTITASK", "seed": 1, "image": range(9), "accuracy@5": 0.9})
    results = {"flickr30k": Result("flickr30k", "", "", items, [])}
    reasons = dict.fromkeys(["table1", "table2", "figure2"], "x")
    judged = run_all.judge(results, reasons, {})
    assert judged[11].word == verdicts.FAILS
    assert run_all.judge(results, reasons, why)[11].word == verdicts.NOT_RUN


def test_from_start_to_end(monkeypatch, tmp_path, capsys):
    monkeypatch.setitem(
        grid.PRESETS,
        "demo",
        {"hidden_size": 8, "embedding_size": 8, "word_freq_threshold": 1, "iterations": 1},
    )
    data, out = small.write(tmp_path / "data", images=60), tmp_path / "out"
    pairs = "dog\tcat\t9\ncar\tboat\t8\nman\twoman\t7\nball\ttree\t1\ndog\tcar\t0.5\n"
    (tmp_path / "pairs.tsv").write_text(pairs)
    pairs = ["--pairs", f"pets={tmp_path / 'pairs.tsv'}"]
    arguments = ["--data", data, "--seeds", 1, *pairs, "--out", out]
    monkeypatch.setattr(sys, "argv", list(map(str, [ROOT / "replicate/run_all.py", *arguments])))
    with pytest.raises(SystemExit) as ended:
        runpy.run_path(sys.argv[0], run_name="__main__")
    assert ended.value.code == 0
    for file in ("table1.csv", "figure2.svg", "table3.md", "figure3.svg", "published.csv"):
        assert (out / file).exists(), file
    assert set(pd.read_csv(out / "claims.csv")["verdict"]) <= set(verdicts.WORDS)
    printed = capsys.readouterr().out
    assert "table2 was not run" in printed and "flickr30k was not run" in printed
    page = (out / "report.html").read_text()
    assert page.count('<svg role="img"') == 2 and f"--data {data}" in page
