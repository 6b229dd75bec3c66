"""Where the processor time of the demo's Table 1 goes: `replicate/table1.py`, stage by stage.

    python tests/benchmarks/first_minutes.py [--seeds 3]

All runs are trained in this process, one after the other, each on one thread, so that seconds of
processor time can be told apart, and are the same when other work shares the cores. Two workers
divide all stages but the first and the last two between them; `time python replicate/table1.py`
with a new --out is what the user waits for.
"""

import argparse
import functools
import sys
import tempfile
import time
from collections import Counter
from dataclasses import replace

from imaginet_pt.__main__ import main as imaginet
from imaginet_pt.data import data_provider
from imaginet_pt.replication import grid, table1
from imaginet_pt.training import experiment, preparation
from imaginet_pt.training.trainer import Trainer

# Stage -> the functions in which it happens; none calls another one.
STAGES = {
    "making scenes": [(data_provider, "load")],
    "vocabulary and ids": [(preparation, "prepare")],
    "first weights, compiling": [(experiment, "begin_and_compile")],
    "epochs": [(Trainer, "_train_epoch")],
    "validation, weights, checkpoints": [(Trainer, "_finish_epoch")],
    "LINREG": [(experiment, "_train_linear")],
    "loading the runs": [(grid, "_load")],
    "correlations and the table": [(table1, "make")],
}


def clocked(stage, function, seconds, calls):
    """`function`, whose processor time is added to that of its stage."""

    @functools.wraps(function)
    def call(*arguments, **options):
        begin = time.process_time()
        try:
            return function(*arguments, **options)
        finally:
            seconds[stage] += time.process_time() - begin
            calls[stage] += 1

    return call


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--seeds", type=int, default=3)
    args = parser.parse_args()
    seconds, calls = Counter(imports=time.process_time()), Counter(imports=1)
    for stage, places in STAGES.items():
        for owner, name in places:
            setattr(owner, name, clocked(stage, getattr(owner, name), seconds, calls))
    table1.SCRIPT = replace(table1.SCRIPT, make=table1.make)
    with tempfile.TemporaryDirectory() as out:
        options = ["--seeds", args.seeds, "--workers", 1, "--threads", 1, "--out", out]
        status = imaginet(["replicate", "table1", *options])
    seconds["everything else"] = time.process_time() - sum(seconds.values())
    for stage in ("imports", *STAGES, "everything else"):
        print(f"{seconds[stage]:7.1f} s  {calls[stage] or '':>3}  {stage}")
    print(f"{sum(seconds.values()):7.1f} s       all")
    sys.exit(status)


if __name__ == "__main__":
    main()
