"""Turn expressions into machine code: with PyTensor through C or numba, or with JAX.

Here: the backends, which of them to take, their BLAS, caches and processes, and compiled functions.
Not here: what is compiled (`nn`, `ops`), and the loop that calls it (`training`).
"""
