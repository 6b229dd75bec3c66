"""Get a file over HTTP: resumed after a broken connection, bounded in size and in time."""

import fcntl
import http.client
import os
import re
import time
from pathlib import Path
from typing import Any, BinaryIO
from urllib.error import HTTPError, URLError

from ...errors import UserError, attempt, explained, quoted, reason
from ...files import reading
from ...files.atomic import UNFINISHED, atomic, writing
from ...progress import Progress
from . import connections

BLOCK = 2**16  # bytes read at a time, and the least that a broken connection must have brought
MAX_VERSION = 1000  # bytes of an ETag
AGAIN = "free space or choose another folder, and run the command again"
WAIT = 1.0  # seconds before a broken connection is tried again


class Unreachable(Exception):
    """A file cannot be downloaded, or not now; the message is the reason."""


def fetch(url: str, path: Path, limit: int, progress: Progress, begins: bytes = b"") -> None:
    """Download the file at `url` to `path`.

    Received bytes are kept in `path`.part. After a broken connection this call continues there by a
    range request, as long as each connection brings something, and so does a later call. Where the
    server tells the version of the file (ETag), only parts of one version are joined.

    Args:
        url: the address.
        path: the file to write.
        limit: how many bytes the file may have.
        progress: shows the progress.
        begins: the bytes that the file must begin with, unlike a page with an error message.

    Raises:
        Unreachable: there is no such file or no network, the file is larger than `limit`, or the
            server is too slow or breaks the rules.
        UserError: it cannot be written.
    """
    part = Path(f"{path}{UNFINISHED}")
    with _open_part(part) as file:
        download = _Download(url, part, file, limit, begins)
        while not download.finish(progress):
            time.sleep(WAIT)
        download.forget_version()
        os.replace(part, path)


def _open_part(part: Path) -> BinaryIO:
    """Open the unfinished file for this process alone."""
    flags = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
    busy = f"{part} is being written by another process; wait for it"
    with writing(part), explained(lambda error: busy, BlockingIOError):
        file = os.fdopen(os.open(part, flags, 0o666), "r+b")
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        file.seek(0, os.SEEK_END)
        return file


class _Download:
    """A download: the address, and the open file with the bytes received so far."""

    def __init__(self, url: str, part: Path, file: BinaryIO, limit: int, begins: bytes) -> None:
        self.url, self.part, self.file = url, part, file
        self.limit, self.begins = limit, begins
        self.version_path = Path(f"{part}.etag")
        self.version = self._known_version()

    def _known_version(self) -> str:
        """Return the ETag of the bytes received so far, or an empty string."""
        content, _ = attempt(reading.read_bytes, self.version_path, MAX_VERSION)
        text = (content or b"").decode(errors="surrogateescape")
        return text if text.isprintable() else ""

    def _remember_version(self, version: str) -> None:
        self.version = version if version.isprintable() else ""
        if self.version:
            with atomic(self.version_path) as file:
                file.write(self.version)
        else:
            self.forget_version()

    def forget_version(self) -> None:
        """Remove the file with the version of the received bytes."""
        self.version_path.unlink(missing_ok=True)

    def finish(self, progress: Progress) -> bool:
        """Get the missing bytes; return False if the connection broke but brought something."""
        before = self._size()
        try:
            self._go_on(progress)
        except (Unreachable, UserError):
            raise
        except Exception as error:  # urllib raises anything where a server breaks the rules
            if self._size() < before + BLOCK:
                raise Unreachable(_cause(error)) from error
            done = megabytes(self._size())
            progress.say(f"{_cause(error)} after {done}; going on from there")
            return False
        return True

    def _size(self) -> int:
        return os.fstat(self.file.fileno()).st_size

    def _go_on(self, progress: Progress) -> None:
        """Get the rest over one connection."""
        patience = connections.Patience()
        response = self._request(patience)
        with response:
            done = self._size()
            total = None if response.length is None else done + response.length
            if (total or 0) > self.limit:
                raise Unreachable(f"it has {megabytes(total or 0)}, more than {self._most()}")
            size = "size unknown" if total is None else megabytes(total)
            here = f", {megabytes(done)} here already" if done else ""
            progress.say(f"{self.url}: {size}{here}")
            with progress.bar(self.part.stem, total, done, unit="B") as bar:
                self._copy(response, patience, bar)
        if total is not None and self._size() < total:
            raise ConnectionError("the connection ended")

    def _request(self, patience: connections.Patience) -> http.client.HTTPResponse:
        """Request the missing bytes, or all bytes if the file has changed meanwhile."""
        done = self._size()
        headers = {"Range": f"bytes={done}-"} if done else {}
        if done and self.version:
            headers["If-Range"] = self.version
        try:
            response = connections.request(self.url, headers, patience)
        except HTTPError as error:
            if error.code != http.client.REQUESTED_RANGE_NOT_SATISFIABLE or not done:
                raise
            self._drop()  # more than the file has: it is another by now
            return self._request(patience)
        version = response.headers.get("ETag", "")
        goes_on = re.match(rf"bytes {done}-", response.headers.get("Content-Range", ""))
        if done and goes_on and self.version and version != self.version:
            response.close()
            self._drop()
            return self._request(patience)
        if response.status == http.client.PARTIAL_CONTENT and not (done and goes_on):
            response.close()
            raise Unreachable("the server sends another part than it was asked for")
        if done and not goes_on:
            self._drop()
        self._remember_version(version)
        return response

    def _drop(self) -> None:
        """Start from the beginning."""
        self.file.seek(0)
        self.file.truncate()
        self.version = ""

    def _copy(
        self, response: http.client.HTTPResponse, patience: connections.Patience, bar: Any
    ) -> None:
        while block := response.read(BLOCK):
            patience.renew(len(block))
            if self._size() + len(block) > self.limit:
                raise Unreachable(f"it has more than {self._most()}")
            if not self._size() and not block.startswith(self.begins[: len(block)]):
                raise Unreachable(f"the server sends something else: {quoted(block[:40])}")
            self._write(block)
            bar.update(len(block))

    def _write(self, block: bytes) -> None:
        with writing(self.part, f"{AGAIN}: it goes on from there"):
            self.file.write(block)
            self.file.flush()

    def _most(self) -> str:
        return megabytes(self.limit)


def _cause(error: Exception) -> str:
    """Say what happened, in a few words."""
    cause = error.reason if type(error) is URLError else error
    return "the server is too slow" if isinstance(cause, TimeoutError) else reason(cause)


def megabytes(size: int) -> str:
    """Format a size in bytes, as in "50.1 MB"."""
    return f"{size / 1e6:,.1f} MB" if size >= 1e5 else f"{size / 1e3:,.1f} kB"
