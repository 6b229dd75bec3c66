"""The BLAS library that PyTensor's C code is linked to."""

import functools
import importlib.metadata
import importlib.util
import os

import pytensor

from ..errors import UserError

WHEEL = "scipy-openblas32"
# The BLAS routines that PyTensor's C code calls. The wheel has them under names with a prefix.
ROUTINES = "gemm gemv ger dot axpy scal copy swap".split()


@functools.cache
def link_blas() -> str:
    """Link PyTensor's C code to the OpenBLAS of the wheel, and return its name.

    This BLAS is the same on every machine, so that equal runs give equal bytes. Another one is used
    only if the user sets `blas__ldflags` in PYTENSOR_FLAGS.

    Only the first call in a process sets the flags: if they were set again, PyTensor would take
    them for new ones and compile everything again.

    Raises:
        UserError: the wheel is not installed.
    """
    if "blas__ldflags" in os.environ.get("PYTENSOR_FLAGS", ""):
        return f"BLAS of PYTENSOR_FLAGS: {pytensor.config.blas__ldflags or 'none'}"
    if importlib.util.find_spec("scipy_openblas32") is None:
        raise UserError(f"no BLAS for the C backend; pip install {WHEEL}, or take `backend` numba")
    import scipy_openblas32

    folder, library = scipy_openblas32.get_lib_dir(), scipy_openblas32.get_library()
    pytensor.config.blas__ldflags = f"-L{folder} -l{library} -Wl,-rpath,{folder}"
    names = " ".join(f"-D{t}{r}_=scipy_{t}{r}_" for r in ROUTINES for t in "sd")
    flags = f"{names} -g0"  # no debug information, for which g++ takes an eighth of its time
    pytensor.config.gcc__cxxflags = f"{pytensor.config.gcc__cxxflags} {flags}".strip()
    return f"OpenBLAS of {WHEEL} {importlib.metadata.version(WHEEL)}"
