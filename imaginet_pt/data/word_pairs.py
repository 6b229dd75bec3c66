"""Read word pairs with human similarity ratings: MEN, SimLex-999 and others."""

import math
import re
from dataclasses import dataclass
from itertools import dropwhile
from os import PathLike

from ..errors import UserError, quoted
from ..files import reading

_WORD = r"[^\s#]\S*"
_SCORE = r"(?P<score>[-+]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][-+]?[0-9]+)?)"
_PLAIN = rf"(?P<first>{_WORD})[ \t]+(?P<second>{_WORD})[ \t]+{_SCORE}"
_LEMMA = rf"(?P<first>{_WORD})-[nvj][ \t]+(?P<second>{_WORD})-[nvj][ \t]+{_SCORE}"
_SIMLEX = rf"(?P<first>{_WORD})\t(?P<second>{_WORD})\t[ANV]\t{_SCORE}(?:\t.*)?"
_SEPARATED = rf"(?P<first>[^\s#,;]+)[\t,;][ ]*(?P<second>[^\s,;]+)[\t,;][ ]*{_SCORE}"
# Header (None: there is none) and line of each kind of file; the first kind that fits is taken.
FORMATS = {
    "official SimLex-999": (r"word1\tword2\tPOS\tSimLex999(?:\t.*)?", _SIMLEX),
    "gensim's SimLex-999": (r"#.*", _PLAIN),
    "MEN lemma form": (None, _LEMMA),
    "SimVerb-3500": (None, _SIMLEX),
    "official WordSim-353": (r"Word 1[\t,]Word 2[\t,]Human \(mean\).*", _SEPARATED),
    "semicolons, as RG-65": (None, _SEPARATED),
    "three columns": (None, _PLAIN),
}


@dataclass(frozen=True)
class WordPair:
    """Two words, and how similar or related people find them, on the scale of the file."""

    first: str
    second: str
    score: float


def read_pairs(path: str | PathLike[str]) -> list[WordPair]:
    """Return the pairs of a file in one of `FORMATS`, in order; the first line decides which.

    Blank lines at the end are ignored; every other line must be a pair.

    Raises:
        UserError: the file cannot be read or has no pair, or a line is not a pair (its number is
            in the message).
    """
    text = reading.read_text(path, "save it as UTF-8, lines of two words and a score")
    lines = list(enumerate(text.rstrip("\n").split("\n"), start=1))
    header, pair = _format(lines[0][1])
    if header:
        lines = list(dropwhile(lambda line: re.fullmatch(header, line[1]), lines))
    if not lines or lines == [(1, "")]:
        raise UserError(f"{path} has no word pair; give lines of two words and a score")
    return [_pair(pair, line, f"{path}, line {number}") for number, line in lines]


def simlex() -> list[WordPair]:
    """Return SimLex-999 (Hill, Reichart and Korhonen 2015), from the copy inside gensim."""
    from gensim.test.utils import datapath

    return read_pairs(datapath("simlex999.txt"))


def _format(line: str) -> tuple[str | None, str]:
    """Return the patterns of header and pairs in the kind of file that begins with `line`."""
    fits = (kind for kind in FORMATS.values() if re.fullmatch(kind[0] or kind[1], line))
    return next(fits, FORMATS["three columns"])


def _pair(pattern: str, line: str, place: str) -> WordPair:
    match = re.fullmatch(pattern, line)
    score = float(match["score"]) if match else math.nan
    if match is None or not math.isfinite(score):
        raise UserError(
            f"{place}: {quoted(line)} is not two words and a score; correct or delete it"
        )
    return WordPair(match["first"], match["second"], score)
