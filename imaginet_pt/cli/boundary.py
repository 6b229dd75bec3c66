"""The frame around every command: its streams, its errors in one line, its exit status."""

import errno
import signal
import sys
from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from typing import Any

from ..errors import UserError
from ..training.interrupt import Interrupted, Stopped, interruptible
from . import streams
from .parser import build_parser, is_quiet, parse, with_flags

MISTAKE = 2  # exit status of a user's mistake
# In a shell, the status of a program that a signal ended is 128 plus the signal's number. SIGPIPE
# ends programs whose reader has left a pipe; there the status of the reader, as of `head`, counts.
READER_LEFT = 128 + signal.SIGPIPE
INTERRUPTED = 128 + signal.SIGINT


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
        except UserError as error:
            return _fail(with_flags(str(error)))
        except MemoryError as error:
            return _fail(f"not enough memory ({error}); give smaller sizes, or free memory")
        except BrokenPipeError:
            streams.discard(sys.stdout)
            return READER_LEFT
        except OSError as error:
            return _fail(_describe(error))
        except Interrupted as interrupted:
            return interrupted.status
        except KeyboardInterrupt:
            return INTERRUPTED


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
    """Report an error in one line, and discard output that cannot be written."""
    print(f"imaginet: error: {message}", file=sys.stderr)
    try:
        sys.stdout.flush()
    except (UserError, OSError):
        streams.discard(sys.stdout)
    return MISTAKE


def _describe(error: OSError) -> str:
    """Say what the system refused, and what to do about it."""
    fix = {
        errno.ENOSPC: "free space, or choose another folder",
        errno.EACCES: "change its permissions, or choose another",
        errno.ENAMETOOLONG: "choose a shorter name",
        errno.EMFILE: "allow more open files (ulimit -n)",
        errno.ENOMEM: "free memory",
    }.get(error.errno or 0, "check it")
    name = f"{error.filename}: " if error.filename else ""
    return f"{name}{error.strerror or error}; {fix}"
