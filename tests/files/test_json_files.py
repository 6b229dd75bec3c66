"""JSON, read a window at a time: values and refusals are those of the standard library."""

import gzip
import json
import tempfile
import tracemalloc
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from imaginet_pt.errors import UserError
from imaginet_pt.files import json_files
from imaginet_pt.files.json_files import read_json, read_list


def write(folder, content, name="x.json"):
    path = Path(folder) / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda v: st.lists(v, max_size=4) | st.dictionaries(st.text(max_size=3), v, max_size=4),
    max_leaves=20,
)
objects = st.dictionaries(st.sampled_from("abc") | st.text(max_size=3), values, max_size=4)


@settings(max_examples=300, deadline=None)
@given(objects, st.sampled_from([None, 1]), st.booleans(), st.integers(1, 40))
def test_any_object_is_read_as_it_was_written(value, indent, ascii_only, piece):
    text = json.dumps(value, indent=indent, ensure_ascii=ascii_only)
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        path = write(folder, text.encode("utf-8", "surrogatepass" if ascii_only else "replace"))
        expected = json.loads(path.read_bytes())
        patch.setattr(json_files, "WINDOW", 64)
        patch.setattr("imaginet_pt.files.reading.PIECE", piece)
        assert read_json(path) == expected
        converted = read_json(path, {"a": lambda i, entry: (i, entry)})
        if isinstance(expected.get("a"), list):
            assert converted["a"] == list(enumerate(expected["a"]))
        else:
            assert converted == expected


@settings(max_examples=500, deadline=None)
@given(objects, st.floats(0, 1), st.binary(max_size=3), st.booleans(), st.integers(1, 40))
def test_damaged_json_is_refused_exactly_where_the_standard_library_refuses(
    value, share, new, convert, piece
):
    content = json.dumps(value).encode()
    place = int(share * len(content))
    content = content[:place] + new + content[place + len(new) :]
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        patch.setattr(json_files, "WINDOW", 64)
        patch.setattr("imaginet_pt.files.reading.PIECE", piece)
        path = write(folder, content)
        try:
            expected = json.loads(content.decode("utf-8-sig"))
        except ValueError:
            expected = None
        functions = {"a": lambda i, entry: entry, "b": lambda i, entry: entry} if convert else None
        if isinstance(expected, dict):
            assert repr(read_json(path, functions)) == repr(expected)
        else:
            with pytest.raises(UserError):
                read_json(path, functions)


REFUSED = {
    "empty": ("", "not JSON: Expecting value, line 1"),
    "a list": ("[1, 2]", "expected an object, found"),
    "deep": ('{"a": ' + "[" * 10**6, "not JSON"),
    "digits": ('{"a": ' + "1" * 10**6 + "}", "not JSON"),
    "no colon": ('{"a" 1}', "expected :, line 1, character 5"),
    "no comma": ('{"a": 1\n "b": 2}', "expected , or }, line 2"),
    "a comma at the end": ('{"a": 1,}', "key in double quotes"),
    "more behind it": ('{"a": 1} {', "extra data, line 1, character 9"),
    "no UTF-8": (b'{"a": "\xff"}', "not JSON: 'utf-8' codec"),
    "an endless value": ('{"a": "' + "x" * 2**25, "longer than 16,777,216"),
}


@pytest.mark.parametrize("content, words", REFUSED.values(), ids=REFUSED)
def test_what_is_wrong_is_named_with_its_place(tmp_path, content, words):
    with pytest.raises(UserError, match="x.json") as caught:
        read_json(write(tmp_path, content))
    assert words in str(caught.value) and len(str(caught.value)) < 300


def test_many_groups_are_refused_before_any_is_made(tmp_path, monkeypatch):
    monkeypatch.setattr(json_files, "MAX_GROUPS", 5)
    assert read_json(write(tmp_path, '{"a": [[], [], []]}'))
    for name, pack in (("x.json", bytes), ("x.json.gz", gzip.compress)):
        path = write(tmp_path, pack(b'{"a": [[], [], [], []]}'), name)
        with pytest.raises(UserError, match="more than 5 lists and objects"):
            read_json(path, {"a": lambda i, entry: pytest.fail("made")})


@pytest.mark.parametrize(
    "content",
    [
        b"{" + b",".join(b'"%d":1' % i for i in range(1001)) + b"}",
        b"{" + b",".join(b'"a":1' for _ in range(1001)) + b"}",
        b'{"a":[' + b"1," * 2**22 + b'1],"b":[' + b"1," * 2**22 + b"1]}",
    ],
)
def test_many_keys_and_much_beside_the_long_lists_are_refused(tmp_path, content):
    path = tmp_path / "x.json"
    path.write_bytes(content)
    with pytest.raises(UserError, match="more than 1,000 keys, or values of more than 16,777,216"):
        json_files.read_json(path)


def test_memory_is_that_of_what_is_kept(tmp_path):
    path = write(tmp_path, '{"a": [' + ",".join(['{"x": "' + "y" * 1000 + '"}'] * 40_000) + "]}")
    tracemalloc.start()
    content = read_json(path, {"a": lambda i, entry: len(entry["x"])})
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert content == {"a": [1000] * 40_000}
    assert peak < path.stat().st_size / 3


def test_a_list_of_words(tmp_path):
    assert read_list(write(tmp_path, '["a", "é"]')) == ["a", "é"]
    for content in ('["a", ""]', '["a", 1]', '["\\ud800"]', "{}", '"a"'):
        with pytest.raises(UserError, match="x.json"):
            read_list(write(tmp_path, content))


def test_a_byte_order_mark_is_nothing(tmp_path):
    assert read_json(write(tmp_path, b'\xef\xbb\xbf{"a": [1]}')) == {"a": [1]}
    assert read_list(write(tmp_path, b'\xef\xbb\xbf["a"]')) == ["a"]
