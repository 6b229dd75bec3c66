"""What turns expressions into machine code: PyTensor through a C compiler, or through numba."""

import ctypes.util
import importlib.util
import os
import warnings
from dataclasses import dataclass

import pytensor

from .errors import UserError

pytensor.config.floatX = "float32"

# The BLAS routines that PyTensor's C code calls, under the names that the wheel gives them.
BLAS_NAMES = (
    "sgemm dgemm sgemv dgemv sger dger sdot ddot saxpy daxpy sscal dscal scopy dcopy sswap dswap"
)


@dataclass(frozen=True)
class Backend:
    """A way to compile. name: `c` or `numba`; description: with the BLAS behind it."""

    name: str
    mode: str
    description: str

    def function(self, inputs, outputs, updates=()):
        """The compiled function of `inputs` that returns `outputs` and makes `updates`."""
        compiled = pytensor.function(
            inputs, outputs, updates=list(updates), mode=self.mode, on_unused_input="ignore"
        )
        compiled.trust_input = True
        return compiled


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


def _link_blas():
    """Link PyTensor's C code to the first BLAS there is; its name."""
    if "blas__ldflags" in os.environ.get("PYTENSOR_FLAGS", ""):
        return "BLAS of PYTENSOR_FLAGS"
    for name, find in BLAS.items():
        flags = find()
        if flags:
            pytensor.config.blas__ldflags, names = flags
            pytensor.config.gcc__cxxflags = f"{pytensor.config.gcc__cxxflags} {names}".strip()
            return name
    raise UserError("no BLAS for the C backend; pip install scipy-openblas32, or --backend numba")


def _c():
    if not pytensor.config.cxx:
        raise UserError("--backend c: no C++ compiler; install g++, or take --backend numba")
    return Backend("c", "CVM", f"C ({pytensor.config.cxx.split('/')[-1]}, {_link_blas()})")


def _numba():
    # Our own operations and `unique` go through NumPy there, which numba tells every time.
    warnings.filterwarnings("ignore", message="Numba will use object mode")
    return Backend("numba", "NUMBA", "numba")


BACKENDS = {"c": _c, "numba": _numba}


def get(name="auto"):
    """The backend called `name`; `auto` is C where there is a C++ compiler, else numba.

    Raises:
        UserError: `c` without a compiler or a BLAS.
    """
    if name == "auto":
        name = "c" if pytensor.config.cxx else "numba"
    return BACKENDS[name]()
