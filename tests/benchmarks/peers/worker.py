"""A peer in a process of its own: reads "FIRST COUNT" a line, and answers [[seconds, cost], ...].

python -m benchmarks.peers.worker NAME WORKLOAD
"""

import importlib
import json
import sys
import time

# name -> (module that makes it, argument, package that it needs)
PEERS = {
    "c": ("ours", "c", "pytensor"),
    "numba": ("ours", "numba", "numba"),
    "jax": ("ours", "jax", "jax"),
    "torch": ("pytorch", False, "torch"),
    "torch.compile": ("pytorch", True, "torch"),
}


def serve(step):
    print("ready", flush=True)
    for line in sys.stdin:
        first, count = map(int, line.split())
        done = []
        for i in range(first, first + count):
            start = time.perf_counter()
            cost = step(i)
            done.append([time.perf_counter() - start, cost])
        print(json.dumps(done), flush=True)


def main(name, path):
    module, argument, _ = PEERS[name]
    serve(importlib.import_module(f"benchmarks.peers.{module}").make(path, argument))


if __name__ == "__main__":
    main(*sys.argv[1:])
