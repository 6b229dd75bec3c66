"""Tokens, vocabularies, minibatches: small cases whose answers are known."""

import json

import numpy as np
import pytest

from imaginet_pt.data.dataset import Captions
from imaginet_pt.data.examples import Examples, without_images
from imaginet_pt.data.iterators import batches, equal_lengths, padded
from imaginet_pt.data.preprocessing import Tokenizer, tokenize
from imaginet_pt.data.scalers import NoScaler, StandardScaler
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


def test_padding_is_on_the_left():
    np.testing.assert_array_equal(padded([[5], [6, 7, 8]]), [[0, 6], [0, 7], [5, 8]])


def test_batches_sort_inside_chunks_of_twenty_and_keep_equal_lengths_in_order():
    lengths = [3, 1, 2] * 14  # 42 sequences; with size 2 a chunk holds 40
    cut = list(batches(lengths, 2))
    assert [len(b) for b in cut] == [2] * 21
    first = np.concatenate(cut[:20])
    np.testing.assert_array_equal(first, np.argsort(lengths[:40], kind="stable"))
    np.testing.assert_array_equal(cut[20], [40, 41][:: 1 if lengths[40] <= lengths[41] else -1])


def test_batches_are_shuffled_by_a_permutation_of_the_stream():
    lengths = np.arange(100) % 7
    plain = list(batches(lengths, 2))
    rng = np.random.RandomState(5)
    orders = [rng.permutation(20), 20 + rng.permutation(20), 40 + rng.permutation(10)]
    shuffled = list(batches(lengths, 2, np.random.RandomState(5)))
    for got, i in zip(shuffled, np.concatenate(orders), strict=True):
        np.testing.assert_array_equal(got, plain[i])


def test_equal_lengths_need_no_padding_and_lose_nobody():
    lengths = np.array([2, 3, 2, 2, 3, 1])
    cut = list(equal_lengths(lengths, 2))
    assert all(len(set(lengths[b])) == 1 and len(b) <= 2 for b in cut)
    assert sorted(np.concatenate(cut)) == list(range(6))


def test_a_minibatch_has_the_input_the_next_words_and_the_images():
    features = np.arange(6, dtype="float32").reshape(3, 2)
    examples = Examples([[4, 5], [6]], np.array([2, -1]), features, NoScaler())
    X, Y, Z = examples.minibatch(np.array([0, 1]))
    np.testing.assert_array_equal(X.T, [[0, 4, 5], [0, 0, 6]])
    np.testing.assert_array_equal(Y.T, [[4, 5, 1], [0, 6, 1]])
    np.testing.assert_array_equal(Z, [[4, 5], [0, 0]])
    assert (X.dtype, Y.dtype, Z.dtype) == (np.int32, np.int32, np.float32)
    assert features[2, 0] == 4, "the features themselves are not touched"


def test_captions_with_hidden_words_lose_their_image():
    captions = Captions(["a dog", "A Dog", "cats"], np.array([0, 1, 2]))
    np.testing.assert_array_equal(without_images(captions, {"dog"}), [-1, 1, 2])


def test_standard_scaler_counts_an_image_once_a_caption():
    rng = np.random.RandomState(3)
    features = rng.normal(3, 2, (5, 4)).astype("float32")
    features[:, 3] = 7
    rows = np.array([0, 0, 1, 4, -1])
    Z = np.where(rows[:, None] >= 0, features[rows], 0).astype("float64")
    scaler = StandardScaler.fit(features, rows)
    np.testing.assert_allclose(scaler.mean, Z.mean(axis=0), rtol=1e-6)
    np.testing.assert_allclose(scaler.scale, Z.std(axis=0), rtol=1e-6)
    scaled = scaler.transform(features)
    np.testing.assert_allclose(scaler.inverse_transform(scaled), features, rtol=1e-5)
    constant = StandardScaler.fit(features, np.array([0, 1]))
    assert constant.scale[3] == 1
