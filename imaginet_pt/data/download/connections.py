"""HTTP connections that end: no server can keep one busy by sending next to nothing.

The timeout of a socket begins anew with each byte. Here a connection has a point in time at which
it ends, and the point moves on only when enough has come.
"""

import http.client
import io
import socket
import time
import urllib.request
from typing import Any
from urllib.parse import urlsplit

SLOW = "the server is too slow"
TIMEOUT = 30.0  # seconds without an answer
SECONDS, BYTES = 60.0, 600_000  # the least that must come: 10 kB a second, over a minute
UNASKED = 2**20  # bytes that may come beside the content: headers, interim answers, sizes of chunks
TOTAL = 24 * 3600.0  # seconds that a connection may last


class Patience:
    """How long a connection may still take: `SECONDS` for each `BYTES`, and `TOTAL` in all."""

    def __init__(self) -> None:
        self.end = time.monotonic() + TOTAL
        self.due, self.come, self.unasked = time.monotonic() + SECONDS, 0, 0

    def note(self, size: int) -> None:
        """Note that `size` bytes have come, of whatever.

        Raises:
            ConnectionError: there is much beside the content.
        """
        self.unasked += size
        if self.unasked > UNASKED:
            raise ConnectionError("the server sends endless headers")

    def renew(self, size: int) -> None:
        """Note that `size` bytes of the content have come."""
        self.unasked = 0
        self.come += size
        if self.come >= BYTES:
            self.due, self.come = time.monotonic() + SECONDS, 0

    def left(self) -> float:
        """Return the seconds that the next byte may take.

        Raises:
            TimeoutError: none are left.
        """
        left = min(self.due, self.end) - time.monotonic()
        if left <= 0:
            raise TimeoutError(SLOW)
        return min(left, TIMEOUT)


class _Reader(io.RawIOBase):
    """What comes through a socket, as long as there is patience."""

    def __init__(self, sock: socket.socket, patience: Patience) -> None:
        self.socket, self.patience = sock, patience
        self.source = sock.makefile("rb", buffering=0)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        self.socket.settimeout(self.patience.left())
        try:
            count = self.source.readinto(buffer) or 0
        except TimeoutError:
            raise TimeoutError(SLOW) from None
        self.patience.note(count)
        return count

    def close(self) -> None:
        self.source.close()
        super().close()


class _Socket:
    """A socket that is read with patience, and whatever else it does, does as before."""

    def __init__(self, sock: socket.socket, patience: Patience) -> None:
        self._socket, self._patience = sock, patience

    def makefile(self, *args: Any, **options: Any) -> io.BufferedReader:
        return io.BufferedReader(_Reader(self._socket, self._patience))

    def __getattr__(self, name: str) -> Any:
        return getattr(self._socket, name)


class _PatientHandler(urllib.request.HTTPHandler, urllib.request.HTTPSHandler):
    """Opens connections of either kind whose sockets are read with patience."""

    def __init__(self, patience: Patience) -> None:
        super().__init__()
        self.patience = patience

    def do_open(self, http_class: Any, req: urllib.request.Request, **http_conn_args: Any) -> Any:
        patience = self.patience

        class Connection(http_class):  # type: ignore[misc]
            def connect(self) -> None:
                super().connect()
                self.sock: Any = _Socket(self.sock, patience)

        return super().do_open(Connection, req, **http_conn_args)


class _Redirects(urllib.request.HTTPRedirectHandler):
    """Follows redirections, but never from https to anything else."""

    def redirect_request(
        self,
        req: urllib.request.Request,
        fp: Any,
        code: int,
        msg: str,
        headers: http.client.HTTPMessage,
        newurl: str,
    ) -> urllib.request.Request | None:
        scheme = urlsplit(newurl).scheme
        if scheme != "https" and (scheme != "http" or req.type == "https"):
            raise ConnectionError(f"it is redirected to {newurl[:60]!r}, which is not https")
        return super().redirect_request(req, fp, code, msg, headers, newurl)


def request(url: str, headers: dict[str, str], patience: Patience) -> http.client.HTTPResponse:
    """Send a GET request and return the answer, whose body is not read yet.

    Raises:
        OSError: nobody answers, in time and by the rules; other errors of urllib and `http.client`.
    """
    opener = urllib.request.build_opener(_PatientHandler(patience), _Redirects)
    request = urllib.request.Request(url, headers=headers)
    response: http.client.HTTPResponse = opener.open(request, timeout=TIMEOUT)
    return response
