"""Benchmarks of word similarity, recognized by their word pairs, not by file names."""

import hashlib
import os
from collections.abc import Mapping, Sequence
from os import PathLike
from typing import NamedTuple

from ..errors import UserError
from . import word_pairs
from .word_pairs import WordPair

SIMLEX, MEN = "SimLex-999", "MEN"


class Benchmark(NamedTuple):
    """The features by which a benchmark is recognized.

    Attributes:
        pairs: the number of its pairs.
        digest: the `digest` of its pairs; empty if that varies from file to file.
        samples: some of its pairs, for files without the digest or with another form of the words.
    """

    pairs: int
    digest: str
    samples: Sequence[tuple[str, str]] = ()


BENCHMARKS = {
    SIMLEX: Benchmark(999, "06c63df5ccc5c946"),
    # Natural words by their digest, lemmas by a few pairs that are the same in both forms.
    MEN: Benchmark(3000, "358b8f083ff4f163", [("sun", "sunlight"), ("automobile", "car")]),
    "SimVerb-3500": Benchmark(3500, "ee14ec02e138a0fd"),
    "WordSim-353": Benchmark(353, "4eed37dabb2a4ad6", [("love", "sex"), ("tiger", "cat")]),
    "RG-65": Benchmark(65, "", [("gem", "jewel"), ("cord", "smile"), ("rooster", "voyage")]),
}


# SimLex-999 lists its adjectives first, then its nouns, then its verbs.
SIMLEX_PARTS = {"adjectives": slice(0, 111), "nouns": slice(111, 777), "verbs": slice(777, 999)}


def parts_of_speech(name: str) -> dict[frozenset[str], str]:
    """Return the part of speech of each pair of a benchmark whose pairs have one; else nothing."""
    if name != SIMLEX:
        return {}
    pairs = word_pairs.simlex()
    return {
        frozenset(_words(pair)): part for part, rows in SIMLEX_PARTS.items() for pair in pairs[rows]
    }


def identify(pairs: Sequence[WordPair]) -> str:
    """Return the name of the benchmark with these pairs, or an empty string.

    Scores, letter case, and the order of words and of pairs make no difference.
    """
    for name, benchmark in BENCHMARKS.items():
        if len(pairs) == benchmark.pairs:
            unordered = {frozenset(_words(pair)) for pair in pairs}
            samples = {frozenset(sample) for sample in benchmark.samples}
            if digest(pairs) == benchmark.digest or (samples and samples <= unordered):
                return name
    return ""


def digest(pairs: Sequence[WordPair]) -> str:
    """Return 16 hexadecimal digits of the SHA-256 of the lower-cased pairs, without scores."""
    lines = {" ".join(sorted(_words(pair))) for pair in pairs}
    return hashlib.sha256("\n".join(sorted(lines)).encode()).hexdigest()[:16]


def describe(pairs: Sequence[WordPair]) -> str:
    """Describe the pairs in words, as in "the 999 pairs of SimLex-999"."""
    name = identify(pairs)
    return f"the {len(pairs):,} pairs of {name}" if name else f"{len(pairs):,} pairs of your own"


def load(
    simlex: str | PathLike[str] | None = None,
    men: str | PathLike[str] | None = None,
    pairs: Sequence[str] = (),
) -> dict[str, list[WordPair]]:
    """Load benchmarks by name: SimLex-999, which comes with gensim, and any others given.

    Args:
        simlex: a file of SimLex-999 to use instead of gensim's.
        men: a file of MEN.
        pairs: "NAME=FILE" for each other one, or "FILE" if `identify` recognizes it.

    Raises:
        UserError: a file cannot be read, or its pairs are not those of the named benchmark.
    """
    loaded = {SIMLEX: read(simlex, SIMLEX, "simlex") if simlex else word_pairs.simlex()}
    if men:
        loaded[MEN] = read(men, MEN, "men")
    for text in pairs:
        name, own = _read_named(text)
        if name == SIMLEX and not simlex:
            simlex = text  # in place of gensim's
        elif name in loaded:
            raise UserError(f"`pairs` {text}: {name} is there already; give it once")
        loaded[name] = own
    return loaded


def read(path: str | PathLike[str], name: str, argument: str) -> list[WordPair]:
    """Read the benchmark called `name`.

    Args:
        path: its file.
        name: one of `BENCHMARKS`.
        argument: the argument that named the file, for messages.

    Raises:
        UserError: the file cannot be read, or holds other pairs.
    """
    pairs = word_pairs.read_pairs(path)
    if identify(pairs) != name:
        raise UserError(
            f"`{argument}` {path} holds {describe(pairs)}, not the {BENCHMARKS[name].pairs:,} of "
            f"{name}; give {name}'s file, or give this one as `pairs` {_suggestion(pairs, path)}"
        )
    return pairs


def file_paths(options: Mapping[str, str | Sequence[str] | None]) -> list[str]:
    """List the files that `simlex`, `men` and `pairs` name."""
    files = [str(options[name]) for name in ("simlex", "men") if options.get(name)]
    return files + [_split_name(text)[1] for text in options.get("pairs") or ()]


def _split_name(text: str) -> tuple[str, str]:
    """Return name and path of NAME=FILE; the name is empty for FILE alone, which may have a `=`."""
    name, equals, path = text.partition("=")
    return ("", text) if not equals or os.path.exists(text) else (name, path)


def _read_named(text: str) -> tuple[str, list[WordPair]]:
    """Read NAME=FILE or FILE."""
    name, path = _split_name(text)
    pairs = word_pairs.read_pairs(path)
    known = identify(pairs)
    if not known and not name:
        raise UserError(f"`pairs` {path} holds {describe(pairs)}; name them: `pairs` NAME={path}")
    if known and name and name.lower() != known.lower():
        raise UserError(f"`pairs` {text}: these are {describe(pairs)}; call them {known}")
    if not known and name.lower() in map(str.lower, BENCHMARKS):
        raise UserError(f"`pairs` {text}: these are {describe(pairs)}, not {name}; rename them")
    return known or name, pairs


def _suggestion(pairs: Sequence[WordPair], path: str | PathLike[str]) -> str:
    return str(path) if identify(pairs) else f"NAME={path}"


def _words(pair: WordPair) -> tuple[str, str]:
    return pair.first.lower(), pair.second.lower()
