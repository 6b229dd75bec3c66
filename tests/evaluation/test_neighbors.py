"""Nearest captions and images: known answers, ties, blocks, and what a run is asked."""

from types import SimpleNamespace

import numpy as np
import pytest
import small

from imaginet_pt.data import data_provider
from imaginet_pt.data.dataset import Dataset, Image
from imaginet_pt.errors import UserError
from imaginet_pt.evaluation import neighbors, ranking
from imaginet_pt.progress import Progress
from imaginet_pt.runs.workflow import Workflow
from imaginet_pt.settings import Settings
from imaginet_pt.training import experiment


def at(*degrees):
    """Unit vectors at these angles, (n, 2)."""
    angle = np.radians(degrees)
    return np.stack([np.cos(angle), np.sin(angle)], axis=1).astype(np.float32)


class Run:
    """A run that makes vectors of lists of word ids by functions {name: f(ids)}."""

    def __init__(self, **functions):
        self.functions, self.read, self.model = functions, [], self
        self.folder = SimpleNamespace(path="RUN")
        self.scaler = SimpleNamespace(transform=lambda features: features - 1)

    def outputs(self, captions, padding):
        assert padding == "none"
        self.read += captions
        return {
            name: np.array([f(ids) for ids in captions], np.float32)
            for name, f in self.functions.items()
        }


def test_the_nearest_stand_first_with_their_cosines():
    found = neighbors.nearest(3 * at(0, 85), 7 * at(90, 30, 60, 180, 10), 3)
    assert found.index.tolist() == [[4, 1, 2], [0, 2, 1]]
    wanted = np.cos(np.radians([[10, 30, 60], [5, 25, 55]]))
    np.testing.assert_allclose(found.similarity, wanted, atol=1e-6)


def test_a_query_leaves_itself_out_if_asked():
    vectors = at(0, 10, 30)
    assert neighbors.nearest(vectors, vectors, 1).index.tolist() == [[0], [1], [2]]
    found = neighbors.nearest(vectors, vectors, 1, leave_out=[0, -1, 2])
    assert found.index.tolist() == [[1], [1], [1]]


def test_equally_near_candidates_stand_by_their_row():
    candidates = at(90, 0, 45, 0, 0, 45)
    assert neighbors.nearest(at(0), candidates, 2).index.tolist() == [[1, 3]]
    assert neighbors.nearest(at(0), candidates, 5).index.tolist() == [[1, 3, 4, 2, 5]]
    assert neighbors.nearest(0 * at(0), candidates, 3, [1]).index.tolist() == [[0, 2, 3]]


def test_all_are_found_where_there_are_fewer_than_k():
    assert neighbors.nearest(at(0), at(20, 10), 5).index.tolist() == [[1, 0]]
    assert neighbors.nearest(at(0), at(20, 10), 5, [1]).index.tolist() == [[0]]


def test_blocks_give_what_a_sort_of_everything_gives(monkeypatch):
    rng = np.random.default_rng(0)
    # Cosines of such vectors are exact, and many are the same.
    queries, candidates = (rng.choice(np.float32([-1, 1]), (n, 4)) for n in (41, 60))
    leave_out = rng.integers(-1, 60, 41)
    (_, everything), *more = ranking.similarities(queries, candidates)
    assert not more
    everything[np.flatnonzero(leave_out >= 0), leave_out[leave_out >= 0]] = -np.inf
    monkeypatch.setattr(ranking, "BLOCK", 5 * 60)
    found = neighbors.nearest(queries, candidates, 7, leave_out)
    assert found.index.tolist() == np.argsort(-everything, axis=1, kind="stable")[:, :7].tolist()


def test_vectors_of_a_diverged_run_are_an_error():
    with pytest.raises(UserError, match="NaN"):
        neighbors.nearest(np.array([[np.nan, 1]], np.float32), at(0), 1)


def test_captions_are_compared_by_the_last_visual_state():
    run = Run(
        output_vis=lambda ids: [1, 1],
        hidden_text=lambda ids: [1, 1],
        hidden_vis=lambda ids: at(10 * ids[0])[0],
    )
    candidates = [[9], [1, 1], [4], [1, 2]]
    found = neighbors.captions(run, [[4], [0]], candidates, 2, leave_out=[2, -1])
    assert found.index.tolist() == [[1, 3], [1, 3]]


def test_a_model_without_that_state_is_asked_for_its_image():
    run = Run(output_vis=lambda ids: at(10 * ids[0])[0])
    assert neighbors.captions(run, [[3]], [[9], [4]], 1).index.tolist() == [[1]]


def test_captions_of_equal_words_are_read_once():
    counter = iter(range(100))
    run = Run(hidden_vis=lambda ids: [next(counter), 1])
    states = neighbors.states(run, [[5, 6], [6, 5], [5, 6], [7]])
    assert run.read == [[5, 6], [6, 5], [7]]
    assert states.tolist() == [[0, 1], [1, 1], [0, 1], [2, 1]]


def test_images_of_a_split_are_found_by_their_scaled_features():
    splits = ["train", "val", "val", "train", "val"]
    images = [Image(i, s, f"{i}", ()) for i, s in enumerate(splits)]
    features = 1 + at(0, 50, 10, 3, 30)
    dataset = Dataset("d", tuple(images[::-1]), features, {}, False)
    run = Run(output_vis=lambda ids: at(0)[0])
    found = neighbors.images(run, [[5]], dataset, "val", 2)
    assert found.index.tolist() == [[2, 4]]
    np.testing.assert_allclose(found.similarity, np.cos(np.radians([[10, 30]])), atol=1e-6)


def test_a_run_that_predicts_no_image_says_so():
    run = Run(hidden_text=lambda ids: [1, 1])
    with pytest.raises(UserError, match="RUN does not predict images, it has hidden_text"):
        neighbors.images(run, [[5]], None, "val", 2)


def test_a_trained_run_finds_the_caption_it_is_asked_for(tmp_path):
    data = data_provider.load(small.write(tmp_path / "data"))
    settings = Settings(model_type="linear", word_freq_threshold=1)
    experiment.train(data, settings, tmp_path / "run", None, Progress(quiet=True))
    run = Workflow(tmp_path / "run")
    texts = sorted(set(data.captions("val").texts))
    ids = run.tokenizer.transform(texts)
    found = neighbors.captions(run, ids, ids, 1)
    assert found.similarity.min() > 0.9999
    same = [sorted(a) == sorted(ids[b]) for a, (b,) in zip(ids, found.index, strict=True)]
    assert all(same)  # words are counted, so that order alone makes no other vector
    images = neighbors.images(run, ids, data, "val", 3).index
    assert images.shape == (len(ids), 3)
    assert set(images.ravel()) <= {image.imgid for image in data.split("val")}
