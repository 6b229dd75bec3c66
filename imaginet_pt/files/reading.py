"""Reading what the user gives: bounded in size, and each value of the type that is wanted."""

import contextlib
import gzip
import hashlib
import io
import json
import reprlib
from pathlib import Path
from typing import Any

from ..errors import UserError
from .validation import JSON_TYPES, check_words

MAX_JSON = 2**28  # bytes; COCO's dataset.json, the largest known, has 0.15 GB
MAX_GROUPS = 5_000_000  # lists and objects in it; COCO's has about 1.6 million
MAX_FILE = 2**22  # bytes of word pairs, a vocabulary, a list; MEN's pairs have 60 KB
UNPACKED_FLOOR, UNPACKED_RATIO = 2**25, 50  # captions pack about 5 to 1, CNN features 2 to 15 to 1
GET_AGAIN = "check the name, or get it again"


def unpacked_limit(path):
    """Bytes that the packed file `path` may unpack to: 32 MiB, or 50 times its own size."""
    return max(UNPACKED_FLOOR, UNPACKED_RATIO * path.stat().st_size)


@contextlib.contextmanager
def guard(path, fix=GET_AGAIN):
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
    with guard(path, fix), opener(path, "rb") as file:
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
    with guard(path, fix):
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
        with guard(path):
            opener, limit = gzip.open, min(limit, unpacked_limit(path))
    return parse_json(read_bytes(path, limit, opener), dict, path)


def read_list(path):
    """The list of strings in a JSON file, none of them empty or with half characters.

    Raises:
        UserError: the file is missing, too large, broken, or holds something else.
    """
    return check_words(parse_json(read_bytes(path, MAX_FILE), list, path), path)


def parse_json(content, kind, path):
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


def _without_tokens(record):
    record.pop("tokens", None)
    record.pop("sentids", None)
    return record


def digest(path):
    """SHA-256 of a file, in hexadecimal, read in blocks."""
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
