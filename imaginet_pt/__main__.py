"""The program: `imaginet`, or `python -m imaginet_pt`.

A new command is a module with HELP, EXAMPLE, `add_options(parser)` and `run(args)`, and an entry in
`COMMANDS`.
"""

import sys
from collections.abc import Sequence
from typing import Any

from .cli.limits import check_limits
from .errors import UserError

COMMANDS = {
    name: f"imaginet_pt.cli.commands.{name.replace('-', '_')}"
    for name in (
        "data", "train", "evaluate", "project", "next-words", "surprisal", "neighbors", "index",
        "omission", "compare", "export", "report", "explore", "convert-legacy",
    )
} | {"replicate": "imaginet_pt.replication.command"}  # fmt: skip


def main(arguments: Sequence[Any] | None = None) -> int:
    """Run the command line and return the exit status, even if Ctrl-C interrupts an import."""
    try:
        check_limits()
        from .cli import boundary, supervisor

        command_line = sys.argv[1:] if arguments is None else arguments
        if supervisor.is_child():
            return supervisor.run_child(lambda: boundary.run(COMMANDS, command_line))
        return boundary.run(COMMANDS, command_line)
    except UserError as error:  # of the limits: `boundary` has what a command raises
        print(f"imaginet: error: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main())
