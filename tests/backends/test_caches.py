"""Compiled code: kept where nobody but the user writes, and one line where there is no room."""

import os
import resource
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytensor
import pytest
import small
from pytensor.link.c.exceptions import CompileError

from imaginet_pt.backends import pytensor_backend, select
from imaginet_pt.errors import UserError
from imaginet_pt.runs.checkpoint import Checkpoints

ROOT = Path(__file__).resolve().parents[2]
BACKEND = pytensor_backend.PyTensorBackend("c", "CVM", "C")


@pytest.fixture
def folders(tmp_path, monkeypatch):
    """PyTensor's folders, which others may read, in the place of the user's."""
    config = SimpleNamespace(base_compiledir=tmp_path, compiledir=tmp_path / "compiledir")
    monkeypatch.setattr(select.pytensor, "config", config)
    made = [config.compiledir, tmp_path / "numba"]
    for folder in made:
        folder.mkdir(mode=0o755)
    return made


def test_folders_of_compiled_code_are_the_users_alone(folders):
    pytensor_backend.check_compile_cache.__wrapped__()
    assert [folder.stat().st_mode & 0o777 for folder in folders] == [0o700, 0o700]


@pytest.mark.parametrize("place", [0, 1])
def test_compiled_code_of_somebody_else_is_refused(place, folders, monkeypatch):
    owner = Path.stat

    def status(path, **options):
        found = owner(path, **options)
        if path != folders[place]:
            return found
        return os.stat_result([*found[:4], os.getuid() + 1, *found[5:]])

    monkeypatch.setattr(Path, "stat", status)
    with pytest.raises(UserError, match=f"{folders[place].name} is somebody else's; set PYTENSOR"):
        pytensor_backend.check_compile_cache.__wrapped__()


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


FAILURES = {
    "no room": (
        CompileError(f"Compilation failed: g++ {'-x ' * 900}\n{pytensor_backend.NO_SPACE}"),
        "No space",
    ),
    "no compiler": (CompileError("Compilation failed: g++\nerror\nerror"), "Compilation failed"),
    "a full disk": (OSError(28, "No space left on device"), "No space"),
}


@pytest.mark.parametrize("failure, told", FAILURES.values(), ids=FAILURES)
def test_what_a_compiler_says_becomes_one_short_line(failure, told, monkeypatch, capsys):
    def fail(*arguments, **options):
        print("You can find the C code in this temporary file")
        raise failure

    monkeypatch.setattr(pytensor, "function", fail)
    with pytest.raises(UserError, match=f"cannot compile into .*{told}.*; free space") as error:
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
