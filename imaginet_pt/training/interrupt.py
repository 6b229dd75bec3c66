"""Stop a training on Ctrl-C, after its minibatch."""

import contextlib
import signal
import threading


class Stopped(Exception):
    """The user asked to stop, and there is a checkpoint."""


@contextlib.contextmanager
def stop_requests(agree=bool):
    """A function that tells whether Ctrl-C has come; a second one ends the program at once.

    agree: `Processes.agree`, where it may have come to any of several processes.

    Ctrl-C comes to the main thread alone: in another thread there is nothing to tell.
    """
    requests = []
    if threading.current_thread() is not threading.main_thread():
        yield lambda: agree(requests)
        return

    def note(number, frame):
        requests.append(number)
        signal.signal(signal.SIGINT, before)

    before = signal.signal(signal.SIGINT, note)
    try:
        yield lambda: agree(requests)
    finally:
        signal.signal(signal.SIGINT, before)
