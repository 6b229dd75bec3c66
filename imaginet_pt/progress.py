"""What a user sees of long work: lines, and a bar with the time left where there is a terminal."""

import sys
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
        """Show a line even when `quiet`: something is not as it should be."""
        tqdm.write(line, file=sys.stderr)
        sys.stderr.flush()

    def note(self, line: str) -> None:
        """Show a line where there is no terminal, and so no bar that shows what goes on."""
        if not sys.stderr.isatty():
            self.say(line)

    def bar(
        self, description: str, total: int | None, done: int = 0, unit: str = "minibatch"
    ) -> "tqdm[Any]":
        """Return a bar over `total` units, `done` of them behind us; invisible without a terminal.

        Args:
            description: what goes on, as in "training".
            total: number of units, or None where it is not known.
            done: how many are done already.
            unit: the name of one; "B" are bytes, shown as kB or MB.
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
