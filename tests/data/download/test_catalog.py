"""`data get`, against a server on the loopback address, and unpacking of what others packed."""

import dataclasses
import hashlib
import os
import re
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from packed import ARCHIVE, FILES, assert_got, zipped

from imaginet_pt.__main__ import main
from imaginet_pt.cli.commands import data
from imaginet_pt.data.download import catalog, http
from imaginet_pt.progress import Progress


class Handler(BaseHTTPRequestHandler):
    """One file; each connection is cut after the next of `cuts` bytes."""

    FILE = "/tiny.zip"

    def do_GET(self):
        site = self.server
        site.asked.append(self.headers.get("Range"))
        begin = self.begin()
        if self.path != self.FILE or begin > len(site.content):
            self.send_error(416 if begin else 404)
            return
        rest = site.content[begin:]
        self.send_response(206 if begin else 200)
        if begin:
            whole = len(site.content)
            self.send_header("Content-Range", f"bytes {begin}-{whole - 1}/{whole}")
        if site.tells_length:
            self.send_header("Content-Length", str(len(rest)))
        self.end_headers()
        self.wfile.write(rest[: site.cuts.pop(0)] if site.cuts else rest)

    def begin(self):
        asked = re.match(r"bytes=(\d+)-", self.headers.get("Range", ""))
        return int(asked[1]) if asked and self.server.knows_ranges else 0

    def log_message(self, *args):
        pass


@pytest.fixture
def site(monkeypatch):
    """The server, whose archive is the only data set, `tiny`."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.content, server.cuts, server.asked = ARCHIVE, [], []
    server.knows_ranges = server.tells_length = True
    server.url = f"http://127.0.0.1:{server.server_port}/tiny.zip"
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    monkeypatch.setattr(http, "WAIT", 0)
    known = {name: hashlib.sha256(content).hexdigest() for name, content in FILES.items()}
    tiny = catalog.Source("Tiny", "http://127.0.0.1/page", server.url, len(ARCHIVE), known)
    monkeypatch.setattr(catalog, "SOURCES", {"tiny": tiny})
    monkeypatch.setattr(data, "SOURCES", ("tiny",))
    yield server
    server.shutdown()
    server.server_close()


def change(monkeypatch, **fields):
    monkeypatch.setitem(
        catalog.SOURCES, "tiny", dataclasses.replace(catalog.SOURCES["tiny"], **fields)
    )


def get(folder):
    return main(["data", "get", "tiny", "--out", str(folder)])


def refused(capsys, *words):
    """One line on the error stream that begins as all do; it has the `words`."""
    last = capsys.readouterr().err.strip().splitlines()[-1]
    assert last.startswith("imaginet: error: ")
    for word in words:
        assert word in last
    return last


def test_a_data_set_is_downloaded_and_unpacked(site, tmp_path, capsys):
    assert get(tmp_path / "data") == 0
    assert_got(tmp_path / "data")
    told = capsys.readouterr().err
    size = http.megabytes(len(ARCHIVE))
    assert told.index(f"about {size}") < told.index(f"{site.url}: {size}")
    assert site.asked == [None]


def test_what_is_there_is_not_downloaded_again(site, tmp_path, capsys):
    assert get(tmp_path) == get(tmp_path) == 0
    assert len(site.asked) == 1
    assert "is there already" in capsys.readouterr().err


def test_a_cut_connection_goes_on_where_it_ended(site, tmp_path, capsys):
    site.cuts = [100_000, 70_000]
    assert get(tmp_path) == 0
    assert_got(tmp_path)
    assert site.asked == [None, "bytes=100000-", "bytes=170000-"]
    assert "going on from there" in capsys.readouterr().err


def test_another_call_goes_on_where_the_first_ended(site, tmp_path, capsys):
    site.cuts = [100_000, 0]
    assert get(tmp_path) == 2
    refused(capsys, "by hand", site.url)
    assert (tmp_path / "tiny.zip.part").read_bytes() == ARCHIVE[:100_000]
    assert get(tmp_path) == 0
    assert_got(tmp_path)
    assert site.asked == [None, "bytes=100000-", "bytes=100000-"]
    assert "0.1 MB here already" in capsys.readouterr().err


def test_a_server_without_ranges_begins_anew(site, tmp_path):
    site.cuts, site.knows_ranges = [100_000], False
    http.fetch(site.url, tmp_path / "tiny.zip", len(ARCHIVE), Progress(quiet=True))
    assert (tmp_path / "tiny.zip").read_bytes() == ARCHIVE


def test_a_part_longer_than_the_file_is_dropped(site, tmp_path):
    (tmp_path / "tiny.zip.part").write_bytes(ARCHIVE + b"more")
    assert get(tmp_path) == 0
    assert_got(tmp_path)
    assert site.asked == [f"bytes={len(ARCHIVE) + 4}-", None]


def test_a_part_of_another_file_is_found_out(site, tmp_path, capsys):
    (tmp_path / "tiny.zip.part").write_bytes(bytes(100_000))
    assert get(tmp_path) == 2
    refused(capsys, "cannot read", "tiny.zip", "delete")
    assert not (tmp_path / "tiny").exists()


def test_a_file_of_unknown_length(site, tmp_path, capsys):
    site.tells_length = False
    assert get(tmp_path) == 0
    assert_got(tmp_path)
    assert "size unknown" in capsys.readouterr().err


@pytest.mark.parametrize(
    "tells_length, told", [(True, "has 0.3 MB, more than 2.0 kB"), (False, "has more than 2.0 kB")]
)
def test_a_file_much_too_large(tells_length, told, site, tmp_path, capsys, monkeypatch):
    site.tells_length = tells_length
    change(monkeypatch, size=1_000)
    assert get(tmp_path) == 2
    refused(capsys, told, "by hand")
    assert sum(path.stat().st_size for path in tmp_path.iterdir()) <= 2_000


def test_a_dead_link_tells_the_way_by_hand(site, tmp_path, capsys, monkeypatch):
    change(monkeypatch, url=site.url.replace("tiny", "gone"))
    assert get(tmp_path) == 2
    refused(capsys, "404", "http://127.0.0.1/page", f"{tmp_path}/gone.zip", "tiny/vgg_feats.mat")
    assert site.asked == [None]


def test_nobody_at_the_address(site, tmp_path, capsys):
    site.shutdown()
    site.server_close()
    assert get(tmp_path) == 2
    refused(capsys, "refused", "by hand")


def test_an_archive_put_there_by_hand(site, tmp_path):
    (tmp_path / "tiny.zip").write_bytes(ARCHIVE)
    assert get(tmp_path) == 0
    assert_got(tmp_path)
    assert site.asked == []


def test_a_wrong_checksum(site, tmp_path, capsys):
    site.content = zipped(FILES | {"tiny/dataset.json": b'{"images": [0]}'})
    assert get(tmp_path) == 2
    refused(capsys, "tiny/dataset.json", "SHA-256", "changed or damaged")
    assert os.listdir(tmp_path) == ["tiny.zip"]


def test_other_files_of_the_folder_stay(site, tmp_path):
    (tmp_path / "tiny").mkdir()
    (tmp_path / "tiny/mine.txt").write_text("mine")
    assert get(tmp_path) == 0
    assert (tmp_path / "tiny/mine.txt").read_text() == "mine"


def test_a_folder_that_cannot_be_made(site, tmp_path, capsys):
    (tmp_path / "file").write_text("")
    assert get(tmp_path / "file/data") == 2
    refused(capsys, "choose another --out")


def test_a_disk_that_cannot_be_written(site, tmp_path, capsys):
    (tmp_path / "tiny.zip.part").mkdir()
    assert get(tmp_path) == 2
    refused(capsys, "cannot write", "tiny.zip.part")


def test_one_file_comes_as_it_is(site, tmp_path, capsys, monkeypatch):
    url = site.url.replace("tiny.zip", "tiny.txt")
    change(monkeypatch, url=url, files={"tiny/tiny.txt": None})
    monkeypatch.setattr(Handler, "FILE", "/tiny.txt")
    assert get(tmp_path) == 0
    assert (tmp_path / "tiny/tiny.txt").read_bytes() == ARCHIVE
    assert get(tmp_path) == 0 and len(site.asked) == 1


def test_a_file_that_a_page_makes_is_told_by_hand(site, tmp_path, capsys, monkeypatch):
    change(monkeypatch, url="", files={"tiny/tiny.csv": None})
    assert get(tmp_path) == 2
    last = refused(capsys, "its page makes it", "http://127.0.0.1/page", "tiny/tiny.csv")
    assert "unpack" not in last and site.asked == []


def test_the_table_of_sources():
    for source in catalog.SOURCES.values():
        assert source.url.startswith("https://") or not source.url
        assert source.packed or list(source.files) == [f"{source.folder}/{source.archive}"]
        assert source.page.startswith("https://") and source.size > 10_000
        assert {name.partition("/")[0] for name in source.files} == {source.folder}
        for known in source.files.values():
            assert known is None or re.fullmatch("[0-9a-f]{64}", known)
