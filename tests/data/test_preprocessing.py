"""Tokens, vocabularies, minibatches: small cases whose answers are known."""

import json

import pytest

from imaginet_pt.data.preprocessing import SPECIAL, UNK, Tokenizer, plain, tokenize
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


ALIKE = {
    "composed letters": ("un caf\u00e9", "un cafe\u0301"),
    "curly quotes": ("a \u201cman\u201d \u2018here\u2019", "a \"man\" 'here'"),
    "an apostrophe": ("the man\u2019s dog", "the man's dog"),
    "dashes": ("a man \u2013 a dog \u2014 a cat", "a man - a dog - a cat"),
    "an ellipsis": ("a dog\u2026", "a dog..."),
    "a byte order mark": ("\ufeffa dog", "a dog"),
    "a space that does not break": ("a\u00a0dog", "a dog"),
}


@pytest.mark.parametrize("unit", ["word", "character", "bag"])
@pytest.mark.parametrize("one, other", ALIKE.values(), ids=ALIKE)
def test_one_text_written_in_two_ways_has_the_same_words(one, other, unit):
    for trained, typed in ((one, other), (other, one)):
        tokenizer = Tokenizer.fit([trained], min_df=1, unit=unit)
        assert tokenizer.transform([typed]) == tokenizer.transform([trained])
        assert UNK not in tokenizer.transform([typed])[0]


def test_text_in_ascii_is_read_as_by_the_original():
    everything = "".join(map(chr, range(128)))
    assert plain(everything) == everything.lower()
    assert Tokenizer.fit([everything], 1).words[3:] == list(
        dict.fromkeys(tokenize(everything.lower()))
    )


def test_words_of_a_vocabulary_that_are_not_plain_are_found():
    tokenizer = Tokenizer([*SPECIAL, "cafe\u0301", "caf\u00e9s", "man\u2019s"])
    assert tokenizer.transform(["caf\u00e9 caf\u00e9s"]) == [[3, 4]]
    assert "pad" not in tokenizer.ids


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


def test_a_line_end_of_windows_is_no_part_of_a_word():
    assert tokenize("a dog runs\r\n") == ["a", "dog", "runs", "\n"]
