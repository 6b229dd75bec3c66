"""The later analyses from small runs on scenes: what they write, and their verdicts."""

from argparse import Namespace
from dataclasses import replace
from functools import partial

import numpy as np
import pandas as pd
import pytest
from scipy import stats
from sklearn.linear_model import Ridge

from imaginet_pt.backends import select
from imaginet_pt.data.scenes import corpus
from imaginet_pt.errors import UserError
from imaginet_pt.evaluation import bootstrap
from imaginet_pt.progress import Progress
from imaginet_pt.replication import estimates, grid, report, verdicts
from imaginet_pt.replication.later import (
    claims_2017,
    contexts,
    kadar2017,
    learned,
    little_data,
    minimal_pairs,
    omissions,
    regressions,
    word_learning,
    written,
)
from imaginet_pt.replication.results import NotRun
from imaginet_pt.replication.verdicts import FAILS, HOLDS, NOT_RUN

QUIET = Progress(quiet=True)
TINY = {"hidden_size": 4, "embedding_size": 4, "word_freq_threshold": 2, "iterations": 2}
NOTHING = dict.fromkeys(["parser", "wordbank", "concreteness", "men", "simlex"])


@pytest.fixture(autouse=True)
def few_resamples(monkeypatch):
    monkeypatch.setattr(estimates, "bootstrap", partial(bootstrap.bootstrap, resamples=200))


@pytest.fixture(scope="module")
def data():
    return corpus.load(train=60, val=40)


@pytest.fixture(scope="module")
def options(tmp_path_factory):
    out = tmp_path_factory.mktemp("out")
    return Namespace(
        out=out,
        preset="demo",
        seeds=1,
        workers=1,
        cluster="here",
        threads=None,
        state="end",
        pairs=[],
        **NOTHING,
    )


@pytest.fixture(scope="module")
def workflows(data, options):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(grid, "SCENES_DEMO", TINY)
        models = [*grid.MODELS, *grid.LATER_MODELS]
        return grid.train_missing(data, models, options, select.get(), QUIET)


def run(script, options, data, workflows):
    """Make the result of a script from trained runs; return it and its claims as written."""
    inputs = script.read_inputs(options, data)
    needed = {model: workflows[model] for model in script.models}
    result = script.make(options, data, inputs, needed, QUIET)
    written = {path.name for path in options.out.iterdir() if path.is_file()}
    assert set(result.files) <= written and f"{script.name}.png" in written
    claims = pd.read_csv(options.out / f"{script.name}-claims.csv")
    assert set(claims["data"]) == {"other data: scenes (synthetic)"}
    assert set(claims["verdict"]) <= set(verdicts.WORDS)
    return result, claims


def test_kadar2017_from_start_to_end(data, options, workflows):
    result, claims = run(kadar2017.SCRIPT, options, data, workflows)
    assert "not comparable" in result.text and len(claims) == 4
    table = pd.read_csv(options.out / "kadar2017.csv")
    assert list(table["model"].unique()) == list(omissions.ROWS)
    assert table["published (COCO)"].notna().sum() == 16
    words = sum(len(text.split()) for text in data.captions("val").texts)
    assert len(result.items) == words
    units = pd.read_csv(options.out / "kadar2017-units.csv")
    assert (units["log TEXTUAL : VISUAL"].between(units["low"], units["high"])).all()


def test_kadar2017_of_images(data, options, workflows):
    options = replace_options(options, state="image", out=options.out / "image")
    options.out.mkdir()
    stale = options.out / "kadar2017-words.csv"
    stale.touch()
    result, claims = run(kadar2017.SCRIPT, options, data, workflows)
    assert set(claims["verdict"]) == {NOT_RUN}
    table = pd.read_csv(options.out / "kadar2017.csv")
    assert set(table["model"]) == {"SUM", "VISUAL", f"VISUAL, {grid.RANDOM}"}
    assert result.title.startswith("Omission scores of predicted images on")
    assert not stale.exists()  # a table of the states, which is not made here


def replace_options(options, **changes):
    return Namespace(**(vars(options) | changes))


def test_minimal_pairs_from_start_to_end(data, options, workflows, monkeypatch):
    monkeypatch.setattr(minimal_pairs, "FRESH", 60)
    monkeypatch.setattr(minimal_pairs.pairs, "LEAST_CAPTIONS", 2)
    result, claims = run(minimal_pairs.SCRIPT, options, data, workflows)
    roles = result.items[result.items["kind"] == "who does what to whom"]
    assert set(roles[roles["model"] == "LINREG"]["chosen right"]) == {0.5}
    assert set(roles["model"]) == {"VISUAL", "MULTITASK", "LINREG", grid.RANDOM}
    assert len(claims) == 3
    table = pd.read_csv(options.out / "minimal_pairs.csv")
    assert set(table[table["model"] == "VISUAL"]["iteration"]) == {1, 2}


def test_an_epoch_that_is_asked_for_is_the_last(data, options, workflows, monkeypatch):
    monkeypatch.setattr(minimal_pairs, "FRESH", 60)
    monkeypatch.setattr(minimal_pairs.pairs, "LEAST_CAPTIONS", 2)
    first = {
        model: [run if model == "LINREG" else run.at(1) for run in runs]
        for model, runs in workflows.items()
    }
    result, _ = run(minimal_pairs.SCRIPT, options, data, first)
    assert set(result.items[result.items["model"] == "VISUAL"]["iteration"]) == {1}
    followed = learned.vocabulary(data, learned.known_words(first))
    _, curves = learned.items(first, data, followed, QUIET)
    assert set(curves["iteration"]) == {0, 1}
    with pytest.raises(UserError, match="--iteration 1: .*leave it out"):
        little_data.SCRIPT.main(replace_options(options, iteration=1), data, None, QUIET)


def test_word_learning_from_start_to_end(data, options, workflows, tmp_path, monkeypatch):
    monkeypatch.setattr(learned, "LEAST_IMAGES", 2)
    words = sorted({word for text in data.captions("val").texts for word in text.split()})
    rng = np.random.default_rng(0)
    rows = [f"{word}\t0\t{rng.uniform(1, 5):.2f}" for word in words]
    (tmp_path / "c.txt").write_text("\n".join(["Word\tBigram\tConc.M", *rows]) + "\n")
    rows = [f"1,{word},word,x,0.1,{rng.uniform(0.6, 1):.3f}" for word in words]
    header = "num_item_id,definition,type,category,16,30"
    (tmp_path / "w.csv").write_text("\n".join([header, *rows]) + "\n")
    given = {"concreteness": tmp_path / "c.txt", "wordbank": tmp_path / "w.csv"}
    result, claims = run(word_learning.SCRIPT, replace_options(options, **given), data, workflows)
    assert "was not given" not in result.text and NOT_RUN not in set(claims["verdict"])
    of = result.items[result.items["learner"] == "TEXTUAL, words"]
    theirs = stats.spearmanr(of["age"], of["concreteness"])
    table = pd.read_csv(options.out / "word_learning.csv")
    mine = table[(table["learner"] == "TEXTUAL, words") & (table["with"] == "concreteness")]
    assert mine["rho"].iloc[0] == pytest.approx(theirs.statistic, abs=1e-4)
    assert set(table["learner"]) == {"children", *learned.LEARNERS, grid.RANDOM}


def test_the_report_shows_what_is_there(data, options, workflows):
    run(word_learning.SCRIPT, options, data, workflows)
    found = written.read_results(options.out)
    assert set(found) | set(written.reasons(found)) == set(written.NAMES) <= set(report.HEADINGS)
    for name, result in found.items():
        assert report._section(name, result, None, options.out)["tables"]
    result = found["word_learning"]
    section = report._section("word_learning", result, None, options.out)
    assert section["title"].startswith("Word learning on scenes (synthetic)")
    assert [table["rows"] for table in section["tables"]] and section["pictures"]
    assert "word_learning-claims.csv" in result.files
    assert not any(name in found for name in written.reasons(found))


def test_word_learning_without_norms(data, options, workflows):
    result, claims = run(word_learning.SCRIPT, options, data, workflows)
    assert "--wordbank FILE was not given" in result.text and set(claims["verdict"]) == {NOT_RUN}


def test_what_a_script_needs_is_said_before_any_training(data, options):
    text = replace(data, features=None)
    for module in (kadar2017, minimal_pairs, word_learning):
        with pytest.raises(NotRun, match="text alone"):
            module.SCRIPT.read_inputs(options, text)
    with pytest.raises(UserError, match="text alone"):
        little_data.SCRIPT.main(options, text, None, QUIET)
    with pytest.raises(NotRun, match="give --parser"):
        kadar2017.SCRIPT.read_inputs(options, replace(data, synthetic=False))


def scored(of_word, of_place, of_relation, noise=0.1, n=400):
    """Omission scores of two words an image, made of an effect of each variable."""
    rng = np.random.default_rng(0)
    tokens = pd.DataFrame({"image": np.repeat(np.arange(n // 2), 2), "caption": 0, "position": 0})
    levels = {"word": list("abcd"), "place": ["first", "last"], "relation": ["det", "dobj"]}
    for name, of in levels.items():
        tokens[name] = rng.choice(of, n)
    effect = of_word * (tokens["word"] < "c") + of_place * (tokens["place"] == "last")
    effect += of_relation * (tokens["relation"] == "dobj")
    return tokens, (effect.to_numpy() + noise * rng.normal(size=n))[None]


def test_coefficients_are_those_of_scikit_learn(monkeypatch):
    monkeypatch.setattr(regressions, "ALPHAS", [2.0])
    monkeypatch.setattr(regressions, "REFITS", 40)
    tokens, scores = scored(1, 1, 0)
    table = regressions.coefficients(omissions.Scored(tokens, {"VISUAL": scores})).set_index(
        "place"
    )
    fitted, _ = regressions.split(tokens)
    dummies = pd.get_dummies(regressions.variables(tokens, "full")[fitted])
    theirs = Ridge(alpha=2, solver="cholesky").fit(dummies, scores[0, fitted])
    weights = dict(zip(dummies.columns, theirs.coef_, strict=True))
    assert table.loc["last", "value"] == pytest.approx(weights["place_last"], abs=1e-9)
    assert table.loc["last", "low"] > 0 > table.loc["first", "high"]


def test_what_explains_the_scores_is_found():
    tokens, visual = scored(1, 0, 1)
    textual = scored(0.2, 1, 0)[1]
    both = omissions.Scored(tokens, {"VISUAL": visual, "TEXTUAL": textual, "LM": textual})
    items = regressions.items(both)
    fitted, _ = regressions.split(tokens)
    assert not set(tokens["image"][fitted]) & set(tokens["image"][~fitted])
    r2 = regressions.explained(items, "VISUAL", "+dependency")
    assert 0.95 < r2.low < r2.value < r2.high < 1
    assert [part.word for part in claims_2017.dependency_or_position(items)] == [HOLDS] * 3
    assert claims_2017.words_explain_visual_more(items)[0].word == HOLDS
    held, of_word = visual[0, ~fitted], tokens["word"][~fitted] < "c"
    word = regressions.explained(items, "VISUAL", "word").value
    assert word == pytest.approx(stats.pearsonr(held, of_word).statistic ** 2, abs=0.03)
    swapped = {"VISUAL": textual, "TEXTUAL": visual, "LM": visual}
    items = regressions.items(omissions.Scored(tokens, swapped))
    assert [part.word for part in claims_2017.dependency_or_position(items)] == [FAILS] * 3


def test_information_of_units_is_compared():
    rng = np.random.default_rng(0)
    level = {("TEXTUAL", "word"): 1.1, ("TEXTUAL", "relation"): 2, ("VISUAL", "word"): 1}
    items = pd.concat(
        pd.DataFrame({"unit": range(50), "mi": level.get((model, kind), 1) + 0.1 * rng.random(50)})
        .assign(model=model, kind=kind, order=order, seed=1)
        for model in ("TEXTUAL", "VISUAL")
        for kind in contexts.KINDS
        for order in contexts.ORDERS
    )  # fmt: skip
    ratio = contexts.log_ratio(items, "TEXTUAL", "VISUAL", "relation", 2)
    assert ratio.value == pytest.approx(np.log(2.05 / 1.05), abs=0.02)
    assert {p.word for p in claims_2017.textual_units_mind_relations(items)} == {HOLDS}
    less = items.assign(mi=items["mi"] / np.where(items["model"] == "TEXTUAL", 3, 1))
    parts = claims_2017.textual_units_mind_relations(less)
    # Tied less than VISUAL's, but of relations still more than of words.
    assert [p.word for p in parts] == 6 * [FAILS] + 3 * [HOLDS]


def test_portions_are_whole_images_within_each_other(data):
    parts = little_data.portions(data, [500, 1000, 10**9])
    train = [{i.imgid for i in part.dataset.split("train")} for part in parts]
    assert train[0] < train[1] < train[2] and len(parts) == 3
    for part, size in zip(parts, [500, 1000], strict=False):
        tokens = sum(len(text.split()) for text in part.dataset.captions("train").texts)
        assert size <= tokens == part.tokens < size + 80
    assert len({tuple(part.dataset.digests.values()) for part in parts}) == 3
    assert parts[0].dataset.split("val") == data.split("val")


def test_a_part_is_trained_for_as_many_epochs_or_as_many_updates(data, options):
    part, whole = little_data.portions(data, [1000])
    settings = grid.settings_of("VISUAL", 1, "demo", synthetic=True)
    batches = [-(-5 * len(p.dataset.split("train")) // settings.batch_size) for p in (part, whole)]
    assert little_data.epochs(part, whole, settings, little_data.EPOCHS) == settings.iterations
    more = little_data.epochs(part, whole, settings, little_data.UPDATES)
    assert more == round(settings.iterations * batches[1] / batches[0]) > settings.iterations
    runs = little_data.list_runs(part, whole, little_data.UPDATES, options)
    assert [run.model for run in runs] == little_data.MODELS
    assert {run.settings.snapshot_freq for run in runs} == {run.settings.iterations for run in runs}


def test_little_data_from_runs_that_are_there(data, options, workflows, monkeypatch, capsys):
    monkeypatch.setattr(little_data, "SIZES_OF_SCENES", [])
    monkeypatch.setattr(little_data, "SMALL", TINY["hidden_size"])
    monkeypatch.setattr(grid, "SCENES_DEMO", TINY)
    monkeypatch.setattr(grid, "train", None)  # nothing is trained
    monkeypatch.setattr(little_data, "LEAST_ITEMS", 3)
    little_data.SCRIPT.main(options, data, select.get(), QUIET)
    assert "Word similarity from little text on scenes (synthetic)" in capsys.readouterr().out
    table = pd.read_csv(options.out / "little_data.csv")
    assert set(table["regime"]) == {little_data.EPOCHS, little_data.UPDATES}
    assert set(table["model"]) == {*little_data.MODELS, grid.RANDOM}
    assert len(pd.read_csv(options.out / "little_data-claims.csv")) == 2
