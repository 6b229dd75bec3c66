"""The exceptions for users' mistakes, and how their messages show a value."""

import reprlib

MAX_QUOTED, MAX_SHOWN = 60, 80  # characters of a value, before and after they are escaped
MAX_LINE = 500  # characters of a message; of a longer one the middle is left out

_REPR = reprlib.Repr()
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
        try:
            shown = printable(_REPR.repr(value))
        except ValueError:  # an integer of thousands of digits
            return f"a huge {type(value).__name__}"
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
