"""Show on a terminal that a command is at work, wherever it is silent.

After some silence the bars that are shown are drawn again, with the time that has passed; where
there is none, a line stands in for one until there is other output. So no import, no reading and no
computing leaves a user without a sign of life, whether or not it has a bar of its own.
"""

import contextlib
import threading
import time
from collections.abc import Iterator
from typing import TextIO

SILENCE = 1.0  # seconds without output before a sign of life
STEP = 0.5  # seconds between looks

# Held where nothing may be shown: while output is written (a pager may let us wait), while a user
# types, while another process writes to the same terminal.
STILL = threading.RLock()


class Heartbeat:
    """Signs of life on an error stream, if that is a terminal.

    Args:
        stream: the stream itself, not what guards it.
    """

    def __init__(self, stream: TextIO) -> None:
        self._stream, self._ended = stream, threading.Event()
        self._last, self._line, self._within_line = time.monotonic(), "", False

    @contextlib.contextmanager
    def beating(self) -> Iterator[None]:
        """Show signs of life until the block ends."""
        if not self._stream.isatty():
            yield
            return
        thread = threading.Thread(target=self._beat, daemon=True)
        thread.start()
        try:
            yield
        finally:
            self._ended.set()
            thread.join()
            self.give_way("\n")

    def give_way(self, text: str) -> None:
        """Take the line away, since `text` is about to be written to the terminal."""
        with STILL:
            self._write(f"\r{' ' * len(self._line)}\r" if self._line else "")
            self._last, self._line = time.monotonic(), ""
            self._within_line = not text.endswith(("\n", "\r"))

    def _beat(self) -> None:
        while not self._ended.wait(STEP):
            if time.monotonic() - self._last >= SILENCE:
                self._show()

    def _show(self) -> None:
        """Draw the bars again, or the line, unless somebody holds `STILL`."""
        from tqdm import tqdm  # only now, since quick commands do without it

        with tqdm.get_lock():  # before STILL, as whoever draws a bar has it when writing here
            if STILL.acquire(blocking=False):
                try:
                    bars = list(getattr(tqdm, "_instances", ()))
                    for bar in bars:
                        bar.refresh(nolock=True)
                    self._show_line(bool(bars) or self._within_line)
                finally:
                    STILL.release()

    def _show_line(self, occupied: bool) -> None:
        """Show for how long there was no output, where the cursor's line is not `occupied`."""
        silent = time.monotonic() - self._last
        line = f"working, {silent:.0f} s"
        if silent >= SILENCE and not occupied and line != self._line:
            self._line = line
            self._write(f"\r{line}")

    def _write(self, text: str) -> None:
        with contextlib.suppress(OSError, ValueError):
            self._stream.write(text)
            self._stream.flush()
