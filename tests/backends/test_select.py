"""Which backend is taken where none is asked for, and what is said about it."""

import logging

import pytensor
import pytest

from imaginet_pt.backends import select
from imaginet_pt.errors import UserError


@pytest.fixture
def no_compiler(monkeypatch):
    monkeypatch.setattr(select, "check_compile_cache", lambda: None)
    with pytensor.config.change_flags(cxx=""):
        select._warn_of_numba.cache_clear()
        yield


def test_without_a_compiler_numba_is_taken_with_one_warning_that_it_takes_long(no_compiler, caplog):
    assert [select.get().name, select.get().name] == ["numba", "numba"]
    (record,) = caplog.records
    assert record.levelno == logging.WARNING
    assert record.getMessage().startswith("no C++ compiler (g++): compiling with numba, which")
    assert "\n" not in record.getMessage()


def test_without_python_s_headers_it_is_told_which_package_has_them(monkeypatch, tmp_path, caplog):
    monkeypatch.setattr(select, "check_compile_cache", lambda: None)
    monkeypatch.setattr("sysconfig.get_path", lambda name: str(tmp_path))
    select._warn_of_numba.cache_clear()
    assert select.get().name == "numba"
    with pytest.raises(UserError, match=r"`backend` is c.*Python\.h \(python3-dev\); install it"):
        select.get("c")
    assert "Python.h (python3-dev): compiling with numba" in caplog.text


def test_who_asks_for_numba_is_not_warned(no_compiler, caplog):
    assert select.get("numba").name == "numba" and not caplog.records


def test_with_a_compiler_c_is_taken(caplog):
    if not pytensor.config.cxx:
        pytest.skip("no C++ compiler: install g++")
    assert select.get().name == "c" and not caplog.records
