"""Run a command in a child process, so that even a crash is reported in one line.

JAX aborts a process whose partner has died, and prints a stack trace. So the process that the
user started only waits for a child, which the same command line starts, so that no other folder is
searched for modules. In it libraries print to a file that the user need not see, and only Python's
own messages reach the user.
"""

import os
import re
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable
from typing import IO, TYPE_CHECKING

from ..errors import UserError
from . import heartbeat

if TYPE_CHECKING:
    from ..backends.distributed import Processes

TERMINAL = "IMAGINET_STDERR"  # the user's error stream in the child, a file descriptor
LOST = 75  # exit status of a child that has lost the others
LEAVE_SECONDS = 30  # in which others may see that this process stops, and stop too


def is_child() -> bool:
    """Tell whether this process is the child."""
    return TERMINAL in os.environ


def supervise(group: "Processes") -> int:
    """Run this process's command line in a child; return the exit status.

    Raises:
        UserError: the child was aborted, or lost the other processes.
    """
    with tempfile.TemporaryFile("w+", errors="replace") as log:
        child = _start(log)
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, lambda number, frame: child.send_signal(number))
        with heartbeat.STILL:
            status = child.wait()
        log.seek(0)
        if status < 0 or status == LOST:
            raise UserError(f"{group}: {_reason(status, log.read())}")
    return status


def _start(log: IO[str]) -> "subprocess.Popen[bytes]":
    terminal = os.dup(2)
    try:
        return subprocess.Popen(
            [sys.executable, *sys.orig_argv[1:]],
            env=os.environ | {TERMINAL: str(terminal)},
            pass_fds=[terminal],
            stdin=subprocess.PIPE,  # closed when this process ends
            stdout=log,
            stderr=log,
            start_new_session=True,  # Ctrl-C comes through this process, once
        )
    finally:
        os.close(terminal)


def _reason(status: int, log: str) -> str:
    """Say why the child ended with `status`, using JAX's output."""
    fatal = re.search(r"distributed service detected fatal errors.*absl::Status: ([^.\n]*)", log)
    if status == LOST or fatal:
        why = fatal[1] if fatal else log.strip().rpartition("\n")[2]
        return (
            f"another process has ended or does not answer ({why}); see what it says, and go on "
            "with --resume"
        )
    return f"ended by {signal.Signals(-status).name}: {log.strip()[-1000:] or 'it said nothing'}"


def _end_with_parent() -> None:
    """End this process when the parent dies, which closes the standard input."""
    os.read(0, 1)
    os._exit(1)


def _leave_soon(status: int) -> None:
    """End this process soon, although JAX makes it wait for the others at its end."""
    timer = threading.Timer(LEAVE_SECONDS, os._exit, [status])
    timer.daemon = True
    timer.start()


def run_child(command: Callable[[], int]) -> int:
    """Run `command()` in the child; return its exit status."""
    from ..backends.distributed import Lost

    sys.stderr = os.fdopen(int(os.environ[TERMINAL]), "w", buffering=1, errors="backslashreplace")
    threading.Thread(target=_end_with_parent, daemon=True).start()
    status = 1
    try:
        status = command()
    except Lost as lost:
        os.write(2, f"{lost}\n".encode())
        os._exit(LOST)
    finally:
        if status:
            _leave_soon(status)
    return status
