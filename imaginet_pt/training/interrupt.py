"""Stop a training on Ctrl-C, SIGTERM or SIGHUP, after its minibatch."""

import contextlib
import signal
import threading
from collections.abc import Callable, Iterator, Mapping
from types import FrameType
from typing import Any

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Stopped(Exception):
    """A training was asked to stop, and has written a checkpoint.

    Attributes:
        status: the exit status that stands for the signal in a shell: 130 for Ctrl-C.
    """

    def __init__(self, message: str, status: int = 128 + signal.SIGINT) -> None:
        super().__init__(message)
        self.status = status


class Interrupted(KeyboardInterrupt):
    """A signal asks to stop, where work can be abandoned at once.

    Attributes:
        status: the exit status that stands for the signal in a shell.
    """

    def __init__(self, number: int) -> None:
        super().__init__()
        self.status = 128 + number


def exit_status(interrupt: KeyboardInterrupt) -> int:
    """Return the exit status that stands for the signal in a shell; 130 for Python's Ctrl-C."""
    return interrupt.status if isinstance(interrupt, Interrupted) else 128 + signal.SIGINT


class StopRequests:
    """Call it to learn whether a signal has asked to stop.

    Attributes:
        status: the exit status for the first signal; that of Ctrl-C if another process got it.
    """

    def __init__(self, agree: Callable[[bool], bool]) -> None:
        self._agree = agree
        self.signals: list[int] = []

    def __call__(self) -> bool:
        """Tell whether any process was asked to stop; all processes must call this together."""
        return self._agree(bool(self.signals))

    @property
    def status(self) -> int:
        """The exit status that stands for the first signal in a shell."""
        return 128 + (self.signals[0] if self.signals else signal.SIGINT)


@contextlib.contextmanager
def stop_requests(agree: Callable[[bool], bool] = bool) -> Iterator[StopRequests]:
    """Record signals instead of ending the program; a second Ctrl-C ends it at once.

    A second SIGHUP does not, since a closing terminal may send two. Only the main thread receives
    signals: in another thread nothing is recorded.

    Args:
        agree: `Processes.agree`, if the signal may reach any of several processes.
    """
    requests, before = StopRequests(agree), _handlers()

    def note(number: int, frame: FrameType | None) -> None:
        requests.signals.append(number)
        if number == signal.SIGINT:
            signal.signal(number, before[number])

    with _handled(before, note):
        yield requests


@contextlib.contextmanager
def interruptible() -> Iterator[None]:
    """Raise `Interrupted` when a signal arrives inside the block."""

    def interrupt(number: int, frame: FrameType | None) -> None:
        raise Interrupted(number)

    with _handled(_handlers(), interrupt):
        yield


def _handlers() -> dict[int, Any]:
    """Return the present handler of each signal that this thread may handle.

    An ignored SIGHUP is left out: `nohup` asks for that.
    """
    if threading.current_thread() is not threading.main_thread():
        return {}
    handlers: dict[int, Any] = {
        number: signal.getsignal(number) or signal.SIG_DFL for number in SIGNALS
    }
    if handlers[signal.SIGHUP] is signal.SIG_IGN:
        del handlers[signal.SIGHUP]
    return handlers


@contextlib.contextmanager
def _handled(
    before: Mapping[int, Any], handler: Callable[[int, FrameType | None], None]
) -> Iterator[None]:
    """Handle the signals in `before` by `handler` inside the block, and as before after it."""
    try:
        for number in before:
            signal.signal(number, handler)
        yield
    finally:
        for number, earlier in before.items():
            signal.signal(number, earlier)
