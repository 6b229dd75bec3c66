"""Find the BLAS library that PyTensor's C code links to."""

import ctypes.util
import functools
import importlib.util
import os

import pytensor

from ..errors import UserError

# The BLAS routines that PyTensor's C code calls, under the names that the wheel gives them.
BLAS_NAMES = (
    "sgemm dgemm sgemv dgemv sger dger sdot ddot saxpy daxpy sscal dscal scopy dcopy sswap dswap"
)


def _system_openblas():
    """Linker flags of an OpenBLAS of the system, or None."""
    library = ctypes.util.find_library("openblas")
    return library and (f"-l:{library}", "")


def _wheel_openblas():
    """Linker and compiler flags of the OpenBLAS in the wheel `scipy-openblas32`, or None."""
    if importlib.util.find_spec("scipy_openblas32") is None:
        return None
    import scipy_openblas32

    folder = scipy_openblas32.get_lib_dir()
    names = " ".join(f"-D{name}_=scipy_{name}_" for name in BLAS_NAMES.split())
    return f"-L{folder} -l{scipy_openblas32.get_library()} -Wl,-rpath,{folder}", names


BLAS = {"OpenBLAS of the system": _system_openblas, "OpenBLAS of scipy-openblas32": _wheel_openblas}


@functools.cache
def link_blas():
    """Link PyTensor's C code to the first BLAS there is; its name.

    Once a process: flags that are given again are other flags, for which all is compiled again.
    """
    if "blas__ldflags" in os.environ.get("PYTENSOR_FLAGS", ""):
        return "BLAS of PYTENSOR_FLAGS"
    for name, find in BLAS.items():
        flags = find()
        if flags:
            pytensor.config.blas__ldflags, names = flags
            pytensor.config.gcc__cxxflags = f"{pytensor.config.gcc__cxxflags} {names}".strip()
            return name
    raise UserError("no BLAS for the C backend; pip install scipy-openblas32, or --backend numba")
