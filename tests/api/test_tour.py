"""The Python interface in one go, each call as it was asked for, on a folder called flickr8k."""

import small

import imaginet_pt as im

METRICS = {"image_retrieval", "paraphrase_retrieval"}


def test_the_whole_way(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    small.write(tmp_path / "flickr8k", images=72)  # each word in 10 captions at least
    data = im.load_data("flickr8k/")
    run = im.train(data, "runs/mine", model_type="shared_embeddings", hidden_size=256)
    assert list(run.history)[:4] == ["epoch", "costs", "validation", "seconds"]
    assert len(run.history) == 8
    metrics = im.evaluate(run, data, split="val")
    assert set(metrics) > METRICS and len(metrics.items) == 72
    w = im.load_workflow("runs/mine")
    assert w.project("a dog chases a cat").shape == (12,)
    assert w.project(["a dog", "a cat"]).shape == (2, 12) and w.project([]).shape == (0, 12)
    assert w.similarity("dog", "cat") == w.similarity("cat", "dog")
    assert w.most_similar("dog")[0][1] >= w.most_similar("dog")[1][1]
    assert len(w.neighbors("a dog chases a cat", data)) == 5
    assert len(w.omission("a dog chases a cat")) == 5
    assert w.surprisal("a dog chases a cat")["word"].iloc[-1] == "END"
    assert [len(place) for place in w.next_words("a dog", k=5)] == [5, 5, 5]
    assert im.word_similarity(w, "simlex").used == 4
    assert len(w.to_keyed_vectors()) == len(w.words()) == 18
