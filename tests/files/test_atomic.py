"""Files that are whole or absent: rights, leftovers, and what is never replaced."""

import errno
import os
import stat
import subprocess
import sys

import pytest

from imaginet_pt.errors import UserError
from imaginet_pt.files import atomic as module
from imaginet_pt.files.atomic import atomic, remove_leftovers, temporary_folder


def write(path, text="new"):
    with atomic(path) as file:
        file.write(text)


def names(folder):
    return sorted(path.name for path in folder.iterdir())


def test_a_file_is_written_and_replaced(tmp_path):
    for text in ("first", "second é"):
        write(tmp_path / "x", text)
        assert (tmp_path / "x").read_text(encoding="utf-8") == text
    assert names(tmp_path) == ["x"]


def test_a_block_that_fails_leaves_what_was_there(tmp_path):
    write(tmp_path / "x", "old")
    with pytest.raises(KeyError), atomic(tmp_path / "x") as file:
        file.write("half")
        raise KeyError
    assert (tmp_path / "x").read_text() == "old" and names(tmp_path) == ["x"]


@pytest.mark.parametrize("umask", [0o000, 0o002, 0o022, 0o027, 0o077])
def test_the_users_umask_decides_who_may_read(tmp_path, umask):
    before = os.umask(umask)
    try:
        write(tmp_path / "x")
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "x").stat().st_mode) == 0o666 & ~umask


def link(path):
    (path.parent / "target").write_text("old")
    path.symlink_to("target")


ODD = {
    "a link": link,
    "a link to a device": lambda path: path.symlink_to("/dev/null"),
    "a link to nothing": lambda path: path.symlink_to("nowhere"),
    "a named pipe": os.mkfifo,
    "a directory": lambda path: path.mkdir(),
}


@pytest.mark.parametrize("kind", ODD)
def test_what_is_no_regular_file_is_never_replaced(tmp_path, kind):
    ODD[kind](tmp_path / "x")
    before, there = (tmp_path / "x").lstat(), names(tmp_path)
    word = kind.removeprefix("a ").split(" to ")[0]
    with pytest.raises(UserError, match=f"it is a {word}, not a regular file"):
        write(tmp_path / "x")
    assert (tmp_path / "x").lstat() == before and names(tmp_path) == there
    if kind == "a link":
        assert (tmp_path / "target").read_text() == "old"


def test_a_device_is_never_replaced():
    with pytest.raises(UserError, match="/dev/null: it is a device"):
        write("/dev/null")
    assert stat.S_ISCHR(os.stat("/dev/null").st_mode)


def test_a_link_that_appears_while_the_file_is_written_is_not_replaced(tmp_path):
    with pytest.raises(UserError, match="it is a link"), atomic(tmp_path / "x") as file:
        file.write("new")
        link(tmp_path / "x")
    assert names(tmp_path) == ["target", "x"] and (tmp_path / "x").is_symlink()


@pytest.mark.parametrize(
    "path, words",
    [("nowhere/x", "No such file"), ("x" * 300, "choose a shorter name"), ("f/x", "Not a dir")],
)
def test_a_path_that_cannot_be_written_is_named(tmp_path, path, words):
    (tmp_path / "f").touch()
    with pytest.raises(UserError, match=words):
        write(tmp_path / path)
    assert names(tmp_path) == ["f"]


@pytest.mark.parametrize(
    "number, fix",
    [
        (errno.ENOSPC, "free space"), (errno.EMFILE, "ulimit"), (errno.EACCES, "another folder"),
        (errno.EIO, "free space"), (errno.EROFS, "another folder"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("call", ["open", "fsync", "replace"])
def test_errors_of_the_system_end_in_one_line_with_their_fix(
    tmp_path, call, number, fix, monkeypatch
):
    def fail(*args, **options):
        raise OSError(number, os.strerror(number))

    with monkeypatch.context() as context:
        context.setattr(module.os, call, fail)
        with pytest.raises(UserError, match=f"cannot write .*{os.strerror(number)}.*{fix}"):
            write(tmp_path / "x")
    assert not [name for name in names(tmp_path) if name == "x"]
    remove_leftovers(tmp_path)
    assert names(tmp_path) == []


def test_an_error_of_unlink_is_no_traceback(tmp_path, monkeypatch):
    def fail(*args, **options):
        raise PermissionError(1, "Operation not permitted")

    with pytest.raises(KeyError), atomic(tmp_path / "x"):
        monkeypatch.setattr(module.Path, "unlink", fail)
        raise KeyError


WRITER = """
import sys
from imaginet_pt.files.atomic import atomic, temporary_folder
from pathlib import Path
with atomic(sys.argv[1] + "/x") as file, temporary_folder(Path(sys.argv[1])) as folder:
    (folder / "inside").touch()
    print("writing", flush=True)
    sys.stdin.read()
"""


def test_leftovers_go_when_their_writer_is_dead_and_not_before(tmp_path):
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    command = [sys.executable, "-c", WRITER, str(tmp_path)]
    with subprocess.Popen(command, text=True, **pipes) as other:
        assert other.stdout.readline() == "writing\n"
        assert len(names(tmp_path)) == 2
        remove_leftovers(tmp_path)
        assert len(names(tmp_path)) == 2, "of a living process"
        other.kill()
    write(tmp_path / "y")
    assert names(tmp_path) == ["y"]


def test_what_others_call_unfinished_stays(tmp_path):
    for name in (".rsync.part", ".x.abc.part", "movie.part"):
        (tmp_path / name).write_text("theirs")
    (tmp_path / ".imaginet-linked.part").symlink_to("movie.part")
    before = names(tmp_path)
    write(tmp_path / "x")
    assert names(tmp_path) == sorted([*before, "x"])
    assert (tmp_path / "movie.part").read_text() == "theirs"


def test_a_temporary_folder_is_gone_afterwards(tmp_path):
    with temporary_folder(tmp_path) as folder:
        (folder / "a").mkdir()
        (folder / "a/b").touch()
        with temporary_folder(tmp_path) as other:
            assert other != folder and folder.exists()
    assert names(tmp_path) == []


def test_the_name_of_a_file_that_is_no_text_is_written_as_escapes(tmp_path):
    with atomic(tmp_path / "x") as file:
        file.write("a\udcffb")
    assert (tmp_path / "x").read_text() == "a\\udcffb"
