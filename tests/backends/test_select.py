"""Which backend is taken where none is asked for, and what is said about it."""

import logging

import pytest

from imaginet_pt.backends import select


@pytest.fixture
def no_compiler(monkeypatch):
    monkeypatch.setattr(select, "check_compile_cache", lambda: None)
    with select.pytensor.config.change_flags(cxx=""):
        select._warn_of_numba.cache_clear()
        yield


def test_without_a_compiler_numba_is_taken_with_one_warning_that_it_takes_long(no_compiler, caplog):
    assert [select.get().name, select.get().name] == ["numba", "numba"]
    (record,) = caplog.records
    assert record.levelno == logging.WARNING
    assert record.getMessage().startswith("no C++ compiler: compiling with numba, which takes")
    assert "\n" not in record.getMessage()


def test_who_asks_for_numba_is_not_warned(no_compiler, caplog):
    assert select.get("numba").name == "numba" and not caplog.records


def test_with_a_compiler_c_is_taken(caplog):
    if not select.pytensor.config.cxx:
        pytest.skip("no C++ compiler: install g++")
    assert select.get().name == "c" and not caplog.records
