"""The package's own PyTensor operations, each in C and in NumPy.

Here: the operations, their C code (`c_code/`), their gradients, and their JAX versions.
Not here: layers, costs and update rules (`nn`), and compiling anything (`backends`).
"""
