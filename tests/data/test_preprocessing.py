"""Tokens, vocabularies, minibatches: small cases whose answers are known."""

import json

import pytest

from imaginet_pt.data.preprocessing import Tokenizer, tokenize
from imaginet_pt.errors import UserError

TEXTS = ["A dog , a cat.", "a Dog runs", "the cat"]


def test_punctuation_stands_alone_and_spaces_do_not_count():
    assert tokenize("don't  stop.\tnow\n") == ["don", "'", "t", "stop", ".", "\t", "now", "\n"]


def test_vocabulary_keeps_words_in_enough_texts_the_most_frequent_first():
    tokenizer = Tokenizer.fit(TEXTS, min_df=2)
    assert tokenizer.words == ["PAD", "END", "UNK", "a", "dog", "cat"]
    assert tokenizer.transform(["A bird, a DOG"]) == [[3, 2, 2, 3, 4]]
    assert tokenizer.inverse_transform([[3, 2, 4]]) == ["a UNK dog"]


def test_characters_and_bags_as_tokens():
    characters = Tokenizer.fit(["aab", "ac"], min_df=1, unit="character")
    assert sorted(characters.words[3:]) == ["a", "b", "c"]
    assert characters.inverse_transform(characters.transform(["abc"])) == ["abc"]
    bag = Tokenizer.fit(TEXTS, min_df=1, unit="bag")
    assert sorted(bag.words[3:]) == ["cat", "dog", "runs", "the"]


def test_no_frequent_word_is_a_mistake_of_the_user():
    with pytest.raises(UserError, match="lower `word_freq_threshold`"):
        Tokenizer.fit(TEXTS, min_df=4)


def test_vocabulary_file(tmp_path):
    tokenizer = Tokenizer.fit(["é"] + TEXTS, min_df=1)
    tokenizer.save(tmp_path / "v.json")
    assert Tokenizer.load(tmp_path / "v.json").words == tokenizer.words
    assert json.loads((tmp_path / "v.json").read_text())[:3] == ["PAD", "END", "UNK"]


@pytest.mark.parametrize(
    "content", ["{}", "[1]", '["PAD"]', '["PAD","END","UNK","a","a"]', "[", "[" * 9999]
)
def test_other_files_are_no_vocabulary(tmp_path, content):
    (tmp_path / "v.json").write_text(content)
    with pytest.raises(UserError, match="v.json"):
        Tokenizer.load(tmp_path / "v.json")
