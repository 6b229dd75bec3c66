"""HTTP connections with a deadline: no server can keep one busy by sending next to nothing.

A socket's timeout starts again with each byte. Here a connection has a deadline, which moves only
when enough bytes have arrived.
"""

import http.client
import io
import socket
import time
import urllib.request
from typing import Any
from urllib.parse import urlsplit

TIMEOUT = 30.0  # seconds without an answer
SECONDS, BYTES = 60.0, 600_000  # the least that must come: 10 kB a second, over a minute
UNASKED = 2**20  # bytes that may come beside the content: headers, interim answers, sizes of chunks
TOTAL = 24 * 3600.0  # seconds that a connection may last


class Patience:
    """The time a connection has left: `SECONDS` for each `BYTES`, and `TOTAL` altogether."""

    def __init__(self) -> None:
        self.end = time.monotonic() + TOTAL
        self.due, self.come, self.unasked = time.monotonic() + SECONDS, 0, 0

    def note(self, size: int) -> None:
        """Count `size` received bytes of any kind.

        Raises:
            ConnectionError: too many of them are not content.
        """
        self.unasked += size
        if self.unasked > UNASKED:
            raise ConnectionError("the server sends endless headers")

    def renew(self, size: int) -> None:
        """Count `size` received bytes of content, and move the deadline if they are enough."""
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
            raise TimeoutError
        return min(left, TIMEOUT)


class _Reader(io.RawIOBase):
    """A reader of a socket with a deadline."""

    def __init__(self, sock: socket.socket, patience: Patience) -> None:
        self.socket, self.patience = sock, patience
        self.source = sock.makefile("rb", buffering=0)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        self.socket.settimeout(self.patience.left())
        count = self.source.readinto(buffer) or 0
        self.patience.note(count)
        return count

    def close(self) -> None:
        self.source.close()
        super().close()


class _Socket:
    """A socket that is read with a deadline, and otherwise unchanged."""

    def __init__(self, sock: socket.socket, patience: Patience) -> None:
        self._socket, self._patience = sock, patience

    def makefile(self, *args: Any, **options: Any) -> io.BufferedReader:
        return io.BufferedReader(_Reader(self._socket, self._patience))

    def __getattr__(self, name: str) -> Any:
        return getattr(self._socket, name)


class _PatientHandler(urllib.request.HTTPHandler, urllib.request.HTTPSHandler):
    """Opens HTTP and HTTPS connections whose sockets are read with a deadline."""

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
        OSError: no answer in time, or one against the rules; urllib and `http.client` have others.
    """
    opener = urllib.request.build_opener(_PatientHandler(patience), _Redirects)
    request = urllib.request.Request(url, headers=headers)
    response: http.client.HTTPResponse = opener.open(request, timeout=TIMEOUT)
    return response
