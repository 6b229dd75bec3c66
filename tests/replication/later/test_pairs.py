"""Pairs of a right and a wrong sentence: the rules, and the choice between them."""

from collections import Counter
from types import SimpleNamespace

import numpy as np
import pytest

from imaginet_pt.data.dataset import Captions, Dataset, Image
from imaginet_pt.data.scalers import SCALERS
from imaginet_pt.data.scenes import corpus, features, grammar, graph, lexicon, syntax
from imaginet_pt.replication.later import minimal_pairs, pairs
from imaginet_pt.replication.later.pairs import ROLES, Pair


@pytest.fixture(scope="module")
def scenes():
    return corpus.fresh(150)


@pytest.fixture(scope="module")
def made(scenes):
    captions = scenes.captions(corpus.FRESH)
    groups = pairs.groups_of_scenes()
    words = {word for text in captions.texts for word in text.split()}
    parsed = [syntax.parse(text.split()) for text in captions.texts]
    return pairs.replaced(captions, groups, words), pairs.exchanged(captions, parsed, groups)


def test_fresh_scenes_are_new_and_seen_with_the_same_eyes(scenes):
    rng = np.random.default_rng(0)
    known = graph.draw(corpus.TRAIN + corpus.VAL, rng)
    for scene in known:
        grammar.describe(scene, rng)
    alone = [graph.single(noun, rng) for noun in lexicon.PATHS for _ in range(corpus.EXEMPLARS)]
    eye, noise = features.draw_eye(len(known) + len(alone), rng)
    vectors = features.see(known + alone, eye, noise)
    np.testing.assert_array_equal(vectors, corpus.load().features)
    assert {len(image.sentences) for image in scenes.images} == {5}
    old = {text for image in corpus.load().images for text in image.sentences}
    fresh = [image.sentences for image in scenes.images]
    assert not any(set(texts) <= old for texts in fresh)


def test_one_word_differs_and_the_new_one_is_in_no_caption(scenes, made):
    words = {image.imgid: " ".join(image.sentences).split() for image in scenes.images}
    for pair in made[0]:
        changed = [(a, b) for a, b in zip(pair.right, pair.wrong, strict=True) if a != b]
        assert len(changed) == 1 and len(pair.right) == len(pair.wrong)
        assert changed[0][1] not in words[pair.image]
    assert set(Counter(pair.kind for pair in made[0])) == set(pairs.KINDS)


def test_every_replacement_is_there_as_often_as_the_other_way_round(made):
    for kind in pairs.KINDS:
        changes = Counter(
            next((a, b) for a, b in zip(p.right, p.wrong, strict=True) if a != b)
            for p in made[0]
            if p.kind == kind
        )
        assert changes and all(changes[b, a] == n for (a, b), n in changes.items())


def test_an_exchange_has_the_same_words_in_another_order(made):
    for pair in made[1]:
        assert pair.right != pair.wrong and sorted(pair.right) == sorted(pair.wrong)
        assert sum(a != b for a, b in zip(pair.right, pair.wrong, strict=True)) == 2
    assert {p.kind for p in made[1]} == {ROLES} and len(made[1]) > 50


@pytest.mark.parametrize(
    "right, wrong",
    [
        ("a man chases a dog near a cat", None),  # of two groups
        ("a bull chases a goat near a cow", "a goat chases a bull near a cow"),
        ("a bull is led by a goat", "a goat is led by a bull"),
        ("a bull that a goat leads", None),  # the verb is not between them
        ("two bulls leading a goat", None),  # of two numbers
        ("a goose leads a hen", "a hen leads a goose"),
        ("an eagle leads a hen", None),  # "an hen leads a eagle"
        ("near a bull a goat walks", None),
    ],
)
def test_who_changes_places(right, wrong):
    captions = Captions([right], np.array([0]))
    found = pairs.exchanged(captions, [syntax.parse(right.split())], pairs.groups_of_scenes())
    assert [" ".join(pair.wrong) for pair in found] == ([wrong] if wrong else [])


def test_synonyms_articles_and_words_of_two_groups():
    groups = [[["big", "large"], ["small"], ["old"]], [["small"], ["tall"]]]
    peers = pairs.find_peers(groups, {"big", "large", "small", "old", "tall"})
    assert peers.others == {"big": [], "large": [], "old": [], "tall": []}
    groups = [[["red"], ["blue", "azure"], ["green"]]]
    peers = pairs.find_peers(groups, {"red", "blue", "azure"})
    assert peers.others == {"red": ["blue"], "blue": ["red"], "azure": []}
    texts = ["a red cup", "an azure cup", "a red box", "a blue hat"]
    captions = Captions(texts, np.array([0, 0, 1, 2]))
    swaps = list(pairs._swaps([text.split() for text in texts], captions, peers))
    assert swaps == [(2, 1, "red", "blue"), (3, 1, "blue", "red")]  # image 0 is azure


def test_the_written_groups_have_no_word_twice():
    for groups in pairs.written_groups().values():
        for group in groups:
            words = [word for concept in group for word in concept]
            assert len(words) == len(set(words)) and len(group) > 1


def test_the_sentence_whose_picture_is_nearer_is_chosen():
    vectors = {"x": [1, 0], "y": [0, 1], "z": [1, 1]}

    class Model:
        def outputs(self, ids, padding):
            return {"output_vis": np.array([vectors[i] for i in ids], "f4")}

    run = SimpleNamespace(
        model=Model(),
        tokenizer=SimpleNamespace(transform=list),
        scaler=SCALERS["none"](),
        folder=None,
    )
    images = tuple(Image(i, "val", "", ("x",)) for i in range(2))
    pictures = Dataset("d", images, np.array([[2, 1], [0, 3]], "f4"), {}, synthetic=False)
    asked = [(0, "x", "y"), (0, "y", "x"), (1, "x", "z"), (1, "y", "y"), (0, "z", "x")]
    inputs = minimal_pairs.Inputs(pictures, [Pair("k", i, (a,), (b,)) for i, a, b in asked], "")
    # cosines with image 0: x 2/5^.5, y 1/5^.5, z 3/10^.5
    assert minimal_pairs.choose(run, inputs).tolist() == [1, 0, 0, 0.5, 1]
