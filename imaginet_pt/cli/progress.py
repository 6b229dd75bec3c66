"""What a user sees of long work: lines, and a bar with the time left where there is a terminal."""

import sys
from dataclasses import dataclass

from tqdm import tqdm


@dataclass(frozen=True)
class Progress:
    """Lines and bars on the error stream; nothing but warnings when `quiet`."""

    quiet: bool = False

    def say(self, line):
        """A line, unless `quiet`."""
        if not self.quiet:
            self.warn(line)

    def warn(self, line):
        """A line that is shown always: something is not as it should be."""
        tqdm.write(line, file=sys.stderr)
        sys.stderr.flush()

    def note(self, line):
        """A line where there is no terminal, and so no bar that shows what goes on."""
        if not sys.stderr.isatty():
            self.say(line)

    def bar(self, description, total, done=0, unit="minibatch"):
        """A bar over `total` units, `done` of them before; none without a terminal."""
        return tqdm(
            desc=description,
            total=total,
            initial=done,
            unit=unit,
            unit_scale=unit == "B",  # bytes as kB, MB
            disable=True if self.quiet else None,
            dynamic_ncols=True,
            smoothing=0.05,
        )
