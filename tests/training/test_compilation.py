"""Functions are compiled while the training is begun."""

import threading

import numpy as np
import pytest
from crash import stand_in

from imaginet_pt.backends import functions, memory
from imaginet_pt.errors import UserError
from imaginet_pt.training import compilation, preparation
from imaginet_pt.training.interrupt import Stopped
from imaginet_pt.training.preparation import first_state

SECONDS = 120  # until a test that would wait for ever fails


def test_each_goes_on_while_the_other_does():
    begun, compiling = threading.Event(), threading.Event()

    def begin():
        begun.set()
        return compiling.wait(SECONDS)

    def compile_functions():
        compiling.set()
        return begun.wait(SECONDS)

    assert compilation.begin_and_compile(begin, compile_functions) == (True, True)


def test_the_training_is_begun_though_nothing_can_be_compiled():
    failed, done = threading.Event(), []

    def begin():
        failed.wait(SECONDS)
        done.append("begun")

    def compile_functions():
        failed.set()
        raise UserError("no compiler")

    with pytest.raises(UserError, match="no compiler"):
        compilation.begin_and_compile(begin, compile_functions)
    assert done == ["begun"]


def test_an_error_at_the_beginning_is_told():
    def begin():
        raise UserError("no space")

    with pytest.raises(UserError, match="no space"):
        compilation.begin_and_compile(begin, lambda: None)


def test_where_the_beginning_failed_a_stop_promises_nothing():
    def begin():
        raise UserError("no space")

    def stop():
        raise Stopped("stopped while compiling")

    with pytest.raises(UserError, match="no space"):
        compilation.begin_and_compile(begin, stop)


def test_what_cannot_be_trained_is_refused_before_it_is_compiled_or_drawn(
    model, dataset, tmp_path, monkeypatch
):
    def refuse(*arguments):
        raise AssertionError("compiled or drawn")

    monkeypatch.setattr(functions, "train_step", refuse)
    monkeypatch.setattr(preparation, "first_state", refuse)
    np.savez(tmp_path / "weights.npz", embeddings=np.zeros((1, 1)))
    with pytest.raises(UserError, match="does not fit the model"):
        stand_in.train(dataset, tmp_path / "run", init_weights=tmp_path / "weights.npz")
    monkeypatch.setattr(memory, "available_memory", lambda: 1000)
    with pytest.raises(UserError, match="of memory"):
        stand_in.train(dataset, tmp_path / "run")
    assert not (tmp_path / "run").exists()


def test_functions_change_the_arrays_that_were_drawn(model, dataset, tmp_path, monkeypatch):
    """They are compiled for zeros, and the drawn arrays are moved to them."""
    drawn = {}

    def first(*arguments):
        state = first_state(*arguments)
        drawn.update({name: array.copy() for name, array in state.arrays()[0].items()})
        return state

    def look():
        seen = {name: shared.get_value() for name, shared in model.state.params.items()}
        assert seen.keys() == drawn.keys()
        assert all(np.array_equal(seen[name], drawn[name]) for name in drawn)

    monkeypatch.setattr(preparation, "first_state", first)
    model.when, model.at = 1, look
    stand_in.train(dataset, tmp_path / "run")
