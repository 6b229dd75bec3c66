"""Check values read from files: types, texts, names and paths."""

import re
import reprlib
from pathlib import PureWindowsPath

from ..errors import UserError

MAX_TEXT = 10_000  # characters; COCO's longest caption has about 300
JSON_TYPES = {
    dict: "an object", list: "a list", str: "a string", int: "an integer", bool: "true or false",
}  # fmt: skip
SURROGATE = re.compile("[\ud800-\udfff]")


def check_words(values, path):
    """The list `values` of the file `path`, all of them strings that can be written.

    Raises:
        UserError: one is empty, no string, or has half characters.
    """
    for place, value in enumerate(values):
        if type(value) is not str or not value or has_surrogates(value):
            found = ascii(value)[:40]
            raise UserError(f"{path}: entry {place} is {found}; write a string that is not empty")
    return values


def has_surrogates(text):
    """Whether there are lone surrogates in it, halves of characters that no file can hold."""
    return SURROGATE.search(text) is not None


def field(record, key, kind, place):
    """`record[key]`, which must be there and be exactly of the JSON type `kind`.

    Raises:
        UserError: it is not; the message begins with the `place` of the record.
    """
    if type(record) is not dict:
        raise UserError(f"{place}: wanted an object, found {reprlib.repr(record)}; correct it")
    if key not in record:
        raise UserError(f"{place}: no {key!r}; add it, {JSON_TYPES[kind]}")
    if type(record[key]) is not kind:
        found = reprlib.repr(record[key])
        raise UserError(f"{place}: {key!r} is {found}; make it {JSON_TYPES[kind]}")
    return record[key]


def text(record, key, place):
    """The string `record[key]`: not blank, at most `MAX_TEXT` characters, no half characters.

    Raises:
        UserError: it is not; the message begins with the `place` of the record.
    """
    value = field(record, key, str, place)
    if not value or value.isspace():
        raise UserError(f"{place}: {key!r} is empty; write something or take it out")
    if len(value) > MAX_TEXT:
        raise UserError(
            f"{place}: {key!r} has {len(value):,} characters, at most {MAX_TEXT:,} are read; "
            "shorten it"
        )
    if has_surrogates(value):
        raise UserError(f"{place}: {key!r} has a lone surrogate, {ascii(value)[:40]}; correct it")
    return value


def name(record, key, place):
    """As `text`, and all of it printable: a name goes into messages and tables.

    Raises:
        UserError: it is not; the message begins with the `place` of the record.
    """
    value = text(record, key, place)
    if not value.isprintable():
        raise UserError(f"{place}: {key!r} is {reprlib.repr(value)}; use printable characters")
    return value


def stays_inside(path):
    """Whether a relative path stays inside its folder, by the rules of every system."""
    path = PureWindowsPath(path)
    return not path.anchor and ".." not in path.parts
