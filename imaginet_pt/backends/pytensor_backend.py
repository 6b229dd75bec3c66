"""Compile expressions with PyTensor, through a C compiler or through numba."""

import contextlib
import functools
import gc
import io
import os
import sysconfig
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytensor
import pytensor.tensor as pt
from pytensor.compile.mode import get_mode
from pytensor.link.c.exceptions import CompileError

from ..errors import UserError, explained, reason
from ..files.folders import private_folder
from ..ops import elementwise
from ..ops.types import Tensor
from . import threads
from .blas import link_blas
from .distributed import ALONE, Processes
from .generated_code import keep_generated_code
from .precision import single_precision
from .protocol import Compiled, Reporter, Shapes, Shared, TrainingState, UpdateRule

# A minibatch: X and Y (time, batch) word ids, Z (batch, features).
INPUTS = {"X": pt.imatrix, "Y": pt.imatrix, "Z": pt.fmatrix}

# Errors of the system in a compiler's output, and what to do about them.
REMEDIES = {
    "No space left on device": "free space",
    "Too many open files": "allow more open files (ulimit -n)",
    "Cannot allocate memory": "free memory, or allow more of it (ulimit -v)",
    "out of memory": "free memory, or allow more of it (ulimit -v)",
}

# Arrays of intermediate results are reused by the next call. Fresh ones would cost a tenth of the
# time, since the system hands out their pages one by one.
C_MODE = get_mode("CVM").clone(link_kwargs={"allow_gc": False})


@contextlib.contextmanager
def _uncollected() -> Iterator[None]:
    """Put off Python's search for garbage, a sixth of the time that rewriting a graph takes."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


@dataclass(frozen=True)
class PyTensorBackend:
    """PyTensor on this machine's processor; see `protocol.Backend`.

    Attributes:
        name: `c` or `numba`.
        mode: PyTensor's mode.
        description: the compiler and its BLAS.
    """

    name: str
    mode: Any
    description: str

    @property
    def processes(self) -> Processes:
        """This process alone."""
        return ALONE

    @property
    def own_threads(self) -> bool:
        """False: its threads are those of BLAS and of OpenMP."""
        return False

    def local_rows(self, batch: int) -> slice:
        """Return all rows of Z: one process reads the whole minibatch."""
        return slice(None)

    def report_compilations(
        self, function: Compiled, name: str, shapes: Shapes, progress: Reporter
    ) -> Compiled:
        """Return `function` itself: it is compiled already, for all shapes."""
        return function

    def function(
        self,
        inputs: Sequence[Any],
        outputs: Any,
        updates: Iterable[tuple[Any, Any]] = (),
    ) -> Compiled:
        """Compile a function of `inputs` that returns `outputs` and makes `updates`."""
        quiet = contextlib.redirect_stdout(io.StringIO())
        kinds = CompileError, MemoryError, OSError
        with single_precision(), explained(_cannot_compile, *kinds), quiet:
            compiled: Any = pytensor.function(
                inputs, outputs, updates=list(updates), mode=self.mode, on_unused_input="ignore"
            )
        compiled.trust_input = True
        function: Compiled = compiled
        return function

    @_uncollected()
    def compile(
        self, build: Callable[..., Sequence[Tensor]], params: Shared, names: str
    ) -> Compiled:
        """Compile `build(params, *inputs)`, which lists outputs, to `f(*arrays)`."""
        with single_precision():
            inputs = [INPUTS[name](name) for name in names]
            return self.function(inputs, build(params, *inputs))

    @_uncollected()
    def compile_train_step(
        self,
        build: Callable[..., Tensor],
        rule: UpdateRule,
        state: TrainingState,
        trained: Sequence[str],
    ) -> Compiled:
        """Compile `step(X, Y, Z)`, which returns the cost and makes one update of `state`."""
        with single_precision():
            inputs = [INPUTS[name](name) for name in "XYZ"]
            params: dict[str, Any] = {name: state.params[name] for name in trained}
            cost = build(state.params, *inputs)
            derivatives: Any = pytensor.grad(cost, list(params.values()))
            gradients = dict(zip(params, derivatives, strict=True))
            new_params, new_state = rule(params, gradients, state.update)
            updates = [(params[name], value) for name, value in new_params.items()]
            updates += [(state.update[name], value) for name, value in new_state.items()]
            return self.function(inputs, cost, updates)


def _cannot_compile(error: Exception) -> str:
    """Turn a compiler's long output into one line."""
    text = str(error) or "out of memory"
    why = next((each for each in REMEDIES if each in text), text.partition("\n")[0][:200])
    fix = REMEDIES.get(why, "check that the compiler works")
    folder = pytensor.config.base_compiledir
    return f"cannot compile into {folder}: {why}; {fix}, or take another `backend`"


@functools.cache
def check_compile_cache() -> None:
    """Check that nobody else can write to PyTensor's cache, which it unpickles and runs.

    Raises:
        UserError: somebody else can, or the folder cannot be made.
    """
    fix = "set PYTENSOR_FLAGS=base_compiledir=DIR to a folder of yours"
    private_folder(pytensor.config.base_compiledir / "numba", fix)
    with explained(lambda error: f"{reason(error)}; {fix}", OSError, ValueError):
        private_folder(pytensor.config.compiledir, fix)


def missing_for_c() -> str:
    """Return what C code needs and is not installed, with its package; "" for nothing."""
    if not pytensor.config.cxx:
        return "C++ compiler (g++)"
    header = Path(sysconfig.get_path("include"), "Python.h")
    return "" if header.exists() else f"{header} (python3-dev)"


def c_backend() -> PyTensorBackend:
    """Return the backend that compiles through C.

    Raises:
        UserError: no compiler, headers or BLAS.
    """
    if missing := missing_for_c():
        raise UserError(f"`backend` is c, but there is no {missing}; install it, or take numba")
    elementwise.register()
    compiler = pytensor.config.cxx.split("/")[-1]
    return PyTensorBackend("c", C_MODE, f"C ({compiler}, {link_blas()})")


def numba_backend() -> PyTensorBackend:
    """Return the backend that compiles through numba, which needs no compiler of the system.

    It has as many threads as OMP_NUM_THREADS says, where that is set, as C has.
    """
    import numba

    from ..ops import numba_dispatch  # noqa: F401  (registers our operations; numba loads slowly)

    threads.limit_numba(numba, threads.count(os.environ.get("OMP_NUM_THREADS")))
    keep_generated_code()
    return PyTensorBackend("numba", "NUMBA", f"numba {numba.__version__}")
