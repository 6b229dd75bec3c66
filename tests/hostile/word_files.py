"""Files of words and sentences made badly: word pairs, vocabularies, lists, captions."""

import io
import json
import math
from argparse import Namespace

import numpy as np
from hostile import damage
from hypothesis import strategies as st

from imaginet_pt import settings
from imaginet_pt.cli import sentences
from imaginet_pt.data import preprocessing, word_pairs
from imaginet_pt.data.dataset import Dataset, Image
from imaginet_pt.replication import queries

PAIRS = [
    b"sun-n\tsunlight-n\t50.0\nred-j\tblue-j\t3\n",
    b"sun sunlight 50\nred blue 3e0\n",
    b"# from people\nsun\tsunlight\t50.0\n",
    b"word1\tword2\tPOS\tSimLex999\tconc\nold\tnew\tA\t1.58\t2\n",
]
PAIRS_CORPUS = [
    b"a b " + b"1" * 10**6,
    b"\n" * 10**7,
    b"a" * 10**7,
    b"a b 1\n" * 10**6,
    b" " * 10**7,
]
lines = st.lists(st.text(max_size=12) | st.sampled_from(["a b 1", "a-n b-n .5", "a b nan", "#"]))


def read_word_pairs(folder, content):
    (folder / "pairs.txt").write_bytes(content)
    pairs = word_pairs.read_pairs(folder / "pairs.txt")
    assert pairs
    text = content.decode()
    for pair in pairs:
        assert math.isfinite(pair.score) and pair.first in text and pair.second in text


WORDS = ["PAD", "END", "UNK", "dog", "cät", "\n", "."]


def read_vocabulary(folder, content):
    (folder / "vocabulary.json").write_bytes(content)
    tokenizer = preprocessing.Tokenizer.load(folder / "vocabulary.json")
    assert tokenizer.words == json.loads(content)
    assert [tokenizer.ids[word] for word in tokenizer.words] == list(range(len(tokenizer.words)))
    tokenizer.save(folder / "copy.json")


def read_words(folder, content):
    (folder / "words").write_bytes(content)
    for word in settings.read_words(folder / "words"):
        assert word.encode("utf-8") and word


IMAGES = (Image(0, "val", "a.jpg", ("A dog.", "A cat.")),)


def read_captions(folder, content):
    (folder / "captions.txt").write_bytes(content)
    dataset = Dataset("tiny", IMAGES, np.ones((1, 2)), {}, False)
    found = queries.read_captions(Namespace(captions=folder / "captions.txt"), dataset)
    assert found and all(line.strip() for line in found)


def read_sentences(folder, content):
    found = sentences.read_sentences(io.TextIOWrapper(io.BytesIO(content), "utf-8"))
    assert found and all(text.encode("utf-8").strip() for text in found)


TEXT = [b"A dog runs.\n\nA cat.\n", '["dog", "cät"]'.encode(), "\ufeffein Hund\r\n".encode()]
TEXT_CORPUS = [b"a" * 10**7, b"a\n" * 10**6, b"\xff\xfe", b"[" * 10**6, b"\0", b"", b"\n" * 10**6]
texts = damage.damaged(TEXT) | st.binary() | st.text().map(lambda t: t.encode("utf-8", "replace"))
