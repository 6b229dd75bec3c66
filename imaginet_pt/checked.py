"""Reading what the user gives: bounded in size, and each value of the type that is wanted."""

import gzip
import json
import reprlib
import zlib
from pathlib import PureWindowsPath

from .errors import UserError

MAX_JSON = 2**29  # bytes; COCO's dataset.json, the largest known, has 0.15 GB
MAX_TEXT = 10_000  # characters; COCO's longest caption has about 300
UNPACKED_FLOOR, UNPACKED_RATIO = 2**25, 50  # captions pack about 5 to 1, CNN features 2 to 15 to 1
JSON_TYPES = {dict: "an object", list: "a list", str: "a string", int: "an integer"}


def unpacked_limit(path):
    """Bytes that the packed file `path` may unpack to: 32 MiB, or 50 times its own size."""
    return max(UNPACKED_FLOOR, UNPACKED_RATIO * path.stat().st_size)


def read_json(path):
    """The object in a JSON file, plain or `.gz`, without the `tokens` and `sentids` in it.

    These two lists are most of neuraltalk's dataset.json and are not used here; dropped while
    the file is read, they never fill the memory.

    Raises:
        UserError: the file is missing, too large, broken, or holds something else.
    """
    opener, limit = gzip.open if path.suffix == ".gz" else open, MAX_JSON
    try:
        if opener is gzip.open:
            limit = min(limit, unpacked_limit(path))
        with opener(path, "rb") as file:
            content = file.read(limit + 1)
        if len(content) > limit:
            raise UserError(f"{path} holds more than {limit:,} bytes of JSON; split it up")
        value = json.loads(content.decode("utf-8"), object_hook=_without_tokens)
    except (OSError, EOFError, zlib.error) as error:
        reason = getattr(error, "strerror", None) or error
        raise UserError(f"cannot read {path}: {reason}; check the name, or get it again") from error
    except (ValueError, RecursionError) as error:
        raise UserError(f"{path} is not JSON: {error}; get it again or correct it") from error
    if type(value) is not dict:
        raise UserError(f"{path}: wanted an object, found {reprlib.repr(value)}; correct it")
    return value


def _without_tokens(record):
    record.pop("tokens", None)
    record.pop("sentids", None)
    return record


def field(record, key, kind, place):
    """`record[key]`, which must be there and be exactly of the JSON type `kind`."""
    if type(record) is not dict:
        raise UserError(f"{place}: wanted an object, found {reprlib.repr(record)}; correct it")
    if key not in record:
        raise UserError(f"{place}: no {key!r}; add it, {JSON_TYPES[kind]}")
    if type(record[key]) is not kind:
        found = reprlib.repr(record[key])
        raise UserError(f"{place}: {key!r} is {found}; make it {JSON_TYPES[kind]}")
    return record[key]


def text(record, key, place):
    """The string `record[key]`: not blank, at most `MAX_TEXT` characters, no half characters."""
    value = field(record, key, str, place)
    if not value or value.isspace():
        raise UserError(f"{place}: {key!r} is empty; write something or take it out")
    if len(value) > MAX_TEXT:
        raise UserError(
            f"{place}: {key!r} has {len(value):,} characters, at most {MAX_TEXT:,} are read; "
            "shorten it"
        )
    if any("\ud800" <= character <= "\udfff" for character in value):
        raise UserError(f"{place}: {key!r} has a lone surrogate, {ascii(value)[:40]}; correct it")
    return value


def name(record, key, place):
    """As `text`, and all of it printable: a name goes into messages and tables."""
    value = text(record, key, place)
    if not value.isprintable():
        raise UserError(f"{place}: {key!r} is {reprlib.repr(value)}; use printable characters")
    return value


def stays_inside(path):
    """Whether a relative path stays inside its folder, by the rules of every system."""
    path = PureWindowsPath(path)
    return not path.anchor and ".." not in path.parts
