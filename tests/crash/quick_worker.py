"""`replication.worker` with plain functions in the place of compiled ones, which take time."""

import sys
import time
from pathlib import Path

sys.path[:0] = [str(Path(__file__).resolve().parents[i]) for i in (1, 2)]

from crash import stand_in  # noqa: E402

from imaginet_pt.backends import functions  # noqa: E402
from imaginet_pt.cli import boundary  # noqa: E402

SECONDS = 0.02  # of a minibatch


class Slow(stand_in.Model):
    """Its steps take time enough to be ended in the middle."""

    def train_step(self, *arguments):
        step = super().train_step(*arguments)

        def slow(*minibatch):
            time.sleep(SECONDS)
            return step(*minibatch)

        return slow


if __name__ == "__main__":
    model = Slow()
    functions.train_step, functions.validation_costs = model.train_step, model.validation_costs
    name = "imaginet_pt.replication.worker"
    sys.exit(boundary.run({"worker": name}, ["worker", *sys.argv[1:]]))
