"""Ranks against known answers, a full sort, and the original's own figures."""

import json

import numpy as np
import pytest
import scipy.io

from imaginet_pt.errors import UserError
from imaginet_pt.evaluation import ranking
from imaginet_pt.evaluation.ranking import (
    image_ranks,
    image_retrieval,
    paraphrase_ranks,
    paraphrase_retrieval,
    similarities,
)


def directions(*degrees):
    """Unit vectors in the plane, (len(degrees), 2) float32."""
    angle = np.radians(degrees)
    return np.stack([np.cos(angle), np.sin(angle)], axis=1).astype(np.float32)


def vectors(generator, *shape):
    return generator.standard_normal(shape, dtype=np.float32)


@pytest.fixture
def rng():
    return np.random.default_rng(7)


def sorted_ranks(queries, candidates, right):
    """The plain way: the place of the right candidate in a full sort, in float64."""
    queries, candidates = (x.astype(np.float64) for x in (queries, candidates))
    queries /= np.linalg.norm(queries, axis=1, keepdims=True)
    candidates /= np.linalg.norm(candidates, axis=1, keepdims=True)
    order = np.argsort(-queries @ candidates.T, axis=1)
    return np.argmax(order == right[:, None], axis=1) + 1, order


def test_ranks_by_hand():
    images = directions(0, 20, 50, 90)
    predicted = directions(22, 22, 22, 80) * np.float32([[1], [5], [0.1], [1]])
    ranks = image_ranks(predicted, images, np.array([1, 0, 3, 3]))
    assert ranks.better.tolist() == [0, 1, 3, 0]
    assert ranks.tied.tolist() == [0, 0, 0, 0]
    assert ranks.rank.tolist() == [1, 2, 4, 1]
    assert ranks.within(2).tolist() == [1, 1, 0, 1]


def test_cosine_and_not_distance_or_product():
    images = np.float32([[1, 0], [100, 100], [0.01, 0]]) + np.float32([[0], [0], [0.001]])
    ranks = image_ranks(np.float32([[1, 0.1]]), images, np.array([0]))
    assert ranks.rank == [2]  # the third is longest along, the second largest in product


def test_an_oracle_scores_one(rng):
    images, right = vectors(rng, 30, 6), np.repeat(np.arange(30), 5)
    metrics = image_retrieval(3 * images[right], images, right).metrics
    assert metrics == {
        "accuracy@1": 1.0,
        "accuracy@5": 1.0,
        "accuracy@10": 1.0,
        "median_rank": 1.0,
        "captions": 150,
        "images": 30,
    }
    # All captions of an image have one state: the four others are at the same, first place.
    metrics = paraphrase_retrieval(images[right], images[right], right).metrics
    assert metrics == {"recall@4": 1.0, "median_rank": 1.0, "captions": 150, "candidates": 150}


@pytest.mark.parametrize("constant", [0.0, 1.0])
def test_a_constant_prediction_scores_chance(rng, constant):
    images, right = vectors(rng, 40, 8), np.repeat(np.arange(40), 5)
    predicted = np.full((200, 8), constant, np.float32)
    metrics = image_retrieval(predicted, images, right).metrics
    assert [metrics[f"accuracy@{k}"] for k in (1, 5, 10)] == pytest.approx([1 / 40, 1 / 8, 1 / 4])
    assert metrics["median_rank"] == 20.5


@pytest.mark.parametrize("value", [0.0, 0.3])
def test_constant_states_score_chance(value):
    states = np.full((200, 8), value, np.float32)
    image = np.repeat(np.arange(40), 5)
    metrics = paraphrase_retrieval(states, states, image).metrics
    assert metrics["recall@4"] == pytest.approx(4 / 199)
    assert metrics["median_rank"] == pytest.approx(200 / 5)  # first of 4 among 199: (199 + 1) / 5


def test_constant_images_score_chance_whatever_the_block(rng, monkeypatch):
    monkeypatch.setattr(ranking, "BLOCK", 300)
    images = np.tile(vectors(rng, 1, 37), (91, 1))
    ranks = image_ranks(vectors(rng, 20, 37), images, np.arange(20))
    assert ranks.better.tolist() == [0] * 20
    assert ranks.tied.tolist() == [90] * 20
    assert ranks.within(5) == pytest.approx(5 / 91)


def test_equal_vectors_are_tied_and_near_ones_are_not(rng):
    images = vectors(rng, 301, 129)
    images[[0, 150, 300]] = images[7]  # columns that a matrix product may round differently
    images[20] = images[7]
    images[20, 0] *= 1.01
    predicted = images[7] + 0.5 * vectors(rng, 12, 129)
    ranks = image_ranks(predicted, images, np.full(12, 7))
    assert ranks.tied.tolist() == [3] * 12
    assert set(ranks.better.tolist()) == {0, 1}  # the near one is nearer in some rows


def test_negative_zero_is_zero():
    images = np.float32([[1, 0.0], [1, -0.0], [0, 1]])
    assert image_ranks(np.float32([[1, 1]]), images, np.array([1])).tied.tolist() == [2]
    assert image_ranks(np.float32([[2, 1]]), images, np.array([1])).tied.tolist() == [1]
    assert len(ranking._distinct(images)[0]) == 2


def test_a_zero_image_is_as_far_as_a_right_angle():
    images = np.float32([[0, 0], [1, 0], [-1, 0], [0, 2]])
    ranks = image_ranks(np.float32([[3, 0]]), images, np.array([0]))
    assert (ranks.better.item(), ranks.tied.item()) == (1, 1)


def test_blocks_agree_with_a_full_sort(rng, monkeypatch):
    monkeypatch.setattr(ranking, "BLOCK", 61 * 7 + 3)
    images, predicted = vectors(rng, 61, 16), vectors(rng, 100, 16)
    right = rng.integers(61, size=100)
    assert image_ranks(predicted, images, right).rank.tolist() == (
        sorted_ranks(predicted, images, right)[0].tolist()
    )
    sizes = [len(similarity) for _, similarity in similarities(predicted, images)]
    assert sizes == [7] * 14 + [2]


@pytest.mark.parametrize("scrambled", [False, True])
def test_paraphrases_agree_with_a_full_sort(rng, monkeypatch, scrambled):
    monkeypatch.setattr(ranking, "BLOCK", 1000)
    image = rng.permutation(np.repeat(np.arange(20) * 3, rng.integers(2, 8, size=20)))
    states = vectors(rng, len(image), 12) + 2 * vectors(rng, 60, 12)[image]
    queries = states + vectors(rng, len(image), 12) if scrambled else states
    recall, rank = paraphrase_ranks(queries, states, image, k=4)
    _, order = sorted_ranks(queries, states, image)
    for i, row in enumerate(order):
        same = image[row[row != i]] == image[i]
        assert recall[i] == same[:4].sum() / 4
        assert rank[i] == np.argmax(same) + 1
    assert 0.1 < recall.mean() < 0.9


def test_paraphrases_by_hand():
    states = directions(0, 10, 20, 40, 45, 170)
    image = np.array([0, 1, 0, 1, 1, 2])
    recall, rank = paraphrase_ranks(states, states, image, k=2)
    # Nearest others, in order: 0: 1 2 | 1: 0/2 | 2: 1 0/3 | 3: 4 2 | 4: 3 2 | 5: 4 3
    assert recall[[0, 3, 4]].tolist() == [0.5, 0.5, 0.5]
    assert rank[[0, 3, 4]].tolist() == [2, 1, 1]
    assert np.isnan([recall[5], rank[5]]).all()


def test_ties_among_paraphrases_give_the_expected_share():
    axes = np.eye(4, dtype=np.float32)
    states = axes[[0, 1, 1, 1, 2, 3]]  # of the first's equals 1 to 3, two have its image
    image = np.array([5, 5, 5, 6, 6, 5])
    query = np.float32([[1, 1, 0, 0]]).repeat(6, axis=0)
    recall, rank = paraphrase_ranks(query, states, image, k=2)
    assert recall[0] == pytest.approx((2 / 3 + 2 / 3) / 2)
    assert rank[0] == pytest.approx((3 + 1) / (2 + 1))
    assert rank[5] == (4 + 1) / (3 + 1)  # captions 0 to 3 are tied, and three have its image


def test_captions_without_a_paraphrase_are_left_out(rng):
    states = vectors(rng, 5, 3)
    metrics, items = paraphrase_retrieval(states, states, np.array([0, 0, 1, 2, 3]))
    assert metrics["captions"] == 2 and metrics["candidates"] == 5
    assert items["recall@4"].isna().tolist() == [False, False, True, True, True]
    metrics = paraphrase_retrieval(states, states, np.arange(5)).metrics
    assert metrics == {"recall@4": None, "median_rank": None, "captions": 0, "candidates": 5}
    json.dumps(metrics, allow_nan=False)


def test_metrics_are_means_of_the_items(rng):
    images, predicted = vectors(rng, 25, 4), vectors(rng, 60, 4)
    metrics, items = image_retrieval(predicted, images, np.arange(60) % 25)
    assert list(items) == ["accuracy@1", "accuracy@5", "accuracy@10", "rank"]
    assert metrics["accuracy@10"] == np.mean(items["rank"] <= 10)
    assert metrics["accuracy@1"] == np.mean(items["rank"] == 1)
    assert metrics["median_rank"] == np.median(items["rank"])
    json.dumps(metrics, allow_nan=False)


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_vectors_that_are_not_finite_are_refused(rng, bad):
    images, broken = vectors(rng, 6, 4), vectors(rng, 6, 4)
    broken[3, 2] = bad
    for arrays in ((broken, images), (images, broken)):
        with pytest.raises(UserError, match="NaN or infinite"):
            image_ranks(*arrays, np.arange(6))


@pytest.fixture(scope="module")
def golden_images(shared):
    """Features (40, 64) of the val images of the golden runs, and the image of each caption."""
    folder = shared / "goldens" / "dataset"
    dataset = json.loads((folder / "dataset.json").read_text(encoding="utf-8"))
    val = [image for image in dataset["images"] if image["split"] == "val"]
    features = scipy.io.loadmat(folder / "vgg_feats.mat")["feats"].T
    captions = [len(image["sentences"]) for image in val]
    return features[[image["imgid"] for image in val]], np.repeat(np.arange(len(val)), captions)


@pytest.mark.parametrize("run", ["shared", "simple"])
def test_the_originals_ranks(shared, golden_images, run):
    images, image = golden_images
    folder = shared / "goldens" / run
    result = json.loads((folder / "result.json").read_text(encoding="utf-8"))
    with np.load(folder / "golden.npz", allow_pickle=False) as golden:
        predicted, states, ranks, para = (golden[x] for x in ("preds", "hv", "ranks", "para"))
    metrics, items = image_retrieval(predicted, images, image)
    assert items["rank"].tolist() == ranks.tolist()
    assert metrics["accuracy@5"] == result["acc5"]
    assert metrics["median_rank"] == result["median_rank"]
    metrics, items = paraphrase_retrieval(states, states, image)
    assert items["recall@4"].tolist() == para.tolist()
    assert metrics["recall@4"] == result["recall4"]
