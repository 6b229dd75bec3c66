"""Files of users: regular ones, of bounded size; everything else is refused at once in one line."""

import gzip
import hashlib
import os
import socket
import time
import tracemalloc

import pytest

from imaginet_pt.errors import UserError
from imaginet_pt.files import reading


def pipe(path):
    os.mkfifo(path)


def unix_socket(path):
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(path))


def link_to_pipe(path):
    pipe(f"{path}-")
    path.symlink_to(f"{path}-")


# What is no regular file: how it is made, and what it is called.
ODD = {
    "directory": (lambda path: path.mkdir(), "a directory"),
    "named pipe": (pipe, "a named pipe"),
    "link to a pipe": (link_to_pipe, "a named pipe"),
    "endless device": (lambda path: path.symlink_to("/dev/zero"), "a device"),
    "empty device": (lambda path: path.symlink_to("/dev/null"), "a device"),
    "socket": (unix_socket, "cannot read"),
    "missing": (lambda path: None, "No such file"),
    "link to nothing": (lambda path: path.symlink_to("nowhere"), "No such file"),
    "link to itself": (lambda path: path.symlink_to(path), "symbolic links"),
    "below a file": (lambda path: path.parent.touch(), "cannot read"),
}  # fmt: skip
READERS = {
    "open_file": lambda path: reading.open_file(path).__enter__(),
    "read_bytes": lambda path: reading.read_bytes(path, 100),
    "read_pieces": lambda path: list(reading.read_pieces(path, 100)),
    "read_text": lambda path: reading.read_text(path, "get it again"),
    "digest": reading.digest,
}


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize("kind", ODD)
def test_what_is_no_file_is_refused_at_once(tmp_path, kind, reader):
    make, words = ODD[kind]
    path = tmp_path / ("f/x" if kind == "below a file" else "x")
    make(path)
    begun = time.process_time()
    with pytest.raises(UserError, match=words) as caught:
        READERS[reader](path)
    assert time.process_time() - begun < 1
    assert str(path) in str(caught.value) and len(str(caught.value).splitlines()) == 1


def test_a_name_that_is_too_long_is_refused_in_one_line(tmp_path):
    with pytest.raises(UserError, match="File name too long") as caught:
        reading.read_bytes(tmp_path / ("x" * 5000), 100)
    assert len(str(caught.value)) <= 500


def test_a_file_without_rights_is_refused(tmp_path):
    (tmp_path / "x").write_text("a")
    (tmp_path / "x").chmod(0)
    if os.getuid() == 0:
        pytest.skip("the superuser may read everything")
    with pytest.raises(UserError, match="Permission denied"):
        reading.read_bytes(tmp_path / "x", 100)


def test_no_more_is_read_than_is_allowed(tmp_path):
    (tmp_path / "x").write_bytes(b"12345")
    assert reading.read_bytes(tmp_path / "x", 5) == b"12345"
    assert b"".join(reading.read_pieces(tmp_path / "x", 5)) == b"12345"
    for read in (reading.read_bytes, lambda *args: list(reading.read_pieces(*args))):
        with pytest.raises(UserError, match="x holds more than 4 bytes"):
            read(tmp_path / "x", 4)


def test_a_small_file_takes_little_memory(tmp_path):
    (tmp_path / "x").write_bytes(b"12345")
    tracemalloc.start()
    reading.read_bytes(tmp_path / "x", 2**28)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 2**18


def test_a_packed_file_is_unpacked(tmp_path):
    content = os.urandom(3 * reading.PIECE)
    (tmp_path / "x.gz").write_bytes(gzip.compress(content))
    assert b"".join(reading.read_pieces(tmp_path / "x.gz", 2**28)) == content


def test_a_packed_file_that_bursts_is_refused_as_soon_as_it_does(tmp_path):
    (tmp_path / "x.gz").write_bytes(gzip.compress(bytes(2**28)))
    produced = 0
    with pytest.raises(UserError, match="holds more than 33,554,432 bytes"):
        for piece in reading.read_pieces(tmp_path / "x.gz", 2**30):
            produced += len(piece)
    assert produced <= reading.UNPACKED_FLOOR


@pytest.mark.parametrize("content", [b"no gzip", gzip.compress(b"a" * 100)[:-5]])
def test_a_damaged_packed_file_is_refused(tmp_path, content):
    (tmp_path / "x.gz").write_bytes(content)
    with pytest.raises(UserError, match="cannot read .*x.gz"):
        list(reading.read_pieces(tmp_path / "x.gz", 100))


def test_text_has_the_line_ends_of_python_and_no_mark_at_its_beginning(tmp_path):
    (tmp_path / "x").write_bytes("\ufeffa\r\nb\rc\n".encode())
    assert reading.read_text(tmp_path / "x", "fix") == "a\nb\nc\n"
    (tmp_path / "x").write_bytes(b"\xff")
    with pytest.raises(UserError, match="cannot read .*; save it as UTF-8"):
        reading.read_text(tmp_path / "x", "save it as UTF-8")


def test_the_digest_is_sha_256(tmp_path):
    content = os.urandom(reading.PIECE + 5)
    (tmp_path / "x").write_bytes(content)
    assert reading.digest(tmp_path / "x") == hashlib.sha256(content).hexdigest()


def test_whatever_a_decoder_raises_becomes_one_line():
    for error in (KeyError("a\nb"), RecursionError(), ValueError(""), OSError(5, "Input error")):
        with pytest.raises(UserError) as caught, reading.guard("the file", "get it"):
            raise error
        line = str(caught.value)
        assert line.startswith("cannot read the file: ") and line.endswith("; get it")
    with pytest.raises(KeyboardInterrupt), reading.guard("the file"):
        raise KeyboardInterrupt
