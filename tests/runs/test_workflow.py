"""What a trained run makes of words and sentences, in Python's manners."""

import numpy as np
import pandas as pd
import pytest
import small

from imaginet_pt.backends import functions, select
from imaginet_pt.data import data_provider
from imaginet_pt.errors import UserError, UserTypeError
from imaginet_pt.progress import Progress
from imaginet_pt.runs.workflow import Workflow
from imaginet_pt.settings import Settings
from imaginet_pt.training import experiment

SENTENCES = ["a dog sees a cat in the park", "a bird", "a man likes a zebra"]


def trained(folder, backend, **settings):
    dataset = data_provider.load(small.write(folder / "data"))
    sizes = {"hidden_size": 8, "embedding_size": 6, "iterations": 2, "word_freq_threshold": 1}
    run = folder / "run"
    progress = Progress(quiet=True)
    experiment.train(dataset, Settings(**sizes | settings), run, backend, progress)
    return Workflow(run, backend=backend)


@pytest.fixture(scope="module")
def workflow(tmp_path_factory):
    backend = select.get("c")
    return trained(tmp_path_factory.mktemp("m"), backend, model_type="shared_embeddings", rate=0.1)


@pytest.fixture(scope="module")
def linear(tmp_path_factory):
    return trained(tmp_path_factory.mktemp("l"), None, model_type="linear")


@pytest.mark.parametrize("kind", ["workflow", "linear"])
def test_a_string_is_one_sentence_and_a_sequence_is_several(kind, request):
    w = request.getfixturevalue(kind)
    several = w.project(SENTENCES)
    assert several.shape == (3, 12) and w.project([]).shape == (0, 12)
    np.testing.assert_array_equal(w.project(SENTENCES[1]), several[1])
    for sequence in (tuple(SENTENCES), np.array(SENTENCES), pd.Series(SENTENCES)):
        np.testing.assert_array_equal(w.project(sequence), several)


def test_outputs_follow_the_sentences(workflow):
    one, none = workflow.outputs(SENTENCES[0]), workflow.outputs([])
    assert {name: array.shape for name, array in one.items()} == {
        "hidden_text": (8,), "hidden_vis": (8,), "output_vis": (12,),
    }  # fmt: skip
    assert {name: array.shape for name, array in none.items()} == {
        "hidden_text": (0, 8), "hidden_vis": (0, 8), "output_vis": (0, 12),
    }  # fmt: skip


def test_runs_of_one_model_share_what_is_compiled(workflow, monkeypatch):
    first, second = (Workflow(workflow.folder.path, 1 + i, select.get("c")) for i in range(2))
    expected = workflow.outputs(SENTENCES)
    for run in (first, second):
        run.share_compiled(workflow)
    monkeypatch.setattr(functions, "outputs", lambda *_: pytest.fail("compiled again"))
    for name, array in second.outputs(SENTENCES).items():
        np.testing.assert_array_equal(array, expected[name])
    assert (first.outputs(SENTENCES)["hidden_text"] != expected["hidden_text"]).any()


@pytest.mark.parametrize("wrong", [b"a dog", 3, None, ["a dog", 3], [b"a dog"], [["a", "dog"]]])
@pytest.mark.parametrize("method", ["project", "outputs", "next_words", "surprisal"])
def test_what_is_no_sentence_is_a_type_error(wrong, method, workflow):
    with pytest.raises(TypeError, match="`sentences`") as error:
        getattr(workflow, method)(wrong)
    assert isinstance(error.value, UserTypeError)


def test_wrong_arguments_are_named(workflow):
    with pytest.raises(UserError, match="`padding` is 'left'; choose one of batch, none"):
        workflow.project("a dog", padding="left")
    with pytest.raises(UserError, match="`sentences` has ' ', in which the run finds no word"):
        workflow.project(["a dog", " "])
    with pytest.raises(UserError, match="`k` is 0; it must be at least 1"):
        workflow.most_similar("dog", k=0)
    for wrong in (2.0, True, "2"):
        with pytest.raises(TypeError, match="`k` is .*; it must be an integer"):
            workflow.next_words("a dog", k=wrong)
    with pytest.raises(UserError, match="`iteration` is 7; .* has 1, 2"):
        Workflow(workflow.folder.path, 7)


def test_similarity_is_the_cosine_of_embeddings(workflow):
    dog, cat = (workflow.embeddings[workflow.words()[word]] for word in ("dog", "cat"))
    cosine = dog @ cat / np.linalg.norm(dog) / np.linalg.norm(cat)
    assert workflow.similarity("dog", "cat") == pytest.approx(cosine, abs=1e-6)
    assert workflow.similarity("Dog", "dog") == pytest.approx(1)


def test_an_unknown_word_names_the_nearest_known_ones(workflow):
    with pytest.raises(UserError, match="`b` is 'dogg', which is not in .*; did you mean 'dog'"):
        workflow.similarity("cat", "dogg")
    with pytest.raises(UserError, match="no word there is similar"):
        workflow.most_similar("xyzzy")
    with pytest.raises(TypeError, match="`b` is 3; it must be a string"):
        workflow.similarity("cat", 3)


def test_most_similar_words_stand_nearest_first_without_the_word_itself(workflow):
    nearest = workflow.most_similar("dog", k=5)
    assert len(nearest) == 5 and "dog" not in dict(nearest)
    every = {word: workflow.similarity("dog", word) for word in workflow.words() if word != "dog"}
    best = sorted(every, key=every.get, reverse=True)[:5]
    assert [word for word, _ in nearest] == best
    assert [cosine for _, cosine in nearest] == pytest.approx([every[word] for word in best])


def test_keyed_vectors_are_gensim_s(workflow):
    keyed = workflow.to_keyed_vectors()
    assert keyed.index_to_key == list(workflow.words())
    assert keyed.similarity("dog", "cat") == pytest.approx(
        workflow.similarity("dog", "cat"), abs=1e-6
    )


def test_probabilities_of_all_next_words_sum_to_one(workflow):
    n_words = len(workflow.tokenizer.words)
    places = workflow.next_words("a dog", k=n_words)
    assert len(places) == 3  # at the start, after "a" and after "dog"
    for place in places:
        probabilities = [probability for _, probability in place]
        assert sum(probabilities) == pytest.approx(1)
        assert probabilities == sorted(probabilities, reverse=True)
        assert len({word for word, _ in place}) == n_words


def test_the_likeliest_word_does_not_depend_on_k_or_on_other_sentences(workflow):
    several = workflow.next_words(SENTENCES, k=3)
    for sentence, places in zip(SENTENCES, several, strict=True):
        alone = workflow.next_words(sentence)
        assert [place[0][0] for place in places] == [place[0][0] for place in alone]
        assert len(places) == len(sentence.split()) + 1
    assert workflow.next_words([]) == [] and len(workflow.next_words("")) == 1


def test_surprisal_is_of_the_probability_of_each_word(workflow):
    n_words = len(workflow.tokenizer.words)
    table = workflow.surprisal("A dog sees a zebra")
    assert list(table.columns) == ["position", "word", "bits"]
    assert list(table["word"]) == ["a", "dog", "sees", "a", "UNK", "END"]
    assert list(table["position"]) == [1, 2, 3, 4, 5, 6]
    places = workflow.next_words("A dog sees a zebra", k=n_words)
    expected = [
        -np.log2(dict(place)[word]) for place, word in zip(places, table["word"], strict=True)
    ]
    np.testing.assert_allclose(table["bits"], expected, rtol=1e-12)


def test_mean_surprisal_is_the_cost_of_the_words(workflow):
    """Cross-entropy in nats over all words, END included, as validation computes it."""
    lines = (workflow.folder / "validation.csv").read_text().splitlines()
    dataset = data_provider.load(workflow.folder.path.parent / "data")
    texts = dataset.captions("val").texts
    shorter = [text for text in texts if "park" not in text]
    assert len(lines) == 3 and 0 < len(shorter) < len(texts)
    table = workflow.surprisal(texts)
    cost = float(lines[-1].split(",")[1])
    assert table["bits"].mean() * np.log(2) == pytest.approx(cost, rel=0.1)


def test_surprisal_of_several_sentences_names_the_sentence(workflow):
    table = workflow.surprisal(SENTENCES)
    assert list(table.columns) == ["sentence", "position", "word", "bits"]
    for i, sentence in enumerate(SENTENCES):
        rows = table[table["sentence"] == i].drop(columns="sentence").reset_index(drop=True)
        pd.testing.assert_frame_equal(rows, workflow.surprisal(sentence), atol=1e-5)
    assert len(workflow.surprisal([])) == 0


@pytest.mark.parametrize("method", ["next_words", "surprisal"])
def test_a_model_of_images_alone_predicts_no_words(method, linear):
    with pytest.raises(UserError, match="does not predict words; train with `model_type`"):
        getattr(linear, method)("a dog")


def test_repr_is_one_short_line(workflow):
    assert repr(workflow).endswith("run', epoch 2: shared_embeddings, 18 words, trained on small)")
    assert "\n" not in repr(workflow)
