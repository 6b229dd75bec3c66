"""Compiled code: in folders where nobody but the user writes; one line where there is no room."""

import os
import re
import resource
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytensor
import pytest
import small
from other_user import owned_by_another
from pytensor.link.c.exceptions import CompileError

from imaginet_pt.backends import blas, pytensor_backend, select
from imaginet_pt.errors import UserError
from imaginet_pt.runs.checkpoint import Checkpoints

ROOT = Path(__file__).resolve().parents[2]
BACKEND = pytensor_backend.PyTensorBackend("c", "CVM", "C")


@pytest.fixture
def folders(tmp_path, monkeypatch):
    """Folders in the place of PyTensor's, which others may read but not write."""
    config = SimpleNamespace(base_compiledir=tmp_path, compiledir=tmp_path / "compiledir")
    monkeypatch.setattr(pytensor, "config", config)
    made = [config.compiledir, tmp_path / "numba"]
    for folder in made:
        folder.mkdir(mode=0o755)
    return made


def test_folders_of_compiled_code_are_made_for_the_user_alone(folders):
    for folder in folders:
        folder.rmdir()
    pytensor_backend.check_compile_cache.__wrapped__()
    assert [folder.stat().st_mode & 0o777 for folder in folders] == [0o700, 0o700]


def test_folders_that_nobody_else_can_write_stay_as_they_are(folders):
    pytensor_backend.check_compile_cache.__wrapped__()
    assert [folder.stat().st_mode & 0o777 for folder in folders] == [0o755, 0o755]


@pytest.mark.parametrize("index", [0, 1])
def test_compiled_code_of_somebody_else_is_refused(index, folders, monkeypatch):
    owned_by_another(folders[index], monkeypatch)
    with pytest.raises(
        UserError, match=f"{folders[index].name} belongs to somebody else; set PYTEN"
    ):
        pytensor_backend.check_compile_cache.__wrapped__()


@pytest.mark.parametrize("index", [0, 1])
def test_compiled_code_that_others_could_write_is_refused_and_not_repaired(index, folders):
    folders[index].chmod(0o777)
    wanted = f"others can write to .*{folders[index].name}; set PYTEN"
    with pytest.raises(UserError, match=wanted) as error:
        pytensor_backend.check_compile_cache.__wrapped__()
    assert str(error.value).count("PYTENSOR_FLAGS") == 1
    assert folders[index].stat().st_mode & 0o777 == 0o777


def test_every_backend_asks_whose_the_folders_are(monkeypatch):
    def refuse():
        raise UserError("asked")

    monkeypatch.setattr(select, "check_compile_cache", refuse)
    for name in ("auto", *select.BACKENDS):
        with pytest.raises(UserError, match="asked"):
            select.get(name)


def test_a_backend_that_is_asked_for_again_compiles_with_the_same_flags():
    """They are part of what compiled code is known by."""
    select.get("c")
    flags = pytensor.config.gcc__cxxflags
    assert select.get("c") == select.get("c") and flags
    assert pytensor.config.gcc__cxxflags == flags


def link_again(monkeypatch, flags):
    """The BLAS that is linked where PYTENSOR_FLAGS is this, and the linker's flags for it."""
    monkeypatch.setenv("PYTENSOR_FLAGS", flags)
    with pytensor.config.change_flags(blas__ldflags="-lother", gcc__cxxflags=""):
        return blas.link_blas.__wrapped__(), pytensor.config.blas__ldflags


def test_the_wheels_blas_is_taken_whatever_the_system_has(monkeypatch):
    monkeypatch.setattr("ctypes.util.find_library", lambda name: f"lib{name}.so.0")
    name, flags = link_again(monkeypatch, "floatX=float32")
    assert re.fullmatch(r"OpenBLAS of scipy-openblas32 \d+\.\d+\.[\d.]+", name)
    assert "-lscipy_openblas" in flags and "-lother" not in flags


def test_another_blas_is_taken_on_request_and_named(monkeypatch):
    name, flags = link_again(monkeypatch, "floatX=float32,blas__ldflags=-lother")
    assert name == "BLAS of PYTENSOR_FLAGS: -lother" and flags == "-lother"


FAILURES = {
    "no room": (
        CompileError(f"Compilation failed: g++ {'-x ' * 900}\nNo space left on device"),
        "No space left on device; free space",
    ),
    "no compiler": (
        CompileError("Compilation failed: g++\nerror\nerror"),
        "Compilation failed: g.*; check that the compiler works",
    ),
    "a full disk": (OSError(28, "No space left on device"), "No space.*; free space"),
    "too few files": (OSError(24, "Too many open files"), "Too many open files; allow more"),
    "a compiler without memory": (
        CompileError("Compilation failed: g++\ncc1plus: out of memory allocating 65536 bytes"),
        "out of memory; free memory",
    ),
    "no memory": (MemoryError(), "out of memory; free memory"),
}


@pytest.mark.parametrize("failure, told", FAILURES.values(), ids=FAILURES)
def test_what_a_compiler_says_becomes_one_short_line(failure, told, monkeypatch, capsys):
    def fail(*arguments, **options):
        print("You can find the C code in this temporary file")
        raise failure

    monkeypatch.setattr(pytensor, "function", fail)
    with pytest.raises(
        UserError, match=f"cannot compile into .*{told}.*, or take another `backend`"
    ) as error:
        BACKEND.function([], [])
    assert len(str(error.value)) < 500 and capsys.readouterr().out == ""


@pytest.mark.skipif(not pytensor.config.cxx, reason="no C++ compiler: install g++")
def test_no_room_for_compiled_code_is_one_line_and_loses_nothing(tmp_path):
    def small_files():
        resource.setrlimit(resource.RLIMIT_FSIZE, (2**15, 2**15))

    data, run = small.write(tmp_path / "data", images=6, features=2), tmp_path / "run"
    sizes = "--hidden-size 2 --embedding-size 2 --word-freq-threshold 1 --quiet".split()
    command = [sys.executable, "-m", "imaginet_pt", "train", "--data", data, "--out", run, *sizes]
    flags = {"PYTENSOR_FLAGS": f"base_compiledir={tmp_path / 'compiled'}"}
    done = subprocess.run(
        [str(part) for part in command], cwd=ROOT, env=os.environ | flags, text=True,
        capture_output=True, preexec_fn=small_files,
    )  # fmt: skip
    assert done.returncode == 2 and done.stdout == ""
    assert len(done.stderr.splitlines()) == 1 and "cannot compile into" in done.stderr
    assert Checkpoints(run).newest(pytest.fail)[2].epoch == 1
