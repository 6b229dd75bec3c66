"""Memory of a MULTITASK training at COCO's shape and the paper's sizes, and the cost of feeding it.

    python tests/benchmarks/feeding.py [--minibatches 500]

123,287 images of 4,096 features (2.0 GB, made here under a temporary folder), five captions each of
about eleven words, 8,800 words, layers of 1,024. Then every minibatch of the epoch is made, so that
all features are read.
"""

import argparse
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from imaginet_pt.backends import functions, select
from imaginet_pt.data import data_provider, iterators
from imaginet_pt.settings import Settings
from imaginet_pt.training import preparation

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from benchmarks import coco_shape  # noqa: E402

TOLD = 100  # minibatches between two lines


def resident():
    """{kind of resident memory: MB} of this process: the peak, and now in all and without files."""
    wanted = {"VmHWM": "peak", "VmRSS": "now", "RssAnon": "without file pages"}
    lines = (line.split() for line in Path("/proc/self/status").read_text().splitlines())
    return {wanted[x[0][:-1]]: int(x[1]) // 1024 for x in lines if x and x[0][:-1] in wanted}


def prepared(folder):
    """The examples to train on, the order of their minibatches, and the compiled step."""
    dataset = data_provider.load(folder)
    print("data loaded:", resident(), flush=True)
    settings = Settings(model_type="shared_embeddings", word_freq_threshold=1)
    rng = np.random.RandomState(settings.random_seed)
    inputs = preparation.prepare(dataset, settings, rng, None)
    rule = preparation.update_rule(settings)
    state = preparation.first_state(inputs.model, rule, rng)
    step = functions.train_step(inputs.model, rule, state, select.get("c"))
    print("compiled:", resident(), flush=True)
    return inputs.train, iterators.batches(inputs.train.lengths(), settings.batch_size, rng), step


def train(examples, order, step, minibatches):
    """Train, and tell what making a minibatch costs beside learning from it."""
    making, learning = [], []
    for i, indices in enumerate(order, start=1):
        begin = time.perf_counter()
        minibatch = examples.minibatch(indices)
        making.append(time.perf_counter() - begin)
        step(*minibatch)
        learning.append(time.perf_counter() - begin - making[-1])
        if i % TOLD == 0 or i == minibatches:
            print(f"{i} minibatches trained:", resident(), flush=True)
        if i == minibatches:
            break
    share = 100 * sum(making) / sum(learning)
    print(
        f"median {1000 * np.median(making):.2f} ms to make a minibatch, "
        f"{1000 * np.median(learning):.0f} ms to learn from it: {share:.2f} % in all"
    )


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--minibatches", type=int, default=500, help="that are trained")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        coco_shape.write(Path(folder), np.random.default_rng(1))
        print("data written", flush=True)
        examples, order, step = prepared(Path(folder))
        train(examples, order, step, args.minibatches)
        left = sum(1 for indices in order if examples.minibatch(indices))
        print(f"{left} more minibatches of the epoch made:", resident())


if __name__ == "__main__":
    main()
