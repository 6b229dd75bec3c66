"""Benchmarks are known by their pairs: what is refused, what is named, what is recognized."""

import random
import shutil

import pytest
from gensim.test.utils import datapath

from imaginet_pt.data import benchmarks, word_pairs
from imaginet_pt.data.word_pairs import WordPair
from imaginet_pt.errors import UserError

SIMLEX, WORDSIM = datapath("simlex999.txt"), datapath("wordsim353.tsv")


@pytest.fixture
def own(tmp_path):
    path = tmp_path / "own.tsv"
    path.write_text("dog\tcat\t9\ncar\tboat\t8\nman\twoman\t7\n")
    return path


def pairs_like(count, *samples):
    others = [(f"a{i}", f"b{i}") for i in range(count - len(samples))]
    return [WordPair(*words, 1.0) for words in [*others, *samples]]


def test_simlex_as_men_is_refused_with_what_it_is():
    with pytest.raises(UserError) as caught:
        benchmarks.load(men=SIMLEX)
    told = str(caught.value)
    assert told.startswith(
        f"`men` {SIMLEX} holds the 999 pairs of SimLex-999, not the 3,000 of MEN"
    )
    assert "\n" not in told and f"`pairs` {SIMLEX}" in told


def test_pairs_of_one_s_own_are_no_benchmark(own):
    with pytest.raises(UserError, match=r"holds 3 pairs of your own, .* `pairs` NAME="):
        benchmarks.load(simlex=own)
    with pytest.raises(UserError, match="name them"):
        benchmarks.load(pairs=[str(own)])
    with pytest.raises(UserError, match="not men; rename"):
        benchmarks.load(pairs=[f"men={own}"])
    loaded = benchmarks.load(pairs=[f"pets={own}"])
    assert list(loaded) == ["SimLex-999", "pets"] and len(loaded["pets"]) == 3


def test_a_path_may_have_an_equals_sign(own, tmp_path):
    (tmp_path / "a=b").mkdir()
    path = shutil.copy(own, str(tmp_path / "a=b/pairs.txt"))
    assert list(benchmarks.load(pairs=[f"pets={path}"])) == ["SimLex-999", "pets"]
    assert benchmarks.file_paths({"pairs": [path, f"pets={path}"]}) == [path, path]


def test_a_known_file_bears_its_own_name():
    assert list(benchmarks.load(pairs=[WORDSIM])) == ["SimLex-999", "WordSim-353"]
    with pytest.raises(UserError, match="call them WordSim-353"):
        benchmarks.load(pairs=[f"mine={WORDSIM}"])
    with pytest.raises(UserError, match="WordSim-353 is there already"):
        benchmarks.load(pairs=[WORDSIM, WORDSIM])
    with pytest.raises(UserError, match="SimLex-999 is there already"):
        benchmarks.load(simlex=SIMLEX, pairs=[SIMLEX])


def test_what_the_refusal_of_men_proposes_works():
    """SimLex-999 as `pairs` takes the place of gensim's copy."""
    assert list(benchmarks.load(pairs=[SIMLEX])) == ["SimLex-999"]


def test_order_case_and_scores_do_not_count():
    pairs = [WordPair(p.second.upper(), p.first, 0.0) for p in word_pairs.simlex()]
    random.Random(0).shuffle(pairs)
    assert benchmarks.identify(pairs) == "SimLex-999"
    assert benchmarks.identify(pairs[1:]) == ""
    assert benchmarks.identify([WordPair("no", "pair", 1.0), *pairs[1:]]) == ""


def test_what_has_no_digest_is_known_by_its_count_and_some_pairs():
    rg = [("gem", "jewel"), ("cord", "smile"), ("rooster", "voyage")]
    assert benchmarks.identify(pairs_like(65, *rg)) == "RG-65"
    assert benchmarks.identify(pairs_like(64, *rg)) == ""
    lemmas = pairs_like(3000, ("sun", "sunlight"), ("automobile", "car"))
    assert benchmarks.identify(lemmas) == "MEN"


@pytest.mark.parametrize(
    "file, name",
    [
        ("men3k.tsv", "MEN"),
        ("simlex999.tsv", "SimLex-999"),
        ("simverb3500.txt", "SimVerb-3500"),
    ],
)
def test_the_real_files_are_recognized(shared, file, name):
    assert benchmarks.identify(word_pairs.read_pairs(shared / "data/wordsim" / file)) == name


@pytest.mark.parametrize(
    "text", ["Word 1,Word 2,Human (mean)\nlove,sex,6.77\n", "gem;jewel;3.94\n", "take\tgo\tV\t2\tX"]
)
def test_the_formats_of_other_benchmarks(tmp_path, text):
    (tmp_path / "pairs.csv").write_text(text)
    (pair,) = word_pairs.read_pairs(tmp_path / "pairs.csv")
    assert pair.score in (6.77, 3.94, 2.0)
