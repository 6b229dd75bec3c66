"""The built-in corpus: its English, what its vectors show, and that the order of words matters."""

import re
from collections import Counter
from itertools import chain

import numpy as np
import pytest

from imaginet_pt.data import bag_of_words, data_provider, dataset
from imaginet_pt.data.preprocessing import Tokenizer
from imaginet_pt.data.scalers import SCALERS
from imaginet_pt.data.scenes import graph, lexicon
from imaginet_pt.data.scenes.corpus import _digest, load
from imaginet_pt.data.scenes.features import features, prototypes
from imaginet_pt.data.scenes.grammar import describe
from imaginet_pt.data.scenes.graph import FAMILY, Scene, Thing, draw
from imaginet_pt.data.word_pairs import read_pairs, simlex
from imaginet_pt.evaluation.ranking import image_retrieval
from imaginet_pt.nn import linreg

CHASE = Scene(Thing("man"), "chase", Thing("dog"))
CHASED = Scene(Thing("dog"), "chase", Thing("man"))
RED_ON_BLUE = Scene(Thing("cup", "red"), "on", Thing("book", "blue"))
BLUE_ON_RED = Scene(Thing("cup", "blue"), "on", Thing("book", "red"))


@pytest.fixture(scope="module")
def corpus():
    return load()


def names(scene):
    """All that fills the roles of a scene."""
    return list(chain(*scene.roles().values()))


def captions_of(scene):
    """All captions of a scene that 100 seeds give."""
    return {text for seed in range(100) for text in describe(scene, np.random.default_rng(seed))}


def test_splits_and_sizes(corpus):
    counts = Counter(image.split for image in corpus.images)
    assert counts["train"] >= 2000 and counts["val"] >= 400
    assert corpus.features.shape == (len(corpus.images), 256)
    assert corpus.features.dtype == np.float32
    assert [image.imgid for image in corpus.images] == list(range(len(corpus.images)))
    assert corpus.synthetic and "synthetic" in corpus.name


def test_is_found_by_its_name(corpus):
    assert data_provider.load("scenes").digests == corpus.digests


def test_five_different_captions_in_plain_lower_case(corpus):
    for image in corpus.split("train") + corpus.split("val"):
        assert len(set(image.sentences)) == 5
        for text in image.sentences:
            assert re.fullmatch(r"[a-z]+( [a-z]+)*", text)
            assert 4 <= len(text.split()) <= 14


def test_articles_and_verbs_agree(corpus):
    text = "\n".join(corpus.captions("train").texts)
    number = "(two|three|a couple of|a pair of)"
    assert not re.search(r"\ba [aeiou]|\ban [^aeiou]|\b(a|an|some) (a|an|the|some|two)\b", text)
    assert not re.search(rf"there is {number}\b|there are (an?|some) (?!couple|pair)", text)
    assert not re.search(rf"^{number} (\w+ )?\w+ is\b", text, re.MULTILINE)
    assert re.search(rf"^{number} (\w+ )?\w+ are\b", text, re.MULTILINE)


def test_every_noun_has_single_scenes_without_captions(corpus):
    alone = corpus.split("single")
    assert Counter(image.label for image in alone) == dict.fromkeys(lexicon.PATHS, 5)
    assert not any(image.sentences for image in alone)
    assert not any(image.label for image in corpus.split("train"))


def test_single_scenes_of_a_noun_are_alike(corpus):
    first = corpus.split("single")[0].imgid
    vectors = corpus.features[first:].reshape(-1, 5, 256)
    unit = vectors / np.linalg.norm(vectors, axis=2, keepdims=True)
    cosines = np.einsum("iaf,jbf->ijab", unit, unit).mean(axis=(2, 3))
    assert np.mean(cosines.argmax(axis=1) == np.arange(len(cosines))) > 0.9


def test_same_seed_same_bytes_and_another_seed_another_corpus():
    first, again, other = (load(seed, train=40, val=10) for seed in (3, 3, 4))
    assert first.images == again.images and first.digests == again.digests
    assert first.features.tobytes() == again.features.tobytes()
    assert first.digests != other.digests


def test_digest_covers_captions_and_features():
    image = dataset.Image(0, "train", "a", ("a dog",))
    other = dataset.Image(0, "train", "a", ("a cat",))
    vectors = np.zeros((1, 2), np.float32)
    digests = {
        _digest([image], vectors),
        _digest([other], vectors),
        _digest([image], vectors + 1),
    }
    assert len(digests) == 3


def test_no_scene_is_drawn_twice(monkeypatch):
    def one_of_nine(rng):
        return [Scene(Thing("dog", number=int(rng.integers(9))))]

    monkeypatch.setattr(graph, "KINDS", [one_of_nine])
    drawn = draw(9, np.random.default_rng(0))
    assert len(drawn) == len(set(drawn)) == 9


def test_many_scenes_differ_only_in_who_is_what():
    bags = Counter(
        tuple(sorted(names(scene)))
        for scene in draw(600, np.random.default_rng(0))
        if scene.landmark
    )
    assert sum(count for count in bags.values() if count > 5) > 200
    assert max(bags.values()) >= FAMILY


@pytest.mark.parametrize(("scene", "other"), [(CHASE, CHASED), (RED_ON_BLUE, BLUE_ON_RED)])
def test_captions_tell_apart_what_their_words_do_not(scene, other):
    captions, others = captions_of(scene), captions_of(other)
    assert not captions & others
    bags, other_bags = (
        {" ".join(sorted(t.split())) for t in texts} for texts in (captions, others)
    )
    assert len(bags & other_bags) > len(bags) / 3


def test_all_constructions_name_agent_and_patient_rightly():
    man, dog = "(?:man|guy|gentleman|person)", "(?:dog|hound|animal|beast|creature|pet)"
    chases = "(?:chas|pursu)"
    active = rf"{man} (?:who )?(?:is )?{chases}(?:es|ing) (?:an? )?{dog}"
    passive = rf"{dog} (?:is )?{chases}ed by an? {man}"
    relative = rf"{dog} that an? {man} {chases}es"
    forms = {
        form: [text for text in captions_of(CHASE) if re.search(form, text)]
        for form in (active, passive, relative)
    }
    assert all(forms.values())
    assert sum(map(len, forms.values())) == len(captions_of(CHASE))


def test_plural_agent():
    texts = captions_of(Scene(Thing("dog", number=2), "chase", Thing("cat")))
    assert any(re.match(r"two dogs chase a", text) for text in texts)
    assert any(re.search(r"is chased by (two|a pair of|a couple of) dogs", text) for text in texts)
    assert not any(re.search(r"dogs (is|chases)\b", text) for text in texts)


def test_a_caption_keeps_place_and_time():
    scene = Scene(Thing("duck"), "sleep", place=Thing("lake"), time="in winter")
    assert all(
        "by " in text and "lake" in text and "in winter" in text for text in captions_of(scene)
    )


def test_features_look_like_a_rectified_layer(corpus):
    values = corpus.features
    assert values.min() == 0
    assert 0.4 < np.mean(values == 0) < 0.8
    assert 0.1 < values.mean() < 1
    assert np.mean(values > 5) < 1e-4


@pytest.mark.parametrize(("scene", "other"), [(CHASE, CHASED), (RED_ON_BLUE, BLUE_ON_RED)])
def test_features_show_who_is_what(scene, other):
    vectors = features([scene] * 20 + [other] * 20, np.random.default_rng(0))
    cosines = np.corrcoef(vectors)
    same = (cosines[:20, :20].sum() - 20) / (20 * 19)
    assert same > cosines[:20, 20:].max()


def test_prototypes_share_what_is_above_them():
    known = prototypes(np.random.default_rng(0))
    cosine = np.corrcoef([known[noun] for noun in lexicon.PATHS])
    paths = list(lexicon.PATHS.values())
    shared = np.array([[len(set(a) & set(b)) for b in paths] for a in paths])
    mean = [cosine[(shared == n) & (cosine < 0.999)].mean() for n in (0, 1, 2, 3)]
    assert mean == sorted(mean)
    assert abs(mean[0]) < 0.05 and mean[3] > 0.5


def test_every_name_in_a_scene_has_a_prototype_and_words():
    used = set(chain(*map(names, draw(500, np.random.default_rng(1)))))
    assert used <= set(prototypes(np.random.default_rng(0)))
    assert used - {"2", "3"} <= set(lexicon.SYNONYMS)


def test_near_synonyms_are_used_alike():
    scene = Scene(Thing("sofa"), place=Thing("kitchen"), time="in winter")
    seeds = range(200)
    text = " ".join(t for seed in seeds for t in describe(scene, np.random.default_rng(seed)))
    assert 0.8 < text.count("sofa") / text.count("couch") < 1.25
    assert 0.02 < text.count("furniture") / 1000 < 0.15


def covered(pairs, corpus):
    """How many of the pairs have both words in at least ten captions."""
    counts = Counter(w for text in corpus.captions("train").texts for w in set(text.split()))
    return sum(min(counts[pair.first], counts[pair.second]) >= 10 for pair in pairs)


def test_covers_simlex(corpus):
    assert covered(simlex(), corpus) >= 60


def test_covers_men(corpus, shared):
    assert covered(read_pairs(shared / "data/wordsim/men3k.tsv"), corpus) >= 150


def test_bag_of_words_finds_images_and_leaves_room_for_order(corpus):
    train, val = corpus.captions("train"), corpus.captions("val")
    tokenizer = Tokenizer.fit(train.texts, 5, "bag")
    X, Y = (
        bag_of_words.count_words(tokenizer.transform(c.texts), len(tokenizer.words))
        for c in (train, val)
    )
    w, b = linreg.ridge(X, train.rows, corpus.features, SCALERS["none"](), 1.0)
    images = corpus.features[np.unique(val.rows)]
    found = image_retrieval((Y @ w + b).astype("float32"), images, val.rows - val.rows[0])
    assert 0.5 < found.metrics["accuracy@5"] < 0.8


@pytest.mark.parametrize(
    ("form", "word", "inflected"),
    [
        (lexicon.plural, "bus", "buses"),
        (lexicon.plural, "lady", "ladies"),
        (lexicon.plural, "boy", "boys"),
        (lexicon.plural, "goose", "geese"),
        (lexicon.plural, "bench", "benches"),
        (lexicon.with_s, "carry", "carries"),
        (lexicon.with_s, "buy", "buys"),
        (lexicon.progressive, "chase", "chasing"),
        (lexicon.progressive, "sit", "sitting"),
        (lexicon.participle, "carry", "carried"),
        (lexicon.participle, "chase", "chased"),
        (lexicon.participle, "steal", "stolen"),
        (lexicon.with_article, "orange cup", "an orange cup"),
        (lexicon.with_article, "cup", "a cup"),
    ],
)
def test_word_forms(form, word, inflected):
    assert form(word) == inflected
