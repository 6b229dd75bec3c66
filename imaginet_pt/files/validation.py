"""Check values read from files: types, texts, names and paths."""

import re
from pathlib import PureWindowsPath
from typing import Any

from ..errors import UserError, quoted

MAX_TEXT = 10_000  # characters; COCO's longest caption has about 300
JSON_TYPES = {
    dict: "an object", list: "a list", str: "a string", int: "an integer", bool: "true or false",
}  # fmt: skip
SURROGATE = re.compile("[\ud800-\udfff]")


def check_words(values: list[Any], path: object) -> list[str]:
    """Return the list `values` of the file `path` after checking that all are usable strings.

    Raises:
        UserError: one is empty, not a string, or has lone surrogates.
    """
    for place, value in enumerate(values):
        if type(value) is not str or not value or has_surrogates(value):
            raise UserError(
                f"{path}: entry {place} is {quoted(value)}; write a string that is not empty"
            )
    return values


def has_surrogates(text: str) -> bool:
    """Tell whether `text` has lone surrogates, halves of characters that no file can hold."""
    return SURROGATE.search(text) is not None


def field(record: Any, key: str, kind: type, place: object) -> Any:
    """Return `record[key]`, which must exist and have exactly the JSON type `kind`.

    Raises:
        UserError: it is not; the message begins with the `place` of the record.
    """
    if type(record) is not dict:
        raise UserError(f"{place}: expected an object, found {quoted(record)}; correct it")
    if key not in record:
        raise UserError(f"{place}: no {key!r}; add it, {JSON_TYPES[kind]}")
    if type(record[key]) is not kind:
        raise UserError(f"{place}: {key!r} is {quoted(record[key])}; make it {JSON_TYPES[kind]}")
    return record[key]


def text(record: Any, key: str, place: object) -> str:
    """Return the string `record[key]`: not blank, of at most `MAX_TEXT` whole characters.

    Raises:
        UserError: it is not; the message begins with the `place` of the record.
    """
    value: str = field(record, key, str, place)
    if not value or value.isspace():
        raise UserError(f"{place}: {key!r} is empty; write something or take it out")
    if len(value) > MAX_TEXT:
        raise UserError(
            f"{place}: {key!r} has {len(value):,} characters, at most {MAX_TEXT:,} are read; "
            "shorten it"
        )
    if has_surrogates(value):
        raise UserError(f"{place}: {key!r} has a lone surrogate, {quoted(value)}; correct it")
    return value


def name(record: Any, key: str, place: object) -> str:
    """Return `text(record, key, place)`, which must be printable: names go into messages.

    Raises:
        UserError: it is not; the message begins with the `place` of the record.
    """
    value = text(record, key, place)
    if not value.isprintable():
        raise UserError(f"{place}: {key!r} is {quoted(value)}; use printable characters")
    return value


def stays_inside(path: str) -> bool:
    """Tell whether a relative path stays inside its folder, on every operating system."""
    windows = PureWindowsPath(path)
    return not windows.anchor and ".." not in windows.parts
