"""Compile the functions of a training, while the training itself is begun."""

import contextlib
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from ..backends.functions import KeptFunctions, TrainingFunctions, training_functions
from ..backends.protocol import Backend, Model, UpdateRule
from ..progress import Progress
from .interrupt import Stopped, exit_status, interruptible

Begun = TypeVar("Begun")


def compiled(
    model: Model, rule: UpdateRule, backend: Backend, progress: Progress, kept: KeptFunctions
) -> TrainingFunctions:
    """Return the functions of a training: those that are kept, if they are of its kind.

    Raises:
        Stopped: a signal asked to stop.
        UserError: they cannot be compiled.
    """
    known = kept.like(model, rule, backend)
    if known:
        return known
    progress.say(f"compiling with {backend.description} ...")
    with _stoppable(), progress.waiting("compiling"):
        functions = training_functions(model, rule, backend)
    kept.keep(functions)
    return functions


def begin_and_compile(
    begin: Callable[[], Begun], compile_functions: Callable[[], TrainingFunctions]
) -> tuple[Begun, TrainingFunctions]:
    """Return what `begin()` returns, in a thread of its own, and the functions compiled meanwhile.

    Where compiling ends in an error or is stopped, `begin` still comes to its end; where that is
    an error, a stop is not told, since there is nothing to resume.

    Raises:
        Stopped: a signal asked to stop.
        UserError: they cannot be compiled, or `begin` raised it.
    """
    with ThreadPoolExecutor(1) as pool:
        begun = pool.submit(begin)
        try:
            with _stoppable():
                functions = compile_functions()
                return begun.result(), functions
        except Stopped:
            begun.result()
            raise


@contextlib.contextmanager
def _stoppable() -> Iterator[None]:
    """Raise `Stopped` when a signal arrives inside the block."""
    try:
        with interruptible():
            yield
    except KeyboardInterrupt as interrupt:
        raise Stopped("stopped while compiling", exit_status(interrupt)) from None
