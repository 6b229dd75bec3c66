"""Turn expressions into machine code: with PyTensor through C or numba, or with JAX.

Here: the backends and the choice between them, their BLAS, caches and processes, and the compiled
functions. Not here: the expressions (`nn`, `ops`), and the loop that calls them (`training`).
"""
