"""Minibatches: their order, and the arrays of one."""

import numpy as np

from imaginet_pt.data.iterators import batches, equal_lengths, padded


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
