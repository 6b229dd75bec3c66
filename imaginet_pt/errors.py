"""The exceptions that stand for a user's mistake, and how a value is shown in them."""

import reprlib

MAX_QUOTED, MAX_SHOWN = 60, 80  # characters of a value, before and after they are escaped
MAX_LINE = 500  # characters of a message; of a longer one the middle is left out

_REPR = reprlib.Repr()
_REPR.maxstring = _REPR.maxother = _REPR.maxlong = MAX_QUOTED
_REPR.maxlevel, _REPR.maxlist, _REPR.maxdict, _REPR.maxtuple = 2, 3, 3, 3


def quoted(value: object) -> str:
    r"""Return `value` as Python writes it, printable, and no more than 60 characters of it.

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
    """A mistake of the user: one line that names the value, what was wanted and the fix.

    White space in the message, which may come from a file, becomes single spaces, and what cannot
    be printed is escaped. An argument or a setting is named in backticks, as in "`rate` is -1; it
    must be above 0": a Python user knows it by that name, and the command line shows it as
    `--rate`. A value is shown by `quoted`.
    """

    def __init__(self, message: object) -> None:
        line = printable(" ".join(str(message).split()))
        if len(line) > MAX_LINE:
            line = f"{line[: MAX_LINE // 2]} ... {line[5 - MAX_LINE // 2 :]}"
        super().__init__(line)


class UserTypeError(UserError, TypeError):
    """A mistake of the user: a value of the wrong type."""
