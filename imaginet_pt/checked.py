"""Reading what the user gives: bounded in size, and each value of the type that is wanted."""

import contextlib
import gzip
import io
import json
import math
import re
import reprlib
from pathlib import Path, PureWindowsPath
from typing import Any

from numpy.lib import format as npy

from .errors import UserError

MAX_JSON = 2**28  # bytes; COCO's dataset.json, the largest known, has 0.15 GB
MAX_GROUPS = 5_000_000  # lists and objects in it; COCO's has about 1.6 million
MAX_FILE = 2**22  # bytes of word pairs, a vocabulary, a list; MEN's pairs have 60 KB
MAX_TEXT = 10_000  # characters; COCO's longest caption has about 300
UNPACKED_FLOOR, UNPACKED_RATIO = 2**25, 50  # captions pack about 5 to 1, CNN features 2 to 15 to 1
JSON_TYPES = {
    dict: "an object", list: "a list", str: "a string", int: "an integer", bool: "true or false",
}  # fmt: skip
SURROGATE = re.compile("[\ud800-\udfff]")
GET_AGAIN = "check the name, or get it again"


def unpacked_limit(path):
    """Bytes that the packed file `path` may unpack to: 32 MiB, or 50 times its own size."""
    return max(UNPACKED_FLOOR, UNPACKED_RATIO * path.stat().st_size)


@contextlib.contextmanager
def reading(path, fix=GET_AGAIN):
    """A block in which whatever the reading of the damaged file `path` raises becomes one line.

    Raises:
        UserError: that line, which ends with the `fix`.
    """
    try:
        yield
    except UserError:
        raise
    except Exception as error:  # decoders of damaged files raise anything
        lines = str(getattr(error, "strerror", None) or error).splitlines()
        reason = lines[0] if lines else type(error).__name__
        raise UserError(f"cannot read {path}: {reason}; {fix}") from error


def read_bytes(path, limit, opener=open, fix=GET_AGAIN):
    """The content of a file that `opener` opens; `fix` says what to do about one that is damaged.

    Raises:
        UserError: it is missing, damaged, or has more than `limit` bytes.
    """
    with reading(path, fix), opener(path, "rb") as file:
        content = file.read(limit + 1)
    if len(content) > limit:
        raise UserError(f"{path} holds more than {limit:,} bytes; split it up")
    return content


def read_text(path, fix):
    """The text of a UTF-8 file of at most `MAX_FILE` bytes, lines of which end as in Python.

    fix: says what file is wanted.

    Raises:
        UserError: the file is missing, too large, or no such text.
    """
    content = read_bytes(path, MAX_FILE, fix=fix)
    with reading(path, fix):
        return io.StringIO(content.decode("utf-8-sig"), newline=None).read()


def read_json(path):
    """The object in a JSON file, plain or `.gz`, without the `tokens` and `sentids` in it.

    These two lists are most of neuraltalk's dataset.json and are not used here; dropped while
    the file is read, they never fill the memory.

    Raises:
        UserError: the file is missing, too large, broken, or holds something else.
    """
    opener: Any = open
    limit = MAX_JSON
    if Path(path).suffix == ".gz":
        with reading(path):
            opener, limit = gzip.open, min(limit, unpacked_limit(path))
    return parsed(read_bytes(path, limit, opener), dict, path)


def read_list(path):
    """The list of strings in a JSON file, none of them empty or with half characters.

    Raises:
        UserError: the file is missing, too large, broken, or holds something else.
    """
    return words(parsed(read_bytes(path, MAX_FILE), list, path), path)


def parsed(content, kind, path):
    """What the JSON `content` (bytes) of the file `path` says, of the JSON type `kind`.

    Raises:
        UserError: it is no JSON, of another type, or has more than `MAX_GROUPS` lists and objects.
    """
    if content.count(b"[") + content.count(b"{") > MAX_GROUPS:
        raise UserError(f"{path} has more than {MAX_GROUPS:,} lists and objects; split it up")
    try:
        value = json.loads(content.decode("utf-8"), object_hook=_without_tokens)
    except (ValueError, RecursionError) as error:
        raise UserError(f"{path} is not JSON: {error}; get it again or correct it") from error
    if type(value) is not kind:
        wanted, found = JSON_TYPES[kind], reprlib.repr(value)
        raise UserError(f"{path}: wanted {wanted}, found {found}; correct it")
    return value


def words(values, path):
    """The list `values` of the file `path`, all of them strings that can be written.

    Raises:
        UserError: one is empty, no string, or has half characters.
    """
    for place, value in enumerate(values):
        if type(value) is not str or not value or _broken(value):
            found = ascii(value)[:40]
            raise UserError(f"{path}: entry {place} is {found}; write a string that is not empty")
    return values


def _broken(text):
    """Whether there are lone surrogates in it, halves of characters that no file can hold."""
    return SURROGATE.search(text) is not None


MAX_VALUES = 2**50  # of an array; more cannot be counted in bytes
NPY_HEADERS = {(1, 0): npy.read_array_header_1_0, (2, 0): npy.read_array_header_2_0}


def npy_header(file):
    """Shape, whether in Fortran's order, dtype, and the place of the first value of a .npy file.

    Raises:
        ValueError: it is no such file, of another version, or of a shape that no array has.
    """
    shape, turned, dtype = NPY_HEADERS[npy.read_magic(file)](file)
    if min(shape, default=0) < 0 or math.prod(max(n, 1) for n in shape) > MAX_VALUES:
        raise ValueError(f"it is no array that has the shape {shape}")
    return shape, turned, dtype, file.tell()


def _without_tokens(record):
    record.pop("tokens", None)
    record.pop("sentids", None)
    return record


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
    if _broken(value):
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
