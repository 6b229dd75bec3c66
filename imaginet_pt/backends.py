"""What turns expressions into machine code: PyTensor through a C compiler, or through numba."""

import contextlib
import ctypes.util
import functools
import importlib.util
import io
import os
import warnings
from dataclasses import dataclass
from typing import Any, ClassVar

import pytensor
import pytensor.tensor as pt
from pytensor.compile.mode import get_mode
from pytensor.link.c.exceptions import CompileError

from . import elementwise, processes
from .errors import UserError
from .files import own_folder

pytensor.config.floatX = "float32"

# The BLAS routines that PyTensor's C code calls, under the names that the wheel gives them.
BLAS_NAMES = (
    "sgemm dgemm sgemv dgemv sger dger sdot ddot saxpy daxpy sscal dscal scopy dcopy sswap dswap"
)


# A minibatch: X and Y (time, batch) word ids, Z (batch, features).
INPUTS = {"X": pt.imatrix, "Y": pt.imatrix, "Z": pt.fmatrix}


@dataclass(frozen=True)
class Backend:
    """A way to compile. name: `c` or `numba`; description: with the BLAS behind it."""

    name: str
    mode: Any
    description: str
    processes: ClassVar = processes.ALONE

    def share(self, batch):
        """The places of a minibatch of so many captions whose images this process reads: all."""
        return slice(None)

    def announced(self, function, name, shapes, progress):
        """`function` of minibatches of `shapes`, all of which are compiled already."""
        return function

    def function(self, inputs, outputs, updates=()):
        """The compiled function of `inputs` that returns `outputs` and makes `updates`."""
        with _compiling():
            compiled = pytensor.function(
                inputs, outputs, updates=list(updates), mode=self.mode, on_unused_input="ignore"
            )
        compiled.trust_input = True
        return compiled

    def compiled(self, build, params, names):
        """`f(*arrays)`: the outputs that `build(params, *inputs)` lists.

        params: shared variables by name; names: of the inputs, letters of `INPUTS`.
        """
        inputs = [INPUTS[name](name) for name in names]
        return self.function(inputs, build(params, *inputs))

    def training(self, build, rule, state, trained):
        """`step(X, Y, Z)`: the cost `build(params, X, Y, Z)`, and one update of `state` by `rule`.

        state: `functions.State`; trained: names of the parameters that change.
        """
        inputs = [INPUTS[name](name) for name in "XYZ"]
        params = {name: state.params[name] for name in trained}
        cost = build(state.params, *inputs)
        gradients = dict(zip(params, pytensor.grad(cost, list(params.values())), strict=True))
        new, own = rule(params, gradients, state.update)
        updates = [(params[name], value) for name, value in new.items()]
        updates += [(state.update[name], value) for name, value in own.items()]
        return self.function(inputs, cost, updates)


FULL = "No space left on device"


@contextlib.contextmanager
def _compiling():
    """Tell in one line why there is no compiled code, which a compiler tells in very many."""
    try:
        with contextlib.redirect_stdout(io.StringIO()):
            yield
    except (CompileError, OSError) as error:
        reason = FULL if FULL in str(error) else str(error).partition("\n")[0][:200]
        folder = pytensor.config.base_compiledir
        raise UserError(
            f"cannot compile into {folder}: {reason}; free space, or take another --backend"
        ) from error


@functools.cache
def own_cache():
    """See that PyTensor's compiled code, which it unpickles and runs, is in folders of the user's.

    Raises:
        UserError: one belongs to somebody else, or cannot be made.
    """
    fix = "set PYTENSOR_FLAGS=base_compiledir=DIR to a folder of yours"
    own_folder(pytensor.config.base_compiledir / "numba", fix)
    try:
        own_folder(pytensor.config.compiledir, fix)
    except (OSError, ValueError) as error:
        raise UserError(f"{error}; {fix}") from error


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
def _link_blas():
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


# Arrays of intermediate results are kept for the next call: fresh ones would cost a tenth of the
# time, since the system hands out their pages one by one.
_KEPT = get_mode("CVM").clone(link_kwargs={"allow_gc": False})


# The threads of OpenMP and those of BLAS take turns. As a rule both wait busily, for milliseconds,
# on cores that the others need: a sixth of the time. Read when the libraries are loaded.
WAITING = {"OMP_WAIT_POLICY": "passive", "OPENBLAS_THREAD_TIMEOUT": "16"}


def _c():
    if not pytensor.config.cxx:
        raise UserError("--backend c: no C++ compiler; install g++, or take --backend numba")
    for name, value in WAITING.items():
        os.environ.setdefault(name, value)
    elementwise.register()
    return Backend("c", _KEPT, f"C ({pytensor.config.cxx.split('/')[-1]}, {_link_blas()})")


def _numba():
    # Our own operations and `unique` go through NumPy there, which numba tells every time.
    warnings.filterwarnings("ignore", message="Numba will use object mode")
    return Backend("numba", "NUMBA", "numba")


def _jax(**options):
    if importlib.util.find_spec("jax") is None:
        raise UserError("--backend jax: JAX is not installed; pip install 'imaginet_pt[jax]'")
    from . import jax_backend

    return jax_backend.get(**options)


BACKENDS = {"c": _c, "numba": _numba, "jax": _jax}


def get(name="auto", **options):
    """The backend called `name`; `auto` is C where there is a C++ compiler, else numba.

    options: those of `jax_backend.get`.

    Raises:
        UserError: `c` without a compiler or a BLAS, `jax` without JAX or its devices.
    """
    own_cache()
    if name == "auto":
        name = "c" if pytensor.config.cxx else "numba"
    return BACKENDS[name](**options)


def add_options(parser):
    """The options that choose a backend."""
    names = ["auto", *BACKENDS]
    parser.add_argument("--backend", default="auto", choices=names, help="(default auto)")
    parser.add_argument("--devices", type=int, help="of JAX, in each process (default 1)")
    parser.add_argument(
        "--precision",
        choices=["highest", "default"],
        help="of JAX's float32 products; default may be TF32 on a GPU (default highest)",
    )


def chosen(args):
    """The backend of a command line with `add_options`.

    Raises:
        UserError: options of JAX without it, and what `get` raises.
    """
    options = {n: v for n in ("devices", "precision") if (v := getattr(args, n)) is not None}
    group = processes.asked(args)
    if group.coordinator:
        options["processes"] = group
    if options and args.backend != "jax":
        raise UserError(f"--{min(options)} is for --backend jax; add that or leave it out")
    return get(args.backend, **options)
