"""What turns expressions into machine code: PyTensor through a C compiler, or through numba."""

import importlib.util

import pytensor

from ..errors import UserError
from .pytensor_backend import c_backend, check_compile_cache, numba_backend


def _jax(**options):
    if importlib.util.find_spec("jax") is None:
        raise UserError("--backend jax: JAX is not installed; pip install 'imaginet_pt[jax]'")
    from . import jax_backend

    return jax_backend.get(**options)


BACKENDS = {"c": c_backend, "numba": numba_backend, "jax": _jax}


def get(name="auto", **options):
    """The backend called `name`; `auto` is C where there is a C++ compiler, else numba.

    options: those of `jax_backend.get`.

    Raises:
        UserError: `c` without a compiler or a BLAS, `jax` without JAX or its devices.
    """
    check_compile_cache()
    if name == "auto":
        name = "c" if pytensor.config.cxx else "numba"
    return BACKENDS[name](**options)
