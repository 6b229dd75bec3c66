"""A peer in a process of its own: reads "FIRST COUNT" a line, and answers [[seconds, cost], ...].

python -m benchmarks.peers.worker NAME WORKLOAD

After the last line it answers its peak of resident memory, in megabytes.
"""

import importlib
import json
import resource
import sys
import time

# name -> (module that makes it, argument, package that it needs)
PEERS = {
    "c": ("ours", "c", "pytensor"),
    "numba": ("ours", "numba", "numba"),
    "jax": ("ours", "jax", "jax"),
    "limit": ("limit", None, "numpy"),
    "torch": ("pytorch", False, "torch"),
    "torch.compile": ("pytorch", True, "torch"),
    "jax-by-hand": ("handwritten_jax", None, "jax"),
    "pytensor-numba": ("plain_pytensor", "NUMBA", "numba"),
    "pytensor-jax": ("plain_pytensor", "JAX", "jax"),
    "pytensor-ml": ("pytensor_ml_cell", "NUMBA", "pytensor_ml"),
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
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024, flush=True)


def main(name, path):
    module, argument, _ = PEERS[name]
    serve(importlib.import_module(f"benchmarks.peers.{module}").make(path, argument))


if __name__ == "__main__":
    main(*sys.argv[1:])
