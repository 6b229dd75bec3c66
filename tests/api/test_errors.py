"""A wrong value or type raises the exception that a Python user expects, and names the argument."""

import math

import pytest
import small

import imaginet_pt as im

OPTIONS = {"model_type": "linear", "word_freq_threshold": 1}
TYPE, VALUE = TypeError, ValueError


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    return im.load_data(small.write(tmp_path_factory.mktemp("errors") / "data"))


@pytest.fixture(scope="module")
def run(data, tmp_path_factory):
    return im.train(data, tmp_path_factory.mktemp("errors") / "run", **OPTIONS)


@pytest.mark.parametrize(
    "error, options, named",
    [
        (TYPE, {"hidden_size": "32"}, "`hidden_size`"),
        (TYPE, {"hidden_size": 32.0}, "`hidden_size`"),
        (TYPE, {"hidden_size": True}, "`hidden_size`"),
        (VALUE, {"hidden_size": 0}, "`hidden_size`"),
        (TYPE, {"rate": "0.1"}, "`rate`"),
        (VALUE, {"rate": -1.0}, "`rate`"),
        (VALUE, {"model_type": "transformer"}, "`model_type`"),
        (TYPE, {"model_type": 3}, "`model_type`"),
        (TYPE, {"shuffle": "yes"}, "`shuffle`"),
        (TYPE, {"zero_shot": "dog"}, "`zero_shot`"),
        (TYPE, {"hidden_sizes": 3}, "did you mean `hidden_size`"),
        (TYPE, {"settings": {"hidden_size": 3}}, "`settings`"),
        (TYPE, {"on_epoch": 3}, "`on_epoch`"),
        (VALUE, {"model_type": "linear", "init_weights": "w.npz"}, "`init_weights`"),
        (VALUE, {"backend": "gpu"}, "`backend`"),
        (TYPE, {"backend": None}, "`backend`"),
        (TYPE, {"data": "flickr8k/"}, "`data`"),
        (TYPE, {"out": 3}, "`out`"),
    ],
)
def test_training(error, options, named, data, tmp_path):
    arguments = {"data": data, "out": tmp_path / "new"} | OPTIONS | options
    with pytest.raises(error) as caught:
        im.train(**arguments)
    told(caught.value, named)
    assert not (tmp_path / "new").exists()


def test_a_folder_with_a_run(data, run):
    with pytest.raises(ValueError, match="holds a run already") as caught:
        im.train(data, run.path, **OPTIONS)
    told(caught.value, "`out`")


CALLS = [
    (TYPE, lambda run, data: im.load_data(3), "`path`"),
    (TYPE, lambda run, data: im.load_data(b"data"), "`path`"),
    (VALUE, lambda run, data: im.load_data("nowhere"), "`path`"),
    (TYPE, lambda run, data: im.scenes(train="3"), "`train`"),
    (VALUE, lambda run, data: im.scenes(val=0), "`val`"),
    (TYPE, lambda run, data: im.Settings(hidden_size="32"), "`hidden_size`"),
    (TYPE, lambda run, data: im.Settings(hidden_size=32.0), "`hidden_size`"),
    (VALUE, lambda run, data: im.Run("nowhere"), "nowhere"),
    (VALUE, lambda run, data: im.resume(data, "nowhere"), "nowhere"),
    (TYPE, lambda run, data: im.resume(run, data), "`run`"),
    (TYPE, lambda run, data: im.evaluate(run, "data"), "`data`"),
    (TYPE, lambda run, data: im.evaluate(3, data), "`run`"),
    (VALUE, lambda run, data: im.evaluate(run, data, "test"), "test"),
    (TYPE, lambda run, data: im.evaluate(run, data, 3), "`split`"),
    (TYPE, lambda run, data: im.load_workflow(None), "`path`"),
    (VALUE, lambda run, data: im.load_workflow("nowhere"), "nowhere"),
    (TYPE, lambda run, data: im.load_workflow(run, "last"), "`iteration`"),
    (VALUE, lambda run, data: im.load_workflow(run, 7), "`iteration`"),
    (TYPE, lambda run, data: im.word_similarity(run, 3), "`pairs`"),
    (TYPE, lambda run, data: im.word_similarity(run, [("dog", "cat")]), "`pairs`"),
    (VALUE, lambda run, data: im.word_similarity(run, "wordsim"), "`pairs`"),
    (VALUE, lambda run, data: im.word_similarity(run, [("dog", "cat", math.nan)] * 4), "`pairs`"),
    (TYPE, lambda run, data: im.word_similarity(run, [(1, 2, 3.0)] * 4), "`pairs`"),
    (VALUE, lambda run, data: im.load_data("x" * 300), "xxx"),
    (VALUE, lambda run, data: im.Run("x" * 300), "xxx"),
    (VALUE, lambda run, data: im.load_workflow("x" * 300), "xxx"),
    (TYPE, lambda run, data: run.workflow().project(3), "`sentences`"),
    (TYPE, lambda run, data: run.workflow().project(["a dog", 3]), "`sentences`"),
    (VALUE, lambda run, data: run.workflow().project(["a dog", ""]), "`sentences`"),
    (VALUE, lambda run, data: run.workflow().similarity("dog", "qqq"), "`b` is 'qqq'"),
    (TYPE, lambda run, data: run.workflow().similarity(3, "dog"), "`a`"),
    (TYPE, lambda run, data: run.workflow().most_similar(["dog"]), "`word`"),
    (VALUE, lambda run, data: run.workflow().most_similar("dog", k=0), "`k`"),
    (TYPE, lambda run, data: run.workflow().neighbors(["a dog"], data), "`sentence`"),
    (VALUE, lambda run, data: run.workflow().neighbors("a dog", data, k=0), "`k`"),
    (TYPE, lambda run, data: run.workflow().neighbors("a dog", data, k=2.0), "`k`"),
    (VALUE, lambda run, data: run.workflow().neighbors("a dog", data, of="words"), "`of`"),
    (TYPE, lambda run, data: run.workflow().neighbors("a dog", "data"), "`data`"),
    (VALUE, lambda run, data: run.workflow().neighbors("", data), "`sentence`"),
    (TYPE, lambda run, data: run.workflow().omission(None), "`sentence`"),
    (VALUE, lambda run, data: run.workflow().omission("dog"), "one word"),
    (VALUE, lambda run, data: run.workflow().surprisal("a dog"), "does not predict words"),
]


@pytest.mark.parametrize("error, call, named", CALLS, ids=range(len(CALLS)))
def test_calls(error, call, named, run, data):
    with pytest.raises(error) as caught:
        call(run, data)
    told(caught.value, named)


def told(error, named):
    """One line that names the argument, and no option of the command line."""
    assert isinstance(error, im.UserError)
    assert named in str(error) and "\n" not in str(error) and "--" not in str(error), error
