"""The Python interface in one go, as it was asked for, on a folder called flickr8k."""

import small

import imaginet_pt as im


def test_the_whole_way(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    small.write(tmp_path / "flickr8k")
    data = im.load_data("flickr8k/")
    run = im.train(
        data, "runs/mine", model_type="shared_embeddings", hidden_size=256, word_freq_threshold=1
    )
    assert {"epoch", "costs", "validation", "seconds"} <= set(run.history.columns)
    assert len(im.evaluate(run, data, split="val").items) == 24
    w = im.load_workflow("runs/mine")
    assert w.project("a dog chases a cat").shape == (12,)
    assert w.project(["a dog", "a cat"]).shape == (2, 12) and w.project([]).shape == (0, 12)
    assert w.similarity("dog", "cat") == w.similarity("cat", "dog")
    assert w.most_similar("dog")[0][1] >= w.most_similar("dog")[1][1]
    assert len(w.neighbors("a dog chases a cat", data)) == 5
    assert len(w.omission("a dog chases a cat")) == 5
    assert w.surprisal("a dog chases a cat")["word"].iloc[-1] == "END"
    assert [len(place) for place in w.next_words("a dog", k=5)] == [5, 5, 5]
    pairs = [("dog", "cat", 9), ("car", "boat", 8), ("man", "tree", 1)]
    assert abs(im.word_similarity(w, pairs).rho) <= 1
    assert len(w.to_keyed_vectors()) == len(w.words())
