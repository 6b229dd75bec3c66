"""Getting a file over HTTP: resumed after a broken connection, bounded in size."""

import http.client
import os
import re
import time
from pathlib import Path
from urllib.error import HTTPError, URLError
from urllib.request import Request, urlopen

from ...errors import UserError
from ...files.atomic import UNFINISHED

BLOCK = 2**16  # bytes read at a time
TIMEOUT = 30.0  # seconds without an answer
WAIT = 1.0  # seconds before a broken connection is tried again
BROKEN = (OSError, http.client.HTTPException)  # what urllib raises; a dead address is an OSError


class Unreachable(Exception):
    """A file that cannot be got, or not now; the text is the reason."""


def fetch(url, path, limit, progress):
    """Bring the file at `url` to `path`.

    What has come stands in `path`.part, and a later call goes on where it ends (a range request),
    as does this one after a broken connection, as long as each connection brings something.

    Args:
        limit: bytes that the file may have at most.

    Raises:
        Unreachable: there is no such file, no network, or a file larger than `limit`.
        UserError: it cannot be written.
    """
    part = Path(f"{path}{UNFINISHED}")
    while not _finished(url, part, limit, progress):
        time.sleep(WAIT)
    os.replace(part, path)


def _finished(url, part, limit, progress):
    """Get what is missing of `part`; False if the connection broke but brought something."""
    before = _size(part)
    try:
        _go_on(url, part, limit, progress)
    except BROKEN as error:
        if _size(part) <= before:
            raise Unreachable(_reason(error)) from error
        progress.say(f"{_reason(error)} after {megabytes(_size(part))}; going on from there")
        return False
    return True


def _go_on(url, part, limit, progress):
    """Get the rest of `part` over one connection."""
    response, done = _response(url, part)
    with response:
        total = None if response.length is None else done + response.length
        if (total or 0) > limit:
            raise Unreachable(f"it has {megabytes(total)}, more than {megabytes(limit)}")
        size = "size unknown" if total is None else megabytes(total)
        progress.say(f"{url}: {size}" + (f", {megabytes(done)} here already" if done else ""))
        with progress.bar(part.stem, total, done, unit="B") as bar:
            _copy(response, part, "ab" if done else "wb", limit, bar)
    if total is not None and _size(part) < total:
        raise ConnectionError("the connection ended")


def _response(url, part):
    """The answer that begins at the end of `part`, or at the file's; and where it begins."""
    done = _size(part)
    headers = {"Range": f"bytes={done}-"} if done else {}
    try:
        response = urlopen(Request(url, headers=headers), timeout=TIMEOUT)
    except HTTPError as error:
        if error.code != http.client.REQUESTED_RANGE_NOT_SATISFIABLE or not done:
            raise
        part.unlink()  # more than the file has: it is another by now
        return _response(url, part)
    begins = re.match(rf"bytes {done}-", response.headers.get("Content-Range", ""))
    return response, done if begins else 0


def _copy(response, part, mode, limit, bar):
    with _opened(part, mode) as file:
        while block := response.read(BLOCK):
            if file.tell() + len(block) > limit:
                raise Unreachable(f"it has more than {megabytes(limit)}")
            _write(file, block)
            bar.update(len(block))


def _opened(part, mode):
    try:
        return open(part, mode)
    except OSError as error:
        raise _unwritable(part, error) from error


def _write(file, block):
    try:
        file.write(block)
        file.flush()
    except OSError as error:
        raise _unwritable(file.name, error) from error


def _unwritable(path, error):
    return UserError(
        f"cannot write {path}: {error.strerror}; free space or choose another folder, and run the "
        "command again: it goes on from there"
    )


def _size(path):
    return path.stat().st_size if path.is_file() else 0


def _reason(error):
    """What happened, in a few words."""
    told = error.reason if type(error) is URLError else error
    return getattr(told, "strerror", None) or str(told) or type(told).__name__


def megabytes(size):
    """`size` bytes for people, as in "50.1 MB"."""
    return f"{size / 1e6:,.1f} MB" if size >= 1e5 else f"{size / 1e3:,.1f} kB"
