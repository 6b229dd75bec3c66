"""The frame around every command: its streams, its errors in one line, its exit status."""

import signal
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import nullcontext
from typing import Any

from ..errors import UserError, reason, remedy
from ..training.interrupt import Stopped, exit_status, interruptible
from . import streams
from .parser import build_parser, is_quiet, parse, with_flags

MISTAKE = 2  # exit status of a user's mistake
# In a shell, the status of a program that a signal ended is 128 plus the signal's number. SIGPIPE
# ends programs whose reader has left a pipe; there the status of the reader, as of `head`, counts.
READER_LEFT = 128 + signal.SIGPIPE


def run(commands: Mapping[str, str], arguments: Sequence[Any]) -> int:
    """Run one of `commands` and return the exit status.

    0: success; 2: a user's mistake, or something that the system lacks, reported in one line;
    130, 143, 129: stopped by Ctrl-C, SIGTERM, SIGHUP; 141: nobody reads the output any more.
    """
    words = [str(argument) for argument in arguments]
    with streams.guarded_streams() as heartbeat:
        try:
            with interruptible(), nullcontext() if is_quiet(words) else heartbeat.beating():
                return _run(commands, words)
        except tuple(ENDINGS) as error:
            return next(end(error) for kind, end in ENDINGS.items() if isinstance(error, kind))


def _run(commands: Mapping[str, str], words: Sequence[str]) -> int:
    """Run a command and flush its output, even if it ends by SystemExit."""
    try:
        args = parse(build_parser(commands, words[0] if words else None), words)
        args.run_command(args)
    except Stopped as stopped:
        print(f"imaginet: {stopped}; {args.go_on}", file=sys.stderr)
        return stopped.status
    finally:
        sys.stdout.flush()
    return 0


def _fail(message: str) -> int:
    """Report an error in one line."""
    print(f"imaginet: error: {message}", file=sys.stderr)
    return MISTAKE


def _describe(error: OSError) -> str:
    """Say what the system refused, and what to do about it."""
    name = f"{error.filename}: " if error.filename else ""
    return f"{name}{reason(error)}; {remedy(error, 'check it')}"


# Kind of an error -> the exit status after it is reported; the first kind that fits counts.
ENDINGS: dict[type[BaseException], Callable[[Any], int]] = {
    UserError: lambda error: _fail(with_flags(str(error))),
    MemoryError: lambda error: _fail(
        f"not enough memory ({error}); give smaller sizes, or free memory"
    ),
    BrokenPipeError: lambda error: READER_LEFT,
    OSError: lambda error: _fail(_describe(error)),
    KeyboardInterrupt: exit_status,
}
