"""Run the scripts from a bare clone: find the package, and name what is not installed."""

import configparser
import importlib.util
import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def needed() -> list[str]:
    """List the modules of the dependencies in setup.cfg."""
    setup = configparser.ConfigParser()
    setup.read(ROOT / "setup.cfg", encoding="utf-8")
    lines = setup["options"]["install_requires"].split()
    return [re.split("[<>=~!]", line)[0].replace("-", "_") for line in lines]


def main(script: str) -> int:
    """Run `imaginet replicate SCRIPT` with the command line's arguments; return the exit status."""
    sys.path.insert(0, str(ROOT))
    missing = [name for name in needed() if importlib.util.find_spec(name) is None]
    if missing:
        print(f"{', '.join(missing)} not installed: run  pip install -e {ROOT}", file=sys.stderr)
        return 2
    from imaginet_pt.__main__ import main

    return main(["replicate", script, *sys.argv[1:]])
