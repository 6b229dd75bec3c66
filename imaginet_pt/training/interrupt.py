"""Stop a training on Ctrl-C, SIGTERM or SIGHUP, after its minibatch."""

import contextlib
import signal
import threading
from collections.abc import Callable, Iterator, Mapping
from types import FrameType
from typing import Any

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Stopped(Exception):
    """A training was asked to stop, and there is a checkpoint.

    Attributes:
        status: the exit status by which a shell knows the signal: 130 for Ctrl-C.
    """

    def __init__(self, message: str, status: int = 128 + signal.SIGINT) -> None:
        super().__init__(message)
        self.status = status


class Interrupted(KeyboardInterrupt):
    """A signal that asks to stop, where it ends what is being done at once.

    Attributes:
        status: the exit status by which a shell knows the signal.
    """

    def __init__(self, number: int) -> None:
        super().__init__()
        self.status = 128 + number


class StopRequests:
    """Tells whether a signal has asked to stop.

    Attributes:
        status: the exit status of the first signal; that of Ctrl-C where another process got it.
    """

    def __init__(self, agree: Callable[[bool], bool]) -> None:
        self._agree = agree
        self.signals: list[int] = []

    def __call__(self) -> bool:
        """Return whether any process was asked to stop; all of a group must call this together."""
        return self._agree(bool(self.signals))

    @property
    def status(self) -> int:
        """The exit status by which a shell knows the first signal."""
        return 128 + (self.signals[0] if self.signals else signal.SIGINT)


@contextlib.contextmanager
def stop_requests(agree: Callable[[bool], bool] = bool) -> Iterator[StopRequests]:
    """Note signals instead of ending the program; a second Ctrl-C ends it at once.

    A second SIGHUP does not, since a terminal that closes may send two. Signals come to the main
    thread alone: in another thread nothing is noted.

    Args:
        agree: `Processes.agree`, where a signal may have come to any of several processes.
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
    """Raise `Interrupted` where a signal comes."""

    def interrupt(number: int, frame: FrameType | None) -> None:
        raise Interrupted(number)

    with _handled(_handlers(), interrupt):
        yield


def _handlers() -> dict[int, Any]:
    """Return the present handler of each signal that this thread may handle.

    SIGHUP is not among them where it is ignored: `nohup` asks for that.
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
    """Handle the signals of `before` by `handler` in the block, and after it as before."""
    try:
        for number in before:
            signal.signal(number, handler)
        yield
    finally:
        for number, earlier in before.items():
            signal.signal(number, earlier)
