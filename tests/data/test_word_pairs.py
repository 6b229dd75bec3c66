"""Word pairs: the kinds of file, and an error with the line for whatever is no pair."""

import math
import tempfile
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from imaginet_pt.data import word_pairs
from imaginet_pt.data.word_pairs import WordPair, read_pairs
from imaginet_pt.errors import UserError
from imaginet_pt.files import reading

PAIRS = [WordPair("sun", "sunlight", 50.0), WordPair("river", "water", 4.9)]
HEADER = "word1 word2 POS SimLex999 conc(w1) conc(w2) concQ Assoc(USF) SimAssoc333 SD(SimLex)"
HEADER = HEADER.replace(" ", "\t")
REST = "4.9\t4.8\t4\t7.25\t1\t0.41"
FILES = {
    "spaces": "sun sunlight 50.000000\nriver water 4.9\n",
    "tabs, no newline at the end": "sun\tsunlight\t50\nriver\twater\t4.9",
    "lemma": "sun-n sunlight-n 50.0\nriver-n water-v 4.9\n",
    "official": f"{HEADER}\nsun\tsunlight\tN\t50\t{REST}\nriver\twater\tV\t4.9\t{REST}\n",
    "gensim": "# The data\n# Word 1\tWord 2\nsun\tsunlight\t50\nriver\twater\t4.9\n",
    "Windows": "\ufeffsun sunlight 5e1\r\nriver water 4.9\r\n\r\n",
}


def write(folder, content):
    path = Path(folder) / "pairs.txt"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def refused(path, *words):
    with pytest.raises(UserError) as caught:
        read_pairs(path)
    line = str(caught.value)
    assert len(line.splitlines()) == 1 and len(line) < 300 + len(str(path))
    for word in (path.name, *words):
        assert word in line


@pytest.mark.parametrize("content", FILES.values(), ids=FILES)
def test_reads_every_kind(tmp_path, content):
    assert read_pairs(write(tmp_path, content)) == PAIRS


def test_a_hyphen_is_no_suffix_without_lemma_form(tmp_path):
    pairs = read_pairs(write(tmp_path, "sun moon 1\nt-n vitamin-v -2.5\n"))
    assert pairs[1] == WordPair("t-n", "vitamin-v", -2.5)


LINES = {
    "two columns": "river water",
    "four columns": "river water 4.9 1",
    "no number": "river water high",
    "NaN": "river water nan",
    "infinite": "river water inf",
    "overflow": "river water 1e999",
    "underscore": "river water 1_0",
    "blank": "",
    "comment": "# river 4.9",
    "space at the end": "river water 4.9 ",
    "header again": HEADER,
    "binary": "\x00\x01",
    "long": "x" * 10**6,
}


@pytest.mark.parametrize("line", LINES.values(), ids=LINES)
def test_refuses_a_bad_line_with_its_number(tmp_path, line):
    path = write(tmp_path, f"sun sunlight 50\n{line}\nriver water 4.9\n")
    refused(path, "line 2", repr(line[:60])[:-1], "correct")


@pytest.mark.parametrize("bad", ["river water 4.9", "river-n water 4.9"])
def test_one_kind_to_the_end(tmp_path, bad):
    refused(write(tmp_path, f"sun-n sunlight-n 50\n{bad}\n"), "line 2", repr(bad))
    refused(write(tmp_path, f"{HEADER}\n{bad}\n"), "line 2", repr(bad))


@pytest.mark.parametrize("content", ["", "\n\n", HEADER, "# nothing\n"])
def test_refuses_a_file_without_pairs(tmp_path, content):
    refused(write(tmp_path, content), "no word pair")


def test_refuses_what_cannot_be_read(tmp_path, monkeypatch):
    refused(tmp_path / "nothing.txt", "No such file")
    refused(tmp_path, "directory")
    refused(write(tmp_path, "caf\xe9 tea 1\n".encode("latin-1")), "utf-8", "save it as UTF-8")
    monkeypatch.setattr(reading, "MAX_FILE", 5)
    refused(write(tmp_path, "sun sunlight 50\n"), "holds more than 5 bytes")


def test_simlex_comes_with_gensim():
    pairs = word_pairs.simlex()
    assert len(pairs) == 999 and pairs[0] == WordPair("old", "new", 1.58)


def test_reads_the_real_files(shared):
    assert len(read_pairs(shared / "data/wordsim/men3k.tsv")) == 3000
    assert read_pairs(shared / "data/wordsim/simlex999.tsv") == word_pairs.simlex()


words = st.text("abnv-#", min_size=1, max_size=4)
scores = st.floats().map(str) | st.integers(-99, 99).map(str) | st.text(max_size=3)
lines = st.tuples(words, words, scores).map(" ".join) | st.text(max_size=12) | st.just(HEADER)


@settings(max_examples=300, deadline=None)
@given(st.lists(lines, max_size=4).map("\n".join).map(str.encode) | st.binary(max_size=40))
@example(b"a-n b-n 1\n")
def test_any_file_is_read_whole_or_refused(content):
    with tempfile.TemporaryDirectory() as folder:
        path = write(folder, content)
        try:
            pairs = read_pairs(path)
        except UserError as error:
            assert len(str(error).splitlines()) == 1
        else:
            text = content.decode("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n")
            rows = [line for line in text.rstrip("\n").split("\n") if line != HEADER]
            while rows[0].startswith("#"):
                del rows[0]
            assert len(pairs) == len(rows)
            assert all(math.isfinite(pair.score) and pair.first and pair.second for pair in pairs)
