"""The network in the browser is Python's: vectors, neighbours, bits, chances, omission scores."""

import numpy as np
import pytest
from browser import MILLISECONDS

from imaginet_pt.data import data_provider
from imaginet_pt.data.preprocessing import TOKENIZE, plain, tokenize
from imaginet_pt.evaluation import neighbors, omission
from imaginet_pt.evaluation.retrieval import image_vectors
from imaginet_pt.explorer import packing
from imaginet_pt.explorer.network import rounded

TOLERANCE = 1e-3  # relative, of a vector
EXACT = 1e-5
ALL = ["VISUAL", "MULTITASK", "LSTM", "TEXTUAL", "LINREG"]


def sentences(words, n=200, seed=5):
    """Random sentences of 1 to 20 words, some unknown, some with marks, capitals and emoji."""
    rng = np.random.RandomState(seed)
    pool = [*words, "zebra", "Dog", "don't", "🐕", "élan", "."]
    return [" ".join(rng.choice(pool, rng.randint(1, 21))) for _ in range(n)]


@pytest.fixture(scope="module")
def page(chromium, written):
    """The page of all runs, when its network is unpacked."""
    page = chromium.new_page()
    page.set_default_timeout(MILLISECONDS)
    page.goto(written.as_uri())
    page.wait_for_selector("main")
    yield page
    page.close()


@pytest.fixture
def asked(page, runs):
    """A function that asks the page's worker of a run, for each of some parameters."""
    places = {name: place for place, name in enumerate(runs)}

    def ask(question, name, parameters):
        return page.evaluate(
            """async ([question, r, parameters]) => {
                const plain = (_, value) => ArrayBuffer.isView(value) ? [...value] : value;
                const answers = parameters.map((each) => ask(question, r, ...each));
                return JSON.parse(JSON.stringify(await Promise.all(answers), plain));
            }""",
            [question, places[name], parameters],
        )

    return ask


def alone(said):
    """Words of sentences as the parameters of questions about nothing else."""
    return [[words] for words in said]


@pytest.fixture
def said(runs):
    """200 sentences, and their words as the page splits them."""
    texts = sentences(runs["MULTITASK"].tokenizer.words[3:])
    return texts, [tokenize(plain(text)) for text in texts]


def relative(found, wanted):
    """The largest difference of each row, relative to the row's length."""
    length = np.linalg.norm(wanted, axis=1)
    return np.abs(np.array(found) - wanted).max(axis=1) / np.where(length > 0, length, 1)


@pytest.mark.parametrize("name", ALL)
def test_vectors_and_nearest_images_are_those_of_python(name, runs, asked, said, data, chosen):
    texts, words = said
    workflow = rounded(runs[name])
    vectors = asked("vectors", name, alone(words))
    for vector, wanted in workflow.outputs(texts).items():
        found = [each[vector] for each in vectors]
        assert relative(found, wanted).max() < EXACT < TOLERANCE, vector
        assert np.ptp(wanted, axis=0).max() > 0.1  # the sentences differ
    if name == "TEXTUAL":
        return
    predicted = workflow.outputs(texts)["output_vis"]
    rows = np.array([image.imgid for image in chosen.images])
    images = image_vectors(workflow, data_provider.load(data), rows, predicted)
    values, scales = packing.quantized(images)
    near = neighbors.nearest(predicted, values * scales[:, None], 6)
    found = asked("sentence", name, alone(words))
    assert [[place for place, _ in each["images"]] for each in found] == near.index.tolist()
    cosines = [[cosine for _, cosine in each["images"]] for each in found]
    np.testing.assert_allclose(cosines, near.similarity, atol=EXACT)


@pytest.mark.parametrize("name", ALL)
def test_nearest_captions(name, runs, asked, said, chosen):
    texts, words = said
    workflow = rounded(runs[name])
    ids, captions = (workflow.tokenizer.transform(t) for t in (texts, chosen.captions))
    states = neighbors.states(workflow, [*ids, *captions])
    candidates = states[len(ids) :]
    if name != "LINREG":
        values, scales = packing.quantized(candidates)
        candidates = values * scales[:, None]
    similarity = neighbors.nearest(states[: len(ids)], candidates, 6).similarity
    found = asked("sentence", name, alone(words))
    cosines = [[cosine for _, cosine in each["captions"]] for each in found]
    np.testing.assert_allclose(cosines, similarity, atol=EXACT)


@pytest.mark.parametrize("name", ["MULTITASK", "LSTM", "TEXTUAL"])
def test_bits_and_next_words(name, runs, asked, said):
    texts, words = said[0][:40], said[1][:40]
    workflow = rounded(runs[name])
    surprisal = workflow.surprisal(texts)["bits"].to_numpy()
    parts = [[sentence, at] for sentence in words for at in range(len(sentence))]
    by_word = [answer["bits"] for answer in asked("word", name, parts)]
    whole = asked("sentence", name, alone(words))
    found = iter(by_word)
    bits = [
        value
        for sentence, answer in zip(words, whole, strict=True)
        for value in [*(next(found) for _ in sentence), answer["endBits"]]
    ]
    np.testing.assert_allclose(bits, surprisal, rtol=1e-4)
    for answer, places in zip(whole, workflow.next_words(texts, k=8), strict=True):
        assert [word for word, _ in answer["next"]] == [word for word, _ in places[-1]]
        chances = [p for _, p in places[-1]]
        np.testing.assert_allclose([p for _, p in answer["next"]], chances, rtol=1e-4)


@pytest.mark.parametrize("name", ["VISUAL", "LSTM", "LINREG"])
def test_omission_scores(name, runs, asked):
    workflow = rounded(runs[name])
    ids, parts = known_words(workflow)
    wanted = np.concatenate([omission.scores(workflow, each) for each in ids])
    np.testing.assert_allclose(asked("omission", name, parts), wanted, atol=EXACT)


@pytest.mark.parametrize("name", ["VISUAL", "LSTM", "LINREG"])
def test_each_word_moves_the_image_as_in_python(name, runs, asked):
    workflow = rounded(runs[name])
    ids, parts = known_words(workflow)
    found = [answer["moved"] for answer in asked("word", name, parts)]
    for each in ids:
        of_sentence, found = found[: len(each)], found[len(each) :]
        prefixes = [each[: at + 1] for at in range(len(each))]
        images = workflow.model.outputs(prefixes, "none")["output_vis"]
        pairs = zip(images[:-1], images[1:], strict=True)
        wanted = [omission.moved(before, after[None])[0] for before, after in pairs]
        np.testing.assert_allclose(of_sentence[1:], wanted, atol=EXACT)


def known_words(workflow, n=20):
    """Ids of sentences of words that every run reads, and (words, place) for each word."""
    words = [word for word in workflow.tokenizer.words[3:] if len(word) > 1]
    rng = np.random.RandomState(1)
    said = [list(rng.choice(words, rng.randint(2, 10))) for _ in range(n)]
    ids = workflow.tokenizer.transform(" ".join(sentence) for sentence in said)
    return ids, [[sentence, at] for sentence in said for at in range(len(sentence))]


def test_two_sentences(runs, asked):
    first, second = ["a", "dog", "sees", "a", "cat"], ["a", "cat", "sees", "a", "dog"]
    outputs = rounded(runs["MULTITASK"]).outputs([" ".join(first), " ".join(second)])
    (found,) = asked("alike", "MULTITASK", [[first, second]])
    for name, vector in {"image": "output_vis", "hidden_vis": "hidden_vis"}.items():
        a, b = outputs[vector].astype("f8")
        assert found[name] == pytest.approx(
            a @ b / np.linalg.norm(a) / np.linalg.norm(b), abs=EXACT
        )
    (found,) = asked("alike", "LINREG", [[first, second]])
    assert found == {"image": pytest.approx(1, abs=1e-12)}


@pytest.mark.parametrize("name", ALL)
def test_nearest_words_are_those_of_most_similar(name, runs, asked):
    workflow = rounded(runs[name])
    (space,) = asked("space", name, [["embedding"]])
    words = workflow.tokenizer.words
    k, nearest = space["k"], space["nearest"]
    for row, word in enumerate(words[3:13]):
        wanted = [other for other, _ in workflow.most_similar(word, k)]
        assert [words[i] for i in nearest[row * k : (row + 1) * k]] == wanted


def test_tokens_are_those_of_python(page):
    texts = [
        "A dog, a cat.", "  two  spaces ", "don't <b>x</b>", "naïve ÉLAN ΣΑΣ", "🐕🐕 x", "a_b",
        "~`^|\\", "tab\tand\nline", "\u201cCafe\u0301\u201d \u2013 don\u2019t\u2026\ufeff\u00a0x",
    ]  # fmt: skip
    assert page.evaluate("texts => texts.map(tokenize)", texts) == [
        TOKENIZE["word"](plain(text)) for text in texts
    ]
    parts = page.evaluate("texts => texts.map((t) => countedParts(plain(t)))", texts)
    assert parts == [TOKENIZE["bag"](plain(text)) for text in texts]
