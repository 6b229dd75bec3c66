"""The standard streams, made safe in every state.

Within `guarded_streams`, output either reaches the user or ends the command with an error of one
line, as on a full disk or a closed stream. Characters that the encoding lacks, and escape sequences
that a terminal would obey, are escaped. A reader that leaves raises BrokenPipeError. The error
stream never stops a command: training continues when nobody reads its progress any more. What is
written to a terminal takes the place of a sign of life, `heartbeat`.
"""

import contextlib
import logging
import os
import sys
import unicodedata
import warnings
from collections.abc import Iterator
from typing import Any, TextIO, cast

from ..errors import UserError, reason
from .heartbeat import STILL, Heartbeat

# What a character of these categories does is not text: control, direction, line and paragraph.
UNPRINTABLE = {"Cc", "Cf", "Zl", "Zp"}
KEPT = "\n\t\r\u200c\u200d\u00ad"  # of these, harmless; \r moves a progress bar


class Output:
    """The standard output, which turns a failure to write into an error of one line."""

    def __init__(self, stream: TextIO, heartbeat: Heartbeat) -> None:
        """Wrap `stream`."""
        self.stream, self._heartbeat = stream, heartbeat
        self._terminal = stream.isatty()

    def __getattr__(self, name: str) -> Any:
        """Return an attribute of the wrapped stream."""
        return getattr(self.stream, name)

    def write(self, text: str) -> int:
        """Write text; for a terminal, escape characters that it would obey."""
        with STILL, _guarded(self.stream):
            if self._terminal:
                self._heartbeat.give_way(text)
            self.stream.write(printable(text) if self._terminal else text)
        return len(text)

    def flush(self) -> None:
        """Write buffered text; whoever reads it may write to the same terminal."""
        with STILL, _guarded(self.stream):
            if not self._terminal:
                self._heartbeat.give_way("\n")
            self.stream.flush()


class Log:
    """The error stream, which ignores a failure to write."""

    def __init__(self, stream: TextIO, heartbeat: Heartbeat) -> None:
        """Wrap `stream`."""
        self.stream, self._heartbeat = stream, heartbeat

    def __getattr__(self, name: str) -> Any:
        """Return an attribute of the wrapped stream."""
        return getattr(self.stream, name)

    def write(self, text: str) -> int:
        """Write text, escaping characters that a terminal would obey."""
        with STILL, _guarded(self.stream, silently=True):
            self._heartbeat.give_way(text)
            self.stream.write(printable(text))
        return len(text)

    def flush(self) -> None:
        """Write buffered text."""
        with _guarded(self.stream, silently=True):
            self.stream.flush()


@contextlib.contextmanager
def _guarded(stream: TextIO, silently: bool = False) -> Iterator[None]:
    """Discard what cannot be written, and report it unless `silently`.

    Raises:
        BrokenPipeError: nobody reads it any more.
        UserError: it cannot be written for another reason.
    """
    try:
        yield
    except OSError as error:
        _discard(stream)
        if silently:
            return
        if isinstance(error, BrokenPipeError):
            raise
        raise UserError(
            f"cannot write the output: {reason(error)}; free space, or send it to another file"
        ) from error


def printable(text: str) -> str:
    r"""Return `text` with control and direction characters escaped, as \x1b.

    >>> printable("a \x1b[31mdog")
    'a \\x1b[31mdog'
    """
    if text.isprintable():
        return text
    return "".join(
        character
        if character in KEPT or unicodedata.category(character) not in UNPRINTABLE
        else character.encode("unicode_escape").decode()
        for character in text
    )


def write_bytes(content: bytes) -> None:
    """Write bytes to the standard output."""
    with STILL, _guarded(sys.stdout):
        sys.stdout.flush()
        sys.stdout.buffer.write(content)


def _discard(stream: TextIO) -> None:
    """Discard the buffered output of `stream`, so that closing it cannot fail."""
    with contextlib.suppress(OSError):  # it has no descriptor, or none is left
        null = os.open(os.devnull, os.O_WRONLY)
        os.dup2(null, stream.fileno())
        os.close(null)


@contextlib.contextmanager
def guarded_streams() -> Iterator[Heartbeat]:
    """Guard the standard streams, and drop libraries' warnings, which users cannot act on.

    Yields:
        The heartbeat of the error stream.
    """
    before = sys.stdin, sys.stdout, sys.stderr, warnings.showwarning, logging.root.manager.disable
    _open_closed_streams()
    if hasattr(sys.stdout, "reconfigure"):
        sys.stdout.reconfigure(errors="backslashreplace")
    heartbeat = Heartbeat(sys.stderr)
    sys.stdout = cast(TextIO, Output(sys.stdout, heartbeat))
    sys.stderr = cast(TextIO, Log(sys.stderr, heartbeat))
    warnings.showwarning = lambda *args, **kwargs: None
    logging.disable(logging.WARNING)
    try:
        yield heartbeat
    finally:
        sys.stdin, sys.stdout, sys.stderr, warnings.showwarning, disabled = before
        logging.disable(disabled)


def _open_closed_streams() -> None:
    """Open streams that were closed when the program began, so that no file takes their number.

    The standard output is opened so that writing still fails.
    """
    modes = {0: os.O_RDONLY, 1: os.O_RDONLY, 2: os.O_WRONLY}
    for number, mode in modes.items():
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, mode)
    sys.stdin = sys.stdin or os.fdopen(0, closefd=False)
    sys.stdout = sys.stdout or os.fdopen(1, "w", closefd=False)
    sys.stderr = sys.stderr or os.fdopen(2, "w", closefd=False)
