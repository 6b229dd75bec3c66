"""Show the progress of long work: lines, and in a terminal a bar with the time left."""

import contextlib
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from tqdm import tqdm


@dataclass(frozen=True)
class Progress:
    """Lines and bars on the error stream; nothing but warnings when `quiet`."""

    quiet: bool = False

    def say(self, line: str) -> None:
        """Show a line, unless `quiet`."""
        if not self.quiet:
            self.warn(line)

    def warn(self, line: str) -> None:
        """Show a line about a problem, even when `quiet`."""
        tqdm.write(line, file=sys.stderr)
        sys.stderr.flush()

    def note(self, line: str) -> None:
        """Show a line only if there is no terminal, and so no bar."""
        if not sys.stderr.isatty():
            self.say(line)

    @contextlib.contextmanager
    def waiting(self, what: str) -> Iterator[None]:
        """Show on a terminal, each second until the block ends, what goes on and for how long."""
        disable = True if self.quiet else None
        bar = tqdm(desc=what, bar_format="{desc}, {elapsed}", leave=False, disable=disable)
        ended = threading.Event()

        def show() -> None:
            while not ended.wait(1):
                bar.refresh()

        thread = threading.Thread(target=show, daemon=True)
        if not bar.disable:
            thread.start()
        try:
            yield
        finally:
            ended.set()
            if thread.is_alive():
                thread.join()
            bar.close()

    def bar(
        self, description: str, total: int | None, done: int = 0, unit: str = "minibatch"
    ) -> "tqdm[Any]":
        """Return a progress bar, which is invisible without a terminal.

        Args:
            description: the name of the work, such as "training".
            total: the number of units, or None if it is not known.
            done: how many of them are done already.
            unit: the name of a unit; "B" is for bytes, shown as kB or MB.
        """
        return tqdm(
            desc=description,
            total=total,
            initial=done,
            unit=unit,
            unit_scale=unit == "B",
            disable=True if self.quiet else None,
            dynamic_ncols=True,
            smoothing=0.05,
        )
