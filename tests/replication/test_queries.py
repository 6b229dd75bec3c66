"""Captions that Table 3 and Figure 3 search with, and what scrambling changes, by known vectors."""

from argparse import Namespace

import numpy as np
import pytest

from imaginet_pt.data.dataset import Captions, Dataset, Image
from imaginet_pt.data.preprocessing import Tokenizer
from imaginet_pt.data.scalers import SCALERS
from imaginet_pt.evaluation import neighbors
from imaginet_pt.replication import queries
from imaginet_pt.replication.queries import Search
from imaginet_pt.replication.results import NotRun

# The vector of a caption and of its image is the direction of its first word, in degrees.
DEGREES = {"dog": 0, "hound": 10, "puppy": 21, "wolf": 33, "kitten": 100, "cat": 112}
TEXTS = [f"{word} eats with us in town" for word in DEGREES]


def at(*degrees):
    return np.exp(1j * np.radians(degrees)).view(np.float64).reshape(-1, 2).astype("f4")


class Run:
    """A run that hears no order; untrained, each order of words points in one direction.

    Its states have two numbers, and its images three. Every reading is counted in `asked`.
    """

    def __init__(self, trained=True, asked=None):
        self.tokenizer, self.model = Tokenizer.fit(TEXTS, 1), self
        self.scaler, self.trained = SCALERS["none"](), trained
        self.asked = [] if asked is None else asked
        self.original = self.tokenizer.transform(TEXTS)

    def with_random_weights(self):
        return Run(False, self.asked)

    def outputs(self, captions, padding):
        self.asked.append(self.trained)
        states = at(*map(self.direction, captions))
        return {"hidden_vis": states, "output_vis": flat_images(states)}

    def direction(self, ids):
        if not self.trained:
            return 0 if ids in self.original else 110
        words = {self.tokenizer.words[i] for i in ids}
        return next(degrees for word, degrees in DEGREES.items() if word in words)


def flat_images(states):
    return np.pad(states, ((0, 0), (0, 1)))


def dataset(texts=TEXTS):
    """An image for each caption, after two of another split that lie where no caption does."""
    others = tuple(Image(i, "train", f"{i}.jpg", ("a",)) for i in range(2))
    images = tuple(Image(i, "val", f"{i}.jpg", (text,)) for i, text in enumerate(texts, start=2))
    vectors = flat_images(at(200, 210, *DEGREES.values()))
    return Dataset("small", others + images, vectors[: len(others + images)], {}, False)


@pytest.mark.parametrize(
    "caption, place",
    [
        ("A couple of horses hang their head over a rock pile .", 0),
        ("a couple of horses UNK their head over a rock pile", 0),
        ("a couple of horses hang down their head over a rock pile", -1),
        ("a couple of horses hang their heads over a rock pile", -1),
    ],
)
def test_unk_of_the_paper_is_any_one_word(caption, place):
    assert queries.find(queries.TABLE3[0], [queries._plain_tokens(caption)]) == place


def test_change_is_the_rank_of_neighbours_in_the_other_order():
    original = at(0, 10, 20, 30, 100, 110)
    turned = at(105.5, 10, 20, 30, 100, 110)
    same, search = (Search(original, s, original, np.arange(6)) for s in (original, turned))
    np.testing.assert_allclose(queries.change(same), 2.5)
    # 1 and 2 lie 5th and 4th from the turned query, and 5 and 4 lie 6th and 5th from the original.
    np.testing.assert_allclose(queries.change(search), [4.5, *5 * [2.5]])
    np.testing.assert_allclose(queries.change(search, k=1)[0], 5)


def test_change_among_images_leaves_none_out():
    images = at(0, 10, 100, 110, 120)
    search = Search(at(1, 1, 112), at(2, 119, 11), images)
    # The second: 0 and 1 lie 5th and 4th from 119, and 4 and 3 lie 5th and 4th from 1. The third:
    # 3 and 4 lie 4th and 5th from 11, and 1 and 0 lie 4th and 5th from 112.
    np.testing.assert_allclose(queries.change(search), [1.5, 4.5, 4.5])
    np.testing.assert_allclose(queries.change(search, k=1), [1, 5, 4])


def test_change_is_that_of_the_direction_where_it_is_smaller():
    # The nearest to 0 is -5, the 3rd from 40; the nearest to 40 is 30, the 2nd from 0.
    search = Search(at(0), at(40), at(-5, 30, 52))
    np.testing.assert_allclose(queries.change(search, k=1), [2])
    turned = Search(search.scrambled, search.original, search.candidates)
    np.testing.assert_allclose(queries.change(turned, k=1), [2])


def test_the_largest_changes_are_of_different_images():
    change, image = np.array([5, 9, 7, 8, 9]), np.array([1, 1, 2, 2, 0])
    assert queries.largest(change, image, 2).tolist() == [1, 4]
    assert queries.largest(change, image, 4).tolist() == [1, 4, 3]


def test_changes_by_hand():
    """By chance the words of caption i are those of i - 3; its own image is not left out."""
    changes = queries.changes(Run(), dataset())
    of_captions, of_images = changes[queries.CAPTIONS], changes[queries.IMAGES]
    np.testing.assert_allclose(of_captions.trained, 2.5)
    np.testing.assert_allclose(of_captions.untrained, 3.5)  # six captions in one place
    np.testing.assert_allclose(of_captions.chance, 2 * [2.5, 5, 4])
    np.testing.assert_allclose(of_images.trained, 1.5)
    np.testing.assert_allclose(of_images.untrained, 5.5)
    np.testing.assert_allclose(of_images.chance, 2 * [3.5, 5.5, 4.5])


@pytest.mark.parametrize(
    "kind, medians", [("captions", ("2.5", "3.5", "4.0")), ("images", ("1.5", "5.5", "4.5"))]
)
def test_controls_say_the_medians_of_their_kind(kind, medians):
    trained, untrained, chance = medians
    assert queries.controls(Run(), dataset(), kind) == (
        "For the median of all 6 captions of split val, in order and scrambled (seed 99), the 2 "
        f"{kind} nearest to one order have a mean rank of {trained} for the other, the smaller of "
        f"both directions; {untrained} with random weights, and {chance} if the words are another "
        "caption's, which is chance."
    )


def test_all_captions_are_read_once_by_a_run():
    """Table 3 and Figure 3 choose other numbers of the same captions, and say other controls."""
    run, data = Run(), dataset()
    two, three = (queries.choose(run, data, [], [], n)[0] for n in (2, 3))
    for kind in (queries.CAPTIONS, queries.IMAGES):
        queries.controls(run, data, kind)
    assert two == three[:2] and sorted(run.asked) == [False, True]
    queries.changes(run, dataset())
    assert len(run.asked) == 4  # other data, be it equal, is read by itself
    other = Run()
    queries.changes(other, data)
    assert len(other.asked) == 2


@pytest.mark.parametrize(
    "paper, lines, origin",
    [
        ([TEXTS[0]], ["a dog"], "The captions are the paper's own."),
        ([], ["a dog"], "The captions are those of --captions."),
    ],
)
def test_captions_that_are_given_have_an_origin_without_numbers(paper, lines, origin):
    assert queries.choose(Run(), dataset(), paper, lines, 2)[1] == origin


def test_a_single_caption_has_no_neighbours():
    with pytest.raises(NotRun, match="need two captions; small has one in val"):
        queries.read_captions(Namespace(captions=None), dataset(TEXTS[:1]))
    assert queries.read_captions(Namespace(captions=None), dataset(TEXTS[:2])) == []


def test_scrambling_is_that_of_the_retrieval_of_all_captions():
    run = Run()
    captions = Captions(["dog eats with us", "cat in town with us"], np.arange(2))
    orders = neighbors.word_orders(run, captions.texts)
    rng = np.random.RandomState(99)
    for ids, both in zip(run.tokenizer.transform(captions.texts), orders, strict=True):
        wanted = [ids[i] for i in rng.permutation(len(ids))]
        assert both == {"original": ids, "scrambled": wanted}
