"""Parts of speech and relations of the captions of scenes."""

from collections import Counter

import pytest

from imaginet_pt.data.scenes import syntax
from imaginet_pt.data.scenes.corpus import load
from imaginet_pt.errors import UserError

PARSED = {
    "three old men are chasing a dog at night": (
        "CD JJ NNS VBP VBG DT NN IN NN",
        "nummod amod nsubj aux ROOT det dobj prep pobj",
    ),
    "a cat is cut by a pair of girls": (
        "DT NN VBZ VBN IN DT NN IN NNS",
        "det nsubjpass auxpass ROOT agent nummod nummod nummod pobj",
    ),
    "two kids cut a cake": ("CD NNS VBP DT NN", "nummod nsubj ROOT det dobj"),
    "there is a bird that a fox meets": (
        "EX VBZ DT NN WDT DT NN VBZ",
        "expl ROOT det attr dobj det nsubj relcl",
    ),
    "boy who is next to a sofa": ("NN WP VBZ RB IN DT NN", "ROOT nsubj relcl advmod prep det pobj"),
    "on a sunny day a lady walks": ("IN DT JJ NN DT NN VBZ", "prep det amod pobj det nsubj ROOT"),
    "a bag with a rose above it": ("DT NN IN DT NN IN PRP", "det ROOT prep det pobj prep pobj"),
}


@pytest.mark.parametrize("caption", PARSED)
def test_captions_are_parsed_as_by_hand(caption):
    tokens = syntax.parse(caption.split())
    pos, relations = PARSED[caption]
    assert " ".join(token.pos for token in tokens) == pos
    assert " ".join(token.relation for token in tokens) == relations
    assert " ".join(token.word for token in tokens) == caption


def test_every_caption_has_one_root_and_no_verb_too_many():
    texts = load(seed=3, train=150, val=1).captions("train").texts
    for text in texts:
        tokens = syntax.parse(text.split())
        relations = Counter(token.relation for token in tokens)
        assert relations["ROOT"] == 1, text
        assert relations["nsubj"] + relations["nsubjpass"] <= 2, text
        assert all(token.pos in ("NN", "NNS", "PRP", "WDT") for token in tokens
                   if token.relation in ("dobj", "pobj")), text  # fmt: skip


def test_a_caption_of_something_else():
    with pytest.raises(UserError, match="'zebra'; give `parser`"):
        syntax.parse("a zebra runs".split())
