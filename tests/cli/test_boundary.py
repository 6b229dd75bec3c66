"""Whatever the standard streams are, a command ends in one line and with the right status."""

import os
import pty
import signal
import subprocess
import sys
import time
from argparse import Namespace
from pathlib import Path

import pytest
import small

from imaginet_pt.cli import boundary, streams
from imaginet_pt.training.interrupt import Interrupted, Stopped

PROGRAM = f"{sys.executable} -m imaginet_pt"
MANY = "project --help"
# What the shell makes of the streams -> the exit status, and what the error stream begins with.
STREAMS = {
    "> /dev/full": (2, "imaginet: error: cannot write the output: No space left on device"),
    ">&-": (2, "imaginet: error: cannot write the output: Bad file descriptor"),
    "2>&-": (0, ""),
    "2> /dev/full": (0, ""),
    "<&-": (0, ""),
    ">&- 2>&-": (2, ""),
    "> /dev/full 2> /dev/full": (2, ""),
    "<&- 2>&-": (0, ""),
}


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    """Small data, one caption of which has characters that few encodings have."""
    folder = small.write(tmp_path_factory.mktemp("data"))
    text = (folder / "dataset.json").read_text()
    (folder / "dataset.json").write_text(text.replace('"small"', '"sm\u00e5ll \u4f60"'))
    return folder


def shell(line, **environment):
    """Run a line of bash; its status is that of the program, also where a pipe follows."""
    return subprocess.run(
        ["bash", "-c", f"{line}\nexit ${{PIPESTATUS[0]}}"],
        capture_output=True,
        env=os.environ | environment,
        timeout=300,
    )


@pytest.mark.parametrize("redirection", STREAMS)
@pytest.mark.parametrize("command", ["--help", "train --help", "data check DATA"])
def test_a_stream_that_fails(command, redirection, data):
    status, error = STREAMS[redirection]
    done = shell(f"{PROGRAM} {command.replace('DATA', str(data))} {redirection}")
    told = done.stderr.decode()
    assert done.returncode == status, told
    assert told.startswith(error) and len(told.splitlines()) == bool(error)


@pytest.mark.parametrize("redirection", ["2>&-", "2> /dev/full", "2>&1 >/dev/null | true"])
def test_a_mistake_has_its_status_though_nobody_can_be_told(redirection):
    assert shell(f"{PROGRAM} evaluate nowhere --data scenes --out x {redirection}").returncode == 2


def test_a_reader_that_leaves_ends_quietly(data):
    done = shell(f"{PROGRAM} data check {data} | true")
    assert done.returncode in (0, 141) and done.stderr == b""
    many = f"{sys.executable} -c 'print(\"a dog\\n\" * 100)'"
    assert shell(f"{many} | {PROGRAM} data check {data} | head -1").stderr == b""


def test_the_status_of_a_reader_that_leaves(monkeypatch, capsys):
    def leave(*arguments):
        raise BrokenPipeError

    monkeypatch.setattr(boundary, "_run", leave)
    assert boundary.run({}, []) == 141 and capsys.readouterr() == ("", "")


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "utf-8"])
def test_an_encoding_without_the_characters(encoding, data):
    done = shell(f"{PROGRAM} data check {data}", PYTHONIOENCODING=encoding)
    assert done.returncode == 0 and done.stderr == b""
    shown = "sm\u00e5ll \u4f60".encode(encoding, errors="backslashreplace")
    assert shown in done.stdout


@pytest.mark.parametrize("columns", ["1", "0", "-5", "1000000000", "many"])
@pytest.mark.parametrize("command", ["--help", "train --help", "data check --help"])
def test_any_number_of_columns(command, columns):
    done = shell(f"ulimit -v 1500000; {PROGRAM} {command}", COLUMNS=columns)
    assert done.returncode == 0 and done.stderr == b"" and b"usage: imaginet" in done.stdout


ERRORS = [
    (OSError(13, "Permission denied", "there"), "there: Permission denied; change its permissions"),
    (OSError(36, "File name too long", "x"), "x: File name too long; choose a shorter name"),
    (OSError(24, "Too many open files"), "Too many open files; allow more open files (ulimit -n)"),
    (MemoryError("Unable to allocate 16 GiB"), "not enough memory (Unable to allocate 16 GiB)"),
]


@pytest.mark.parametrize("error, told", ERRORS, ids=lambda value: str(value)[:20])
def test_what_the_system_refuses_is_one_line(error, told, monkeypatch, capsys):
    def refuse(*arguments):
        raise error

    monkeypatch.setattr(boundary, "_run", refuse)
    assert boundary.run({}, []) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert told in line


def test_a_library_s_warnings_are_not_shown(monkeypatch, capsys):
    def warn(*arguments):
        import logging
        import warnings

        with warnings.catch_warnings():
            warnings.simplefilter("default")
            warnings.warn("an old function", DeprecationWarning, stacklevel=1)
        logging.getLogger("pytensor").warning("no compiler")
        return 0

    monkeypatch.setattr(boundary, "_run", warn)
    assert boundary.run({}, []) == 0 and capsys.readouterr() == ("", "")


HOSTILE = "a \x1b[31mdog\x07 \u202eevil\u2028\x9b"


def test_a_terminal_obeys_no_caption():
    assert streams.printable(HOSTILE) == r"a \x1b[31mdog\x07 \u202eevil\u2028\x9b"
    assert streams.printable("na\u00efve \u4f60\n\tcaf\u00e9") == "na\u00efve \u4f60\n\tcaf\u00e9"


def in_terminal(*arguments, stdin=b""):
    """What the program shows in a terminal, and its status."""
    master, slave = pty.openpty()
    child = subprocess.Popen(
        [sys.executable, "-m", "imaginet_pt", *arguments],
        stdin=subprocess.PIPE, stdout=slave, stderr=slave,
    )  # fmt: skip
    os.close(slave)
    child.stdin.write(stdin)
    child.stdin.close()
    shown, end = b"", time.monotonic() + 300
    while time.monotonic() < end:
        try:
            shown += os.read(master, 4096)
        except OSError:  # the other end is closed
            break
    return shown.decode(), child.wait(300)


def test_escapes_of_the_command_line_do_not_reach_the_terminal():
    shown, status = in_terminal("evaluate", "\x1b[31mrun", "--data", "scenes", "--out", "x")
    assert status == 2 and "\x1b" not in shown and r"\x1b[31mrun" in shown


def test_a_terminal_is_not_sprayed_with_bytes():
    shown, status = in_terminal("project", "RUN", "--format", "npy", stdin=b"a dog\n")
    assert status == 2 and "--format npy is binary" in shown and shown.count("\n") == 1


@pytest.mark.parametrize("redirection", ["2>&-", "2> /dev/full", "2>&1 >/dev/null | true"])
def test_a_training_goes_on_though_nobody_reads_its_progress(redirection, data, tmp_path):
    options = f"--data {data} --out {tmp_path}/RUN --model-type linear --word-freq-threshold 1"
    assert shell(f"{PROGRAM} train {options} {redirection}").returncode == 0
    assert (tmp_path / "RUN/model-card.md").exists()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
@pytest.mark.parametrize("kind", [Stopped, Interrupted])
def test_a_signal_has_its_status(kind, number, monkeypatch, capsys):
    def stop(args):
        args.go_on = "go on with --resume RUN"
        raise Stopped("stopped", 128 + number) if kind is Stopped else Interrupted(number)

    monkeypatch.setattr(boundary, "build_parser", lambda *arguments: None)
    monkeypatch.setattr(boundary, "parse", lambda *arguments: Namespace(run_command=stop))
    assert boundary.run({}, []) == 128 + number
    told = "imaginet: stopped; go on with --resume RUN\n" if kind is Stopped else ""
    assert capsys.readouterr() == ("", told)


def catches(process, number):
    """Whether a process handles a signal by now (Linux alone)."""
    status = Path(f"/proc/{process.pid}/status").read_text()
    caught = next(line for line in status.splitlines() if line.startswith("SigCgt"))
    return int(caught.split()[1], 16) >> (number - 1) & 1


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_signal_while_a_command_waits(number):
    command = [*PROGRAM.split(), "project", "nowhere"]
    streams_of_it = dict.fromkeys(["stdin", "stdout", "stderr"], subprocess.PIPE)
    process = subprocess.Popen(command, **streams_of_it)
    while process.poll() is None and not catches(process, number):
        time.sleep(0.05)
    process.send_signal(number)
    told, error = process.communicate(timeout=300)
    assert process.returncode == 128 + number and told == b""
    assert b"Traceback" not in error
