"""A command done in a child, so that its end is told in one line however it comes.

JAX aborts a process of which another has died, and writes a stack trace. So the process that the
user started only waits. The child, `python -m imaginet_pt ...`, has the libraries' output go
to a file that the user need not see, and Python's own errors to the user.
"""

import os
import re
import signal
import subprocess
import sys
import tempfile
import threading

from ..backends.distributed import Lost
from ..errors import UserError

TERMINAL = "IMAGINET_STDERR"  # the user's error stream in the child, a file descriptor
LOST = 75  # exit status of a child that has lost the others
LEAVE_SECONDS = 30  # in which others may see that this process stops, and stop too


def is_child():
    """Whether this process is the child."""
    return TERMINAL in os.environ


def supervise(group):
    """Do this process's command line in a child; the exit status.

    Raises:
        UserError: the child was aborted, or lost the other processes.
    """
    with tempfile.TemporaryFile("w+", errors="replace") as told:
        child = _start(told)
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda number, frame: child.send_signal(number))
        status = child.wait()
        told.seek(0)
        if status < 0 or status == LOST:
            raise UserError(f"{group}: {_reason(status, told.read())}")
    return status


def _start(told):
    terminal = os.dup(2)
    try:
        return subprocess.Popen(
            [sys.executable, "-m", "imaginet_pt", *sys.argv[1:]],
            env=os.environ | {TERMINAL: str(terminal)},
            pass_fds=[terminal],
            stdin=subprocess.PIPE,  # closed when this process ends
            stdout=told,
            stderr=told,
            start_new_session=True,  # Ctrl-C comes through this process, once
        )
    finally:
        os.close(terminal)


def _reason(status, told):
    """Why the child ended with `status`, from what it and JAX told."""
    found = re.search(r"distributed service detected fatal errors.*absl::Status: ([^.\n]*)", told)
    if status == LOST or found:
        why = found[1] if found else told.strip().rpartition("\n")[2]
        return (
            f"another process has ended or does not answer ({why}); see what it says, and go on "
            "with --resume"
        )
    return f"ended by {signal.Signals(-status).name}: {told.strip()[-1000:] or 'it said nothing'}"


def _end_with_parent():
    """End this process when its standard input closes, which the parent holds open."""
    os.read(0, 1)
    os._exit(1)


def _hurry(status):
    """End before long, though JAX has a process wait at its end for the others."""
    timer = threading.Timer(LEAVE_SECONDS, os._exit, [status])
    timer.daemon = True
    timer.start()


def run_child(command):
    """Do `command()` in the child; return its exit status."""
    sys.stderr = os.fdopen(int(os.environ[TERMINAL]), "w", buffering=1)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    try:
        status = command()
    except Lost as lost:
        os.write(2, f"{lost}\n".encode())
        os._exit(LOST)
    except BaseException:
        _hurry(1)
        raise
    if status:
        _hurry(status)
    return status
