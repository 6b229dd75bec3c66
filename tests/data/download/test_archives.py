"""What others packed: unpacked whole, into one folder, or not at all."""

import os
import stat

import pytest
from packed import ARCHIVE, FILES, assert_got, zipped

from imaginet_pt.data.download import archives
from imaginet_pt.errors import UserError

LINK = stat.S_IFLNK | 0o777


HOSTILE = {
    "../": zipped(FILES | {"../out.txt": b"x"}),
    "inner ../": zipped(FILES | {"tiny/../../out.txt": b"x"}),
    "absolute": zipped(FILES | {"/out.txt": b"x"}),
    "Windows": zipped(FILES | {"tiny\\..\\..\\out.txt": b"x"}),
    "drive": zipped(FILES | {"C:\\out.txt": b"x"}),
    "link": zipped({"tiny/dataset.json": b"../../out.txt"}, external_attr=LINK << 16),
    "device": zipped(FILES, external_attr=(stat.S_IFCHR | 0o666) << 16),
    "too large": zipped(FILES | {"tiny/zeros": bytes(2**25)}),
    "a file missing": zipped({"tiny/dataset.json": FILES["tiny/dataset.json"]}),
    "a name twice": zipped(FILES | {"tiny/DATASET.json": b"x"}),
    "a folder of the same name": zipped(FILES | {"tiny/dataset.json/x": b"x"}),
    "many": zipped(FILES | {f"tiny/{i}": b"" for i in range(10_001)}),
    "truncated": ARCHIVE[:-40],
    "a byte changed": ARCHIVE[:1000] + bytes([ARCHIVE[1000] ^ 1]) + ARCHIVE[1001:],
    "no archive": b"<html>moved</html>",
    "empty": b"",
}


@pytest.mark.parametrize("what", HOSTILE)
def test_hostile_archives_write_nothing(what, tmp_path):
    inside = tmp_path / "inside"
    inside.mkdir()
    archive = inside / "tiny.zip"
    archive.write_bytes(HOSTILE[what])
    with pytest.raises(UserError) as caught:
        archives.unpack(archive, inside, dict.fromkeys(FILES))
    assert len(str(caught.value).splitlines()) == 1 and str(archive) in str(caught.value)
    assert [path.name for path in tmp_path.rglob("*")] == ["inside", "tiny.zip"]


def test_only_the_folder_of_the_data_is_written(tmp_path):
    """What else is in the archive may overwrite nothing: not in a home folder, nor other data."""
    (tmp_path / "other").mkdir()
    (tmp_path / "other/dataset.json").write_text("mine")
    others = {
        ".bashrc": b"x",
        ".ssh/authorized_keys": b"x",
        "other/dataset.json": b"x",
        "tiny": b"",
    }
    (tmp_path / "tiny.zip").write_bytes(zipped(others | FILES))
    archives.unpack(tmp_path / "tiny.zip", tmp_path, dict.fromkeys(FILES))
    assert sorted(os.listdir(tmp_path)) == ["other", "tiny", "tiny.zip"]
    assert (tmp_path / "other/dataset.json").read_text() == "mine"
    (tmp_path / "tiny.zip").unlink()
    (tmp_path / "other/dataset.json").unlink()
    assert_got(tmp_path)


@pytest.mark.parametrize("inner", [False, True])
def test_a_link_in_the_place_of_the_folder_is_not_followed(inner, tmp_path):
    target, out = tmp_path / "target", tmp_path / "out"
    target.mkdir()
    out.mkdir()
    files = {"tiny/sub/dataset.json": b"{}"}
    if inner:
        (out / "tiny").mkdir()
        (out / "tiny/sub").symlink_to(target)
    else:
        (out / "tiny").symlink_to(target)
    (out / "tiny.zip").write_bytes(zipped(files))
    with pytest.raises(UserError, match="move it away"):
        archives.unpack(out / "tiny.zip", out, dict.fromkeys(files))
    assert os.listdir(target) == [] and sorted(os.listdir(out)) == ["tiny", "tiny.zip"]


def test_what_a_killed_call_left_goes_with_the_next(tmp_path):
    (tmp_path / ".imaginet-12345678.part").mkdir()
    (tmp_path / ".imaginet-12345678.part/half").write_text("x")
    (tmp_path / ".unpack-theirs").mkdir()
    (tmp_path / "tiny.zip").write_bytes(ARCHIVE)
    archives.unpack(tmp_path / "tiny.zip", tmp_path, dict.fromkeys(FILES))
    assert sorted(os.listdir(tmp_path)) == [".unpack-theirs", "tiny", "tiny.zip"]


def test_an_archive_that_lies_about_its_size(tmp_path):
    """The size in the directory is a bound: what a member unpacks to beyond it is not written."""
    content = zipped({"tiny/dataset.json": bytes(2**22)})
    told = (2**22).to_bytes(4, "little")
    (tmp_path / "tiny.zip").write_bytes(content.replace(told, (100).to_bytes(4, "little")))
    with pytest.raises(UserError, match="cannot read"):
        archives.unpack(tmp_path / "tiny.zip", tmp_path, {"tiny/dataset.json": None})
    assert os.listdir(tmp_path) == ["tiny.zip"]
