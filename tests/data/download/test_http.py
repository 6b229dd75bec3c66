"""`data get` against servers on the loopback address that break every rule of HTTP.

Whatever they send, and however slowly: it ends in one line, in time, and nothing is written but
the unfinished file.
"""

import contextlib
import os
import ssl
import subprocess
import threading
import time
from socketserver import StreamRequestHandler, ThreadingTCPServer

import pytest

from imaginet_pt.data.download import catalog, connections, http
from imaginet_pt.errors import UserError
from imaginet_pt.progress import Progress

LIMIT = 60.0  # seconds, with the patience below, however busy the machine is
LENGTH = 100_000  # bytes of the archive that is promised
OK = b"HTTP/1.1 200 OK\r\n"
PROMISE = OK + f"Content-Length: {LENGTH}\r\n\r\n".encode()
CHUNKED = OK + b"Transfer-Encoding: chunked\r\n\r\n"


def drip(content, beginning=b""):
    """A byte each tenth of a second, for ever."""

    def send(write):
        write(beginning)
        while True:
            for i in range(len(content)):
                write(content[i : i + 1])
                time.sleep(0.1)

    return send


def flood(content, beginning=b""):
    """The same again and again, as fast as it goes."""

    def send(write):
        write(beginning)
        while True:
            write(content * 1000)

    return send


def once(content):
    return lambda write: write(content)


def silent(write):
    time.sleep(60)


def redirect(address):
    return once(b"HTTP/1.1 302 Found\r\nLocation: " + address + b"\r\nContent-Length: 0\r\n\r\n")


# What a server does: its answer, and a word of the error.
SERVERS = {
    "says nothing": (silent, "too slow"),
    "hangs up": (once(b""), "without response"),
    "a byte at a time in the status": (drip(b"H", b"HTTP/1.1 200 "), "too slow"),
    "a byte at a time in the headers": (drip(b"a", OK + b"X-A: "), "too slow"),
    "a byte at a time in the body": (drip(b"PK", PROMISE), "too slow"),
    "a byte a connection": (once(PROMISE + b"P"), "the connection ended"),
    "a byte a chunk": (drip(b"1\r\nP\r\n", CHUNKED), "too slow"),
    "endless 100 Continue": (flood(b"HTTP/1.1 100 Continue\r\n\r\n"), "endless headers"),
    "slow 100 Continue": (drip(b"HTTP/1.1 100 Continue\r\n\r\n"), "too slow"),
    "endless headers": (flood(b"X-A: b\r\n", OK), "headers"),
    "an endless header": (flood(b"abcdefgh", OK + b"X-A: "), "header line"),
    "an endless status": (flood(b"abcdefgh"), "status line"),
    "no HTTP": (once(b"SSH-2.0-OpenSSH_9.2\r\n"), "SSH-2.0"),
    "a negative chunk": (once(CHUNKED + b"-5\r\nPKabc\r\n"), ""),
    "a chunk of no size": (once(CHUNKED + b"xyz\r\nPKabc\r\n"), ""),
    "a huge chunk": (once(CHUNKED + b"f" * 5000 + b"\r\nPK"), ""),
    "endless chunk extensions": (flood(b"abcdefgh", CHUNKED + b"5;"), ""),
    "an endless trailer": (flood(b"X: y\r\n", CHUNKED + b"2\r\nPK\r\n0\r\n"), "endless headers"),
    "a negative length": (once(OK + b"Content-Length: -5\r\n\r\nPKabc"), ""),
    "a length of no number": (once(OK + b"Content-Length: many\r\n\r\nPKabc"), ""),
    "a length of 5,000 digits": (once(OK + b"Content-Length: " + b"9" * 5000 + b"\r\n\r\nPK"), ""),
    "too large by its length": (once(OK + b"Content-Length: 999999999\r\n\r\nPK"), "more than"),
    "too large without a length": (flood(b"PKabcdef" * 100, OK + b"\r\n"), "more than"),
    "too large in chunks": (flood(b"400\r\n" + b"PK" * 512 + b"\r\n", CHUNKED), "more than"),
    "shorter than its length": (once(PROMISE + b"PKabc"), "the connection ended"),
    "a page": (once(OK + b"Content-Type: text/html\r\n\r\n<html>Gone</html>"), "something else"),
    "an error": (once(b"HTTP/1.1 500 Oops\r\nContent-Length: 0\r\n\r\n"), "500"),
    "an error with escape characters": (once(b"HTTP/1.1 500 \x1b[31mred\r\n\r\n"), "500"),
    "ranges that nobody asked for": (once(b"HTTP/1.1 416 No\r\nContent-Length: 0\r\n\r\n"), "416"),
    "redirected to itself": (redirect(b"/tiny.zip"), "infinite loop"),
    "redirected to a file": (redirect(b"file:///etc/passwd"), "not allowed"),
    "redirected to FTP": (redirect(b"ftp://127.0.0.1/x"), "not https"),
    "redirected to data": (redirect(b"data:,PK"), "not allowed"),
    "redirected to no port": (redirect(b"http://127.0.0.1:port/x"), ""),
    "redirected to a high port": (redirect(b"http://127.0.0.1:99999999/x"), ""),
    "redirected to half an address": (redirect(b"http://[::1/x"), ""),
    "redirected to nobody": (redirect(b"http:///x"), ""),
    "redirected to a line end": (redirect(b"http://127.0.0.1/a\x0bb c"), ""),
    "redirected to other characters": (redirect("http://ü\ud7ff/é".encode()), ""),
    "redirected to a long address": (redirect(b"http://127.0.0.1:1/" + b"x" * 60_000), ""),
    "redirected to a long name": (redirect(b"http://" + b"x" * 300 + b"/"), ""),
}


class Handler(StreamRequestHandler):
    """Reads the request, and then does what the server does."""

    def handle(self):
        self.server.requests += 1
        while self.rfile.readline().strip():
            pass
        with contextlib.suppress(OSError):  # the other side has had enough
            self.server.send(self.wfile.write)


def have_little_patience(monkeypatch):
    for name, value in {"TIMEOUT": 1.0, "SECONDS": 2.0, "TOTAL": 5.0}.items():
        monkeypatch.setattr(connections, name, value)


@pytest.fixture
def server(monkeypatch):
    """A server that is asked again at once."""
    monkeypatch.setattr(http, "WAIT", 0)
    with ThreadingTCPServer(("127.0.0.1", 0), Handler) as site:
        site.daemon_threads, site.block_on_close, site.requests = True, False, 0
        site.url = f"http://127.0.0.1:{site.server_address[1]}/tiny.zip"
        threading.Thread(target=site.serve_forever, args=(0.01,), daemon=True).start()
        yield site
        site.shutdown()


def source_of(site):
    files = {"tiny/dataset.json": None, "tiny/feats.npy": None}
    return catalog.Source("Tiny", "http://127.0.0.1/page", site.url, LENGTH, files)


@pytest.mark.parametrize("kind", SERVERS)
def test_whatever_a_server_does_ends_in_one_line_and_in_time(kind, server, tmp_path, monkeypatch):
    server.send, words = SERVERS[kind]
    if words == "too slow":
        have_little_patience(monkeypatch)
    begun, used = time.monotonic(), time.process_time()
    with pytest.raises(UserError) as caught:
        catalog.get(source_of(server), tmp_path, Progress(quiet=True))
    assert time.monotonic() - begun < LIMIT and time.process_time() - used < 5
    line = str(caught.value)
    assert line.isprintable() and len(line) <= 500
    assert "by hand" in line or "tiny.zip and get it again" in line
    assert words in line
    present = set(os.listdir(tmp_path))
    assert present <= {"tiny.zip.part", "tiny.zip"}
    assert sum(path.stat().st_size for path in tmp_path.iterdir()) <= 2 * LENGTH


def versions(first, second):
    """A server whose file is another when it is asked for the rest."""

    def send(write):
        content, tag = answers.pop(0)
        head = f"ETag: {tag}\r\nContent-Length: {len(first)}\r\n"
        write(OK + head.encode() + b"\r\n" + content[: len(first) - cut.pop(0)])

    answers, cut = [(first, '"1"'), (second, '"2"')], [10_000, 0]
    return send


def test_parts_of_two_versions_are_never_put_together(server, tmp_path):
    first, second = b"PK" + b"a" * 99_998, b"PK" + b"b" * 99_998
    server.send = versions(first, second)
    http.fetch(server.url, tmp_path / "x", 10**6, Progress(quiet=True), b"PK")
    assert (tmp_path / "x").read_bytes() == second and server.requests == 2
    assert os.listdir(tmp_path) == ["x"]


def test_a_server_that_sends_the_rest_of_another_version_is_seen_through(server, tmp_path):
    first, second = b"PK" + b"a" * 99_998, b"PK" + b"b" * 99_998

    def send(write):
        asked = server.requests
        if asked == 1:
            write(OK + b'ETag: "1"\r\nContent-Length: 100000\r\n\r\n' + first[:90_000])
        elif asked == 2:
            head = b'HTTP/1.1 206 P\r\nETag: "2"\r\nContent-Range: bytes 90000-99999/100000\r\n'
            write(head + b"Content-Length: 10000\r\n\r\n" + second[90_000:])
        else:
            write(OK + b'ETag: "2"\r\nContent-Length: 100000\r\n\r\n' + second)

    server.send = send
    http.fetch(server.url, tmp_path / "x", 10**6, Progress(quiet=True), b"PK")
    assert (tmp_path / "x").read_bytes() == second and server.requests == 3


def test_the_version_is_known_to_a_later_call(server, tmp_path):
    first, second = b"PK" + b"a" * 99_998, b"PK" + b"b" * 99_998
    server.send = once(OK + b'ETag: "1"\r\nContent-Length: 100000\r\n\r\n' + first[:50_000])
    with pytest.raises(http.Unreachable):
        http.fetch(server.url, tmp_path / "x", 10**6, Progress(quiet=True))
    assert (tmp_path / "x.part.etag").read_text() == '"1"'
    server.send = once(
        b'HTTP/1.1 206 P\r\nETag: "2"\r\nContent-Range: bytes 50000-99999/100000\r\n'
        b"Content-Length: 50000\r\n\r\n" + second[50_000:]
    )
    with pytest.raises(http.Unreachable):
        http.fetch(server.url, tmp_path / "x", 10**6, Progress(quiet=True))
    assert not (tmp_path / "x").exists()


def test_two_calls_at_once_do_not_write_one_file(server, tmp_path):
    with http._open_part(tmp_path / "x.part"), pytest.raises(UserError, match="another process"):
        http.fetch(server.url, tmp_path / "x", 10**6, Progress(quiet=True))
    assert server.requests == 0


@pytest.mark.parametrize("kind", ["link", "pipe"])
def test_an_unfinished_file_that_is_none_is_not_written_to(kind, server, tmp_path):
    (tmp_path / "mine").write_text("mine")
    part = tmp_path / "x.part"
    part.symlink_to("mine") if kind == "link" else os.mkfifo(part)
    with pytest.raises(UserError, match=r"cannot write .*x\.part"):
        http.fetch(server.url, tmp_path / "x", 10**6, Progress(quiet=True))
    assert (tmp_path / "mine").read_text() == "mine" and server.requests == 0


def test_a_version_that_is_a_link_or_a_pipe_is_not_written_to_or_waited_for(server, tmp_path):
    (tmp_path / "mine").write_text("mine")
    version = tmp_path / "x.part.etag"
    server.send = once(OK + b'ETag: "1"\r\nContent-Length: 5\r\n\r\nPKabc')
    for make in (lambda: version.symlink_to("mine"), lambda: os.mkfifo(version)):
        make()
        with pytest.raises(UserError, match=r"cannot write .*x\.part\.etag"):
            http.fetch(server.url, tmp_path / "x", 10**6, Progress(quiet=True))
        version.unlink()
    assert (tmp_path / "mine").read_text() == "mine" and not (tmp_path / "x").exists()


@pytest.fixture
def https(server, tmp_path, monkeypatch):
    """The same server over TLS, with a certificate that is trusted here."""
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    done = subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1", "-subj",
         "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", key, "-out",
         certificate], capture_output=True,
    )  # fmt: skip
    if done.returncode:
        pytest.skip("openssl cannot make a certificate here")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    server.url = server.url.replace("http:", "https:")
    return server


def test_a_file_comes_over_https(https, tmp_path):
    https.send = once(OK + b"Content-Length: 5\r\n\r\nPKabc")
    http.fetch(https.url, tmp_path / "x", 10, Progress(quiet=True), b"PK")
    assert (tmp_path / "x").read_bytes() == b"PKabc"


def test_https_never_becomes_http(https, tmp_path):
    https.send = redirect(b"http://127.0.0.1:1/x")
    with pytest.raises(http.Unreachable, match="which is not https"):
        http.fetch(https.url, tmp_path / "x", 10, Progress(quiet=True))
    assert https.requests == 1


def test_a_slow_https_server_ends_too(https, tmp_path, monkeypatch):
    have_little_patience(monkeypatch)
    https.send = drip(b"PK", PROMISE)
    begun = time.monotonic()
    with pytest.raises(http.Unreachable, match="too slow"):
        http.fetch(https.url, tmp_path / "x", 10**6, Progress(quiet=True))
    assert time.monotonic() - begun < LIMIT


def test_the_patience_of_a_user():
    """A minute for each 600 kB, and never longer than a day."""
    assert connections.SECONDS == 60 and connections.BYTES == 600_000
    assert connections.TIMEOUT <= 30 and connections.TOTAL == 24 * 3600
