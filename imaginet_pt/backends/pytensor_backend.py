"""Compile expressions with PyTensor, through a C compiler or through numba."""

import contextlib
import functools
import io
import os
import warnings
from dataclasses import dataclass
from typing import Any, ClassVar

import pytensor
import pytensor.tensor as pt
from pytensor.compile.mode import get_mode
from pytensor.link.c.exceptions import CompileError

from ..errors import UserError
from ..files.folders import private_folder
from ..ops import elementwise
from . import distributed
from .blas import link_blas

# Builds and compiles expressions in float32, whatever PyTensor's `floatX` is elsewhere.
single_precision = pytensor.config.change_flags(floatX="float32")

# A minibatch: X and Y (time, batch) word ids, Z (batch, features).
INPUTS = {"X": pt.imatrix, "Y": pt.imatrix, "Z": pt.fmatrix}


@dataclass(frozen=True)
class PyTensorBackend:
    """A way to compile. name: `c` or `numba`; description: with the BLAS behind it."""

    name: str
    mode: Any
    description: str
    processes: ClassVar = distributed.ALONE

    def local_rows(self, batch):
        """The places of a minibatch of so many captions whose images this process reads: all."""
        return slice(None)

    def report_compilations(self, function, name, shapes, progress):
        """`function` of minibatches of `shapes`, all of which are compiled already."""
        return function

    @single_precision
    def function(self, inputs, outputs, updates=()):
        """The compiled function of `inputs` that returns `outputs` and makes `updates`."""
        with _compiling():
            compiled = pytensor.function(
                inputs, outputs, updates=list(updates), mode=self.mode, on_unused_input="ignore"
            )
        compiled.trust_input = True
        return compiled

    @single_precision
    def compile(self, build, params, names):
        """`f(*arrays)`: the outputs that `build(params, *inputs)` lists.

        params: shared variables by name; names: of the inputs, letters of `INPUTS`.
        """
        inputs = [INPUTS[name](name) for name in names]
        return self.function(inputs, build(params, *inputs))

    @single_precision
    def compile_train_step(self, build, rule, state, trained):
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
def check_compile_cache():
    """See that PyTensor's compiled code, which it unpickles and runs, is in folders of the user's.

    Raises:
        UserError: one belongs to somebody else, or cannot be made.
    """
    fix = "set PYTENSOR_FLAGS=base_compiledir=DIR to a folder of yours"
    private_folder(pytensor.config.base_compiledir / "numba", fix)
    try:
        private_folder(pytensor.config.compiledir, fix)
    except (OSError, ValueError) as error:
        raise UserError(f"{error}; {fix}") from error


# Arrays of intermediate results are kept for the next call: fresh ones would cost a tenth of the
# time, since the system hands out their pages one by one.
_KEPT = get_mode("CVM").clone(link_kwargs={"allow_gc": False})


# The threads of OpenMP and those of BLAS take turns. As a rule both wait busily, for milliseconds,
# on cores that the others need: a sixth of the time. Read when the libraries are loaded.
WAITING = {"OMP_WAIT_POLICY": "passive", "OPENBLAS_THREAD_TIMEOUT": "16"}


def c_backend():
    if not pytensor.config.cxx:
        raise UserError("--backend c: no C++ compiler; install g++, or take --backend numba")
    for name, value in WAITING.items():
        os.environ.setdefault(name, value)
    elementwise.register()
    return PyTensorBackend("c", _KEPT, f"C ({pytensor.config.cxx.split('/')[-1]}, {link_blas()})")


def numba_backend():
    # Our own operations and `unique` go through NumPy there, which numba tells every time.
    warnings.filterwarnings("ignore", message="Numba will use object mode")
    return PyTensorBackend("numba", "NUMBA", "numba")
