"""Read JSON, one record at a time where a file has millions of them."""

import codecs
import json
import re
from collections.abc import Callable, Iterator, Mapping
from os import PathLike
from typing import Any, NoReturn

from ..errors import UserError, explained, quoted
from .reading import MAX_FILE, read_bytes, read_pieces
from .validation import JSON_TYPES, check_words

MAX_JSON = 2**28  # bytes; COCO's dataset.json, the largest known, has 0.15 GB
MAX_GROUPS = 2_500_000  # lists and objects in it; COCO's has about 1.6 million
MAX_KEYS = 1000  # of the object that is the file
WINDOW, MAX_VALUE = 2**20, 2**24  # characters: kept ahead at least, and of one value at most
CORRECT = "get it again or correct it"
SPACE = re.compile(r"[ \t\r\n]*")

Convert = Callable[[int, Any], Any]


def read_json(
    path: str | PathLike[str],
    convert: Mapping[str, Convert] | None = None,
    limit: int | None = None,
) -> dict[str, Any]:
    """Return the object in a JSON file, plain or `.gz`.

    Args:
        path: the file.
        convert: for each key whose value is a long list, a function of the index and the entry
            that returns what to keep. Nothing else of such a list stays in memory.
        limit: how many bytes the file may have, unpacked; by default `MAX_JSON`.

    Raises:
        UserError: the file is missing, too large, broken, or holds something else.
    """
    limit = limit or MAX_JSON
    _check_groups(path, limit)
    window = _Window(path, limit)
    if window.next_character() != "{":
        raise _wrong_type(dict, window.value(), path)
    content, beside = {}, 0
    for keys, key in enumerate(window.members(), start=1):
        start = window.position
        if convert and key in convert and window.next_character() == "[":
            content[key] = [convert[key](i, entry) for i, entry in enumerate(window.entries())]
        else:
            content[key] = window.value()
            beside += window.position - start
        if keys > MAX_KEYS or beside > MAX_VALUE:
            raise UserError(
                f"{path} has more than {MAX_KEYS:,} keys, or values of more than {MAX_VALUE:,} "
                "characters; split it up"
            )
    window.end()
    return content


def _check_groups(path: str | PathLike[str], limit: int) -> None:
    """Refuse a file with too many lists and objects before any of them is created."""
    groups = 0
    for piece in read_pieces(path, limit):
        groups += piece.count(b"[") + piece.count(b"{")
        if groups > MAX_GROUPS:
            raise UserError(f"{path} has more than {MAX_GROUPS:,} lists and objects; split it up")


def read_list(path: str | PathLike[str]) -> list[str]:
    """Return the list of strings in a JSON file, none of them empty or with lone surrogates.

    Raises:
        UserError: the file is missing, too large, broken, or holds something else.
    """
    return check_words(parse_json(read_bytes(path, MAX_FILE), list, path), path)


def parse_json(content: bytes, kind: type, path: object) -> Any:
    """Return the value of type `kind` that the JSON `content` of the file `path` holds.

    Raises:
        UserError: it is not JSON, or of another type.
    """
    kinds = ValueError, RecursionError
    with explained(lambda error: f"{path} is not JSON: {error}; {CORRECT}", *kinds):
        value = json.loads(content.decode("utf-8-sig"))
    if type(value) is not kind:
        raise _wrong_type(kind, value, path)
    return value


def _wrong_type(kind: type, value: object, path: object) -> UserError:
    return UserError(f"{path}: expected {JSON_TYPES[kind]}, found {quoted(value)}; correct it")


class _Window:
    """The part of a JSON text that is being read, with at least `WINDOW` characters ahead."""

    def __init__(self, path: str | PathLike[str], limit: int) -> None:
        self.path, self.pieces = path, read_pieces(path, limit)
        self.text, self.place, self.dropped, self.lines = "", 0, 0, 1
        self.whole = False  # whether all of the file has been read
        self.decode_bytes = codecs.getincrementaldecoder("utf-8-sig")().decode
        self.decode_value = json.JSONDecoder().raw_decode

    def _fill(self, ahead: int = WINDOW) -> None:
        if self.whole or len(self.text) - self.place >= ahead:
            return
        read = self.text[self.place :]
        self.dropped += self.place
        self.lines += self.text.count("\n", 0, self.place)
        self.place, parts, length = 0, [read], len(read)
        while length < ahead + WINDOW and not self.whole:
            parts.append(self._next_piece())
            length += len(parts[-1])
        self.text = "".join(parts)

    def _next_piece(self) -> str:
        piece = next(self.pieces, b"")
        self.whole = not piece
        try:
            return self.decode_bytes(piece, self.whole)
        except UnicodeDecodeError as error:
            self._refuse(str(error), self.place)

    def _refuse(self, reason: str, place: int) -> NoReturn:
        line = self.lines + self.text.count("\n", 0, place)
        raise UserError(
            f"{self.path} is not JSON: {reason}, line {line}, character {self.dropped + place}; "
            f"{CORRECT}"
        )

    @property
    def position(self) -> int:
        """Characters that were read so far."""
        return self.dropped + self.place

    def next_character(self) -> str:
        """Skip white space and return the character after it; an empty string at the end."""
        while True:
            self._fill()
            match = SPACE.match(self.text, self.place)
            self.place = match.end() if match else self.place
            if self.place < len(self.text) or self.whole:
                return self.text[self.place : self.place + 1]

    def value(self) -> Any:
        """Read the value that comes next."""
        self.next_character()
        ahead = WINDOW
        while True:
            try:
                value, self.place = self.decode_value(self.text, self.place)
                return value
            except json.JSONDecodeError as error:
                if self.whole:
                    self._refuse(error.msg, error.pos)
                if ahead >= MAX_VALUE:
                    self._refuse(f"a value is broken, or longer than {MAX_VALUE:,}", self.place)
            except (ValueError, RecursionError) as error:  # thousands of digits, or of brackets
                self._refuse(str(error), self.place)
            ahead *= 4
            self._fill(ahead)

    def _skip(self, wanted: str) -> str:
        found = self.next_character()
        if not found or found not in wanted:
            self._refuse(f"expected {' or '.join(wanted)}", self.place)
        self.place += 1
        return found

    def entries(self) -> Iterator[Any]:
        """Read the list that comes next, one entry at a time."""
        self._skip("[")
        if self.next_character() == "]":
            self.place += 1
            return
        while True:
            yield self.value()
            if self._skip(",]") == "]":
                return

    def members(self) -> Iterator[str]:
        """Read the keys of the object that comes next; the caller reads the value of each."""
        self._skip("{")
        if self.next_character() == "}":
            self.place += 1
            return
        while True:
            if self.next_character() != '"':
                self._refuse("expected a key in double quotes", self.place)
            key = self.value()
            self._skip(":")
            yield key
            if self._skip(",}") == "}":
                return

    def end(self) -> None:
        """Check that nothing follows."""
        if self.next_character():
            self._refuse("extra data", self.place)
