"""Checkpoints on the disk: the newest whole one is found, whatever happened to the others."""

import hashlib
import os
import resource
import signal
import subprocess
import sys

import numpy as np
import pytest

from imaginet_pt.errors import UserError
from imaginet_pt.runs import checkpoint
from imaginet_pt.runs.checkpoint import Checkpoints
from imaginet_pt.runs.history import History
from imaginet_pt.runs.run_folder import RunFolder

PARAMS = {"embeddings": np.arange(12, dtype="float32").reshape(3, 4)}
UPDATE = {"step": np.float32(3), "m.embeddings": np.ones((3, 4), dtype="float32")}


def history(epoch, done):
    return History(
        np.random.RandomState(epoch).get_state(), epoch, done, 1.5, [(1, 1, 0.5), (1, 2, 0.25)],
        [(1, 0.1, 0.2, 0.3)], [(1, 9.0)],
    )  # fmt: skip


@pytest.fixture
def saved(tmp_path):
    """Checkpoints of which the newest two are left."""
    checkpoints = Checkpoints(tmp_path)
    for place in ((9, 0), (9, 5), (10, 0)):
        checkpoints.save(PARAMS, UPDATE, history(*place))
    return checkpoints


def names(folder):
    return sorted(path.name for path in folder.iterdir())


def found(folder):
    """Epoch and minibatch of the newest whole checkpoint, and what was told of the others."""
    told = []
    h = Checkpoints(folder).newest(told.append)[2]
    return (h.epoch, h.done), told


def test_what_is_saved_comes_back(saved):
    params, update, h = Checkpoints(saved.folder).newest(pytest.fail)
    np.testing.assert_equal((params, update), (PARAMS, UPDATE))
    assert params["embeddings"].dtype == np.float32
    expected = history(10, 0)
    np.testing.assert_equal(h.stream, expected.stream)
    rows = {name: vars(expected)[name] for name in ("costs", "validation")}
    assert {name: vars(h)[name] for name in rows} == rows
    assert (h.epoch, h.done, h.seconds, h.times) == (10, 0, 1.5, [(1, 9.0)])


def test_two_are_kept_and_the_tenth_epoch_is_after_the_ninth(saved):
    assert names(saved.folder) == ["checkpoint-10-0.npz", "checkpoint-9-5.npz"]
    assert found(saved.folder) == ((10, 0), [])


@pytest.mark.parametrize("twentieth", range(20))
def test_one_cut_short_is_told_and_the_one_before_is_taken(twentieth, saved):
    path = saved.folder / "checkpoint-10-0.npz"
    content = path.read_bytes()
    path.write_bytes(content[: len(content) * twentieth // 20])
    place, told = found(saved.folder)
    assert place == (9, 5)
    assert len(told) == 1 and "checkpoint-10-0.npz is damaged" in told[0]


def test_a_flipped_bit_in_any_byte_is_found(saved):
    path = saved.folder / "checkpoint-10-0.npz"
    content = path.read_bytes()
    bits = 1 << np.random.RandomState(0).randint(8, size=len(content))
    with open(path, "r+b", buffering=0) as file:
        for i, (byte, bit) in enumerate(zip(content, bits.tolist(), strict=True)):
            os.pwrite(file.fileno(), bytes([byte ^ bit]), i)
            with pytest.raises(UserError, match="is damaged"):
                checkpoint.read(path)
            os.pwrite(file.fileno(), bytes([byte]), i)
    assert found(saved.folder) == ((10, 0), [])


def test_none_whole_is_one_line_that_names_each(saved):
    for path in saved.paths():
        path.write_bytes(b"")
    with pytest.raises(UserError, match="no whole checkpoint .*10-0.npz.*9-5.npz") as error:
        found(saved.folder)
    assert "\n" not in str(error.value)


def test_a_damaged_one_never_takes_the_place_of_the_whole_one(saved):
    (saved.folder / "checkpoint-10-0.npz").write_bytes(b"x")
    taken_up = Checkpoints(saved.folder)
    taken_up.newest(lambda line: None)
    taken_up.save(PARAMS, UPDATE, history(9, 7))
    assert names(saved.folder) == ["checkpoint-9-5.npz", "checkpoint-9-7.npz"]


def sealed(path, **arrays):
    """An .npz file with the right checksum behind it."""
    np.savez(path, **arrays)
    content = path.read_bytes()
    path.write_bytes(content + hashlib.sha256(content).digest())


FOREIGN = {
    "no history": {"params/a": np.ones(2)},
    "another group": {"else/a": np.ones(2)},
    "objects": {"params/a": np.array([{}, []], dtype=object)},
    "a stream too short": {"history/stream.at": np.ones(2), "history/at": np.ones(2)},
}


@pytest.mark.parametrize("what", FOREIGN)
def test_other_files_with_a_right_checksum_are_refused(what, tmp_path):
    sealed(tmp_path / "checkpoint-1-0.npz", **FOREIGN[what])
    with pytest.raises(UserError, match="no whole checkpoint .*checkpoint-1-0.npz"):
        found(tmp_path)


@pytest.mark.parametrize("share", [0, 0.1, 0.5, 0.9, 0.99])
def test_a_full_disk_leaves_what_was_there(share, saved):
    before = {path.name: path.read_bytes() for path in saved.folder.iterdir()}
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    size = len(before["checkpoint-10-0.npz"])
    resource.setrlimit(resource.RLIMIT_FSIZE, (int(share * size), hard))
    try:
        with pytest.raises(UserError, match="cannot write .*checkpoint-10-5.npz: File too large"):
            saved.save(PARAMS, UPDATE, history(10, 5))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert {path.name: path.read_bytes() for path in saved.folder.iterdir()} == before


LOCKER = """
import sys
from imaginet_pt.runs.run_folder import RunFolder
with RunFolder(sys.argv[1]).locked():
    print("locked", flush=True)
    sys.stdin.read()
"""


def test_a_lock_keeps_others_out_until_its_process_is_dead(tmp_path):
    (tmp_path / ".imaginet-0123abcd.part").write_text("half a li")
    command = [sys.executable, "-c", LOCKER, str(tmp_path)]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with subprocess.Popen(command, text=True, **pipes) as other:
        assert other.stdout.readline() == "locked\n"
        (tmp_path / ".imaginet-4567abcd.part").write_text("{")
        with pytest.raises(UserError) as error, RunFolder(tmp_path).locked():
            pytest.fail("two processes in one folder")
        assert str(tmp_path) in str(error.value) and "another training" in str(error.value)
        other.send_signal(signal.SIGKILL)
    assert names(tmp_path) == [".imaginet-4567abcd.part", "lock"]
    with RunFolder(tmp_path).locked():
        assert names(tmp_path) == ["lock"]
    with RunFolder(tmp_path).locked():
        pass


@pytest.mark.parametrize("make", [os.mkfifo, os.mkdir, lambda path: path.symlink_to("/dev/zero")])
def test_what_is_no_file_is_passed_over_at_once(make, saved, tmp_path):
    make(tmp_path / "checkpoint-11-0.npz")
    told = []
    assert saved.newest(told.append).history.epoch == 10
    (line,) = told
    assert "checkpoint-11-0.npz: it is a" in line and "using the one before" in line


def test_where_none_is_whole_there_is_one_line(saved, tmp_path):
    for path in saved.paths():
        path.write_bytes(b"")
    told = []
    with pytest.raises(UserError, match="holds no whole checkpoint"):
        saved.newest(told.append)
    assert not told
