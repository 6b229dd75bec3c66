"""Compile the functions of a training, while the training itself is begun."""

import contextlib
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from ..backends.functions import TrainingFunctions, kept_functions, training_functions
from ..backends.protocol import Backend, Model, Rule
from ..progress import Progress
from .interrupt import Stopped, exit_status, interruptible

Begun = TypeVar("Begun")


def compiled(model: Model, rule: Rule, backend: Backend, progress: Progress) -> TrainingFunctions:
    """Return the functions of a training: those of the training before, if it was alike.

    Raises:
        Stopped: a signal asked to stop.
        UserError: they cannot be compiled.
    """
    kept = kept_functions(model, rule, backend)
    if kept:
        return kept
    progress.say(f"compiling with {backend.description} ...")
    with _stoppable(), progress.waiting("compiling"):
        return training_functions(model, rule, backend)


def compiled_while(
    begin: Callable[[], Begun], model: Model, rule: Rule, backend: Backend, progress: Progress
) -> tuple[Begun, TrainingFunctions]:
    """Return what `begin()` returns, and the functions, which are compiled meanwhile.

    Where compiling ends in an error or is stopped, `begin` still comes to its end.

    Raises:
        Stopped: a signal asked to stop.
        UserError: they cannot be compiled, or `begin` raised it.
    """
    with ThreadPoolExecutor(1) as pool, _stoppable():
        begun = pool.submit(begin)
        functions = compiled(model, rule, backend, progress)
        return begun.result(), functions


@contextlib.contextmanager
def _stoppable() -> Iterator[None]:
    """Raise `Stopped` when a signal arrives inside the block."""
    try:
        with interruptible():
            yield
    except KeyboardInterrupt as interrupt:
        raise Stopped("stopped while compiling", exit_status(interrupt)) from None
