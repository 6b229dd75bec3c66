"""Choose what turns expressions into machine code: C or numba through PyTensor, or JAX."""

import functools
import importlib.util
import logging
from collections.abc import Callable
from typing import Any

from ..errors import UserError
from .protocol import Backend
from .pytensor_backend import c_backend, check_compile_cache, missing_for_c, numba_backend


def jax_backend(**options: Any) -> Backend:
    """Return the backend that compiles with JAX; the options are those of `jax_backend.get`.

    Raises:
        UserError: JAX is not installed, or has fewer devices.
    """
    if importlib.util.find_spec("jax") is None:
        raise UserError(
            "`backend` is jax, but JAX is not installed; pip install 'imaginet_pt[jax]'"
        )
    from . import jax_backend

    return jax_backend.get(**options)


BACKENDS: dict[str, Callable[..., Backend]] = {
    "c": c_backend,
    "numba": numba_backend,
    "jax": jax_backend,
}


def get(name: str = "auto", **options: Any) -> Backend:
    """Return the backend called `name`, a key of `BACKENDS` or `auto`.

    Args:
        name: `auto` is C if all that it needs is installed, else numba, with a warning.
        options: for JAX alone, those of `jax_backend.get`.

    Raises:
        UserError: `c` without a compiler or a BLAS, `jax` without JAX or its devices.
    """
    check_compile_cache()
    if name == "auto":
        missing = missing_for_c()
        name = "numba" if missing else "c"
        if missing:
            _warn_of_numba(missing)
    return BACKENDS[name](**options)


@functools.cache
def _warn_of_numba(missing: str) -> None:
    """Warn once, through logging, that compiling with numba takes long."""
    logging.getLogger(__name__).warning(
        "no %s: compiling with numba, which takes a minute or two the first time and seconds after "
        "it; install what is missing for seconds each time",
        missing,
    )
