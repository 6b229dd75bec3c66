"""`python -m imaginet_pt`, and the console script `imaginet`."""

import sys


def main():
    """Run the command line, also where Ctrl-C comes while the package is still being read."""
    try:
        from .cli import main as run
    except KeyboardInterrupt:
        return 130
    return run()


if __name__ == "__main__":
    sys.exit(main())
