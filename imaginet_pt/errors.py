"""Users' mistakes: their exceptions, how others become one, and how a message shows a value."""

import contextlib
import errno
import reprlib
from collections.abc import Callable, Iterator
from typing import Any, ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")

MAX_QUOTED, MAX_SHOWN = 60, 80  # characters of a value, before and after they are escaped
MAX_LINE = 500  # characters of a message; of a longer one the middle is left out

CHOOSE = "choose another folder"
# What to do about an error of the system.
FIXES = {
    errno.ENOSPC: f"free space or {CHOOSE}",
    errno.EDQUOT: f"free space or {CHOOSE}",
    errno.EFBIG: f"free space or {CHOOSE}",
    errno.EIO: f"free space or {CHOOSE}",
    errno.EACCES: f"change its permissions or {CHOOSE}",
    errno.EMFILE: "allow more open files (ulimit -n)",
    errno.ENFILE: "allow more open files",
    errno.ENAMETOOLONG: "choose a shorter name",
    errno.ENOMEM: "free memory",
}


class _Repr(reprlib.Repr):
    """Short representations, also of integers that Python does not turn into digits."""

    def repr_int(self, x: int, level: int) -> str:
        return "a huge int" if x.bit_length() > 1000 else super().repr_int(x, level)


_REPR = _Repr()
_REPR.maxstring = _REPR.maxother = _REPR.maxlong = MAX_QUOTED
_REPR.maxlevel, _REPR.maxlist, _REPR.maxdict, _REPR.maxtuple = 2, 3, 3, 3


def quoted(value: object) -> str:
    r"""Return `repr(value)`, printable and cut to about 60 characters.

    >>> quoted("a\tb"), quoted([1] * 1000)
    ("'a\\tb'", '[1, 1, 1, ...]')
    """
    if isinstance(value, str):
        shown = printable(repr(value[:MAX_QUOTED])) + ("..." if len(value) > MAX_QUOTED else "")
    else:
        shown = printable(_REPR.repr(value))
    return shown if len(shown) <= MAX_SHOWN else f"{shown[:MAX_SHOWN]}..."


def printable(text: str) -> str:
    r"""Return `text` with control characters, half surrogates and the like as escapes.

    >>> printable("a\x1b[31mb")
    'a\\x1b[31mb'
    """
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


class UserError(ValueError):
    """A user's mistake: one line that names the value, what was expected, and the remedy.

    White space in the message becomes single spaces, and characters that cannot be printed are
    escaped, since they may come from a file. An argument or a setting is named in backticks, as in
    "`rate` is -1; it must be above 0"; the command line shows it as `--rate`. Values are shown by
    `quoted`.
    """

    def __init__(self, message: object) -> None:
        line = printable(" ".join(str(message).split()))
        if len(line) > MAX_LINE:
            line = f"{line[: MAX_LINE // 2]} ... {line[5 - MAX_LINE // 2 :]}"
        super().__init__(line)


class UserTypeError(UserError, TypeError):
    """A user's mistake: a value of the wrong type."""


@contextlib.contextmanager
def explained(message: Callable[[Any], str], *kinds: type[Exception]) -> Iterator[None]:
    """Turn errors of some kinds, of a library or the system, into one line for the user.

    Args:
        message: makes the line of the error.
        kinds: the errors; a `UserError` stays as it is.

    Raises:
        UserError: the line.
    """
    try:
        yield
    except UserError:
        raise
    except kinds as error:
        raise UserError(message(error)) from error


def attempt(function: Callable[P, T], *args: P.args, **options: P.kwargs) -> tuple[T | None, str]:
    """Return what the function returns and "", or None and the message of its `UserError`.

    >>> attempt(int, "7")
    (7, '')
    """
    try:
        return function(*args, **options), ""
    except UserError as error:
        return None, str(error)


def reason(error: BaseException | str) -> str:
    """Return in a few words what happened: the first line, without the number and the file."""
    lines = str(getattr(error, "strerror", None) or error).splitlines()
    return lines[0] if lines else type(error).__name__


def remedy(error: OSError, otherwise: str) -> str:
    """Return what to do about an error of the system, by `FIXES`."""
    return FIXES.get(error.errno or 0, otherwise)
