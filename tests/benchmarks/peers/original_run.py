"""Train and evaluate the 2015 program on a folder of data, for Python 2.7 with Theano.

    PYTHONPATH=IMAGINET:PASSAGE python2.7 original_run.py DATA OUT.json TYPE SEED

TYPE is simple or shared_embeddings. IMAGINET and PASSAGE are clones of gchrupala/imaginet (a25494a)
and gchrupala/Passage (8a78826). The program's own `main.train` trains; what it would pickle is kept
in memory instead. argsort is stable, since the original's depends on the version of NumPy, and
scrambled captions are drawn from RandomState(99), since the original seeds nothing there. OUT.json
gets a score a caption and the vocabulary, OUT.npz the embeddings and the cost of each minibatch.
"""

import functools
import json
import os
import sys
import types

import numpy as np
import scipy.io

plain_argsort = np.argsort


@functools.wraps(plain_argsort)
def stable_argsort(a, axis=-1, kind="mergesort", order=None):
    return plain_argsort(a, axis, "mergesort", order)


np.argsort = stable_argsort


class Provider(object):
    """Stands in for neuraltalk's data provider, of which the program imports one function."""

    def __init__(self, folder):
        with open(os.path.join(folder, "dataset.json")) as f:
            self.images = json.load(f)["images"]
        features = scipy.io.loadmat(os.path.join(folder, "vgg_feats.mat"))["feats"]
        for image in self.images:
            image["feat"] = features[:, image["imgid"]]

    def iterImages(self, split):
        return (image for image in self.images if image["split"] == split)

    def iterImageSentencePair(self, split):
        for image in self.iterImages(split):
            for sentence in image["sentences"]:
                yield {"image": image, "sentence": sentence}


class Memory(object):
    """Stands in for cPickle and gzip: objects are kept by the name of their file."""

    def __init__(self):
        self.objects = {}

    def open(self, name, mode="r"):
        return name

    def dump(self, thing, name):
        self.objects[name] = thing

    def load(self, name):
        return self.objects[name]


def load_program(provider):
    """Import the program with `provider` and a `Memory` in the place of what it would import."""
    module = types.ModuleType("imagernn.data_provider")
    module.getDataProvider = lambda name: provider
    package = types.ModuleType("imagernn")
    package.data_provider = module
    sys.modules.update({"imagernn": package, "imagernn.data_provider": module})
    import imaginet

    program, memory = types.ModuleType("program"), Memory()
    source = os.path.join(os.path.dirname(os.path.abspath(imaginet.__file__)), "main.py")
    with open(source) as f:  # it runs when it is imported: its last line is left out
        text = f.read().rstrip()
    assert text.endswith("\nmain()"), "another version of main.py"
    exec(compile(text[: -len("main()")], source, "exec"), program.__dict__)
    for module in (program, imaginet):
        module.cPickle = module.gzip = memory
    return program, imaginet, memory


def keep_costs(imaginet, costs):
    """Have both kinds of model keep what their `fit` returns."""
    for kind in (imaginet.RNN, imaginet.ForkedRNN):

        def fit(self, *args, **options):
            costs.extend(kind_fit[type(self)](self, *args, **options))

        kind_fit[kind], kind.fit = kind.fit, fit


kind_fit = {}
DEFAULTS = {
    "dataset": "here", "tokenizer": "tok", "model": "model", "zero_shot": False, "shuffle": False,
    "init_tokenizer": None, "character": False, "scaler": "none", "hidden_type": "gru",
    "cost": "MeanSquaredError", "clipnorm": 0.0, "rate": 0.0002, "non_interpolated": False,
    "batch_size": 64, "snapshot_freq": 1000, "embedding_size": None, "alpha": 0.1,
    "activation": "clipped_rectify", "out_activation": "clipped_rectify",
}  # fmt: skip


def ranks_of_images(predicted, images, right):
    """The place of the right image among all, nearest first, from 1: (captions,)."""
    distances = cosine_distances(predicted, images)
    return [int(np.where(np.argsort(row) == r)[0][0]) + 1 for row, r in zip(distances, right)]


def paraphrases(queries, candidates, image):
    """The share of the four nearest other captions that are of the same image: (captions,)."""
    shares = []
    for i, row in enumerate(cosine_distances(queries, candidates)):
        best = [j for j in np.argsort(row)[:5] if j != i][:4]
        shares.append(float(np.mean(image[best] == image[i])))
    return shares


def cosine_distances(a, b):
    a, b = (x / np.sqrt((x**2).sum(axis=1, keepdims=True)) for x in (a, b))
    return 1 - a.dot(b.T)


def evaluate(program, imaginet, model, tokenizer, provider):
    """Scores of each validation caption, in order and scrambled."""
    pairs = list(provider.iterImageSentencePair("val"))
    imgid = np.array([pair["image"]["imgid"] for pair in pairs])
    images = list(provider.iterImages("val"))
    Z = np.array([image["feat"] for image in images], "float32")
    right = [[image["imgid"] for image in images].index(i) for i in imgid]
    tokens = tokenizer.transform([pair["sentence"]["raw"] for pair in pairs])
    rng = np.random.RandomState(99)
    scrambled = [[ids[i] for i in rng.permutation(len(ids))] for ids in tokens]
    states = {}
    scores = {}
    for order, inputs in (("original", tokens), ("scrambled", scrambled)):
        if hasattr(model.layers[1], "left"):
            _, states[order] = imaginet.predict_h(model, inputs)
        else:
            states[order] = imaginet.predict_h_simple(model, inputs)
        ranks = ranks_of_images(model.predict(inputs), Z, right)
        shares = paraphrases(states[order], states["original"], imgid)
        scores[order] = {"image_rank": ranks, "paraphrase_share": shares}
    return scores


def main(data, out, model_type, seed, hidden=256, epochs=8, threshold=5):
    provider = Provider(data)
    program, imaginet, memory = load_program(provider)
    costs = []
    keep_costs(imaginet, costs)
    args = argparse_like(
        model_type=model_type, hidden_size=hidden, iterations=epochs, word_freq_threshold=threshold
    )
    np.random.seed(int(seed))
    program.train(args)
    model, tokenizer = memory.objects["model"], memory.objects["tok"]
    words = [word for word, _ in sorted(tokenizer.encoder.items(), key=lambda item: item[1])]
    scores = evaluate(program, imaginet, model, tokenizer, provider)
    embeddings = model.params[0].get_value()
    np.savez(out.replace(".json", ".npz"), embeddings=embeddings, costs=np.array(costs))
    with open(out, "w") as f:
        json.dump({"model_type": model_type, "seed": int(seed), "hidden_size": hidden,
                   "epochs": epochs, "words": words, "scores": scores}, f)  # fmt: skip


def argparse_like(**options):
    import argparse

    return argparse.Namespace(**dict(DEFAULTS, **options))


if __name__ == "__main__":
    main(*sys.argv[1:])
