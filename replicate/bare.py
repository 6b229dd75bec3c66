"""Run the scripts from a bare clone: find the package, and name what is not installed."""

import configparser
import importlib.util
import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def list_dependencies() -> list[str]:
    """List the modules that setup.cfg requires."""
    setup = configparser.ConfigParser()
    setup.read(ROOT / "setup.cfg", encoding="utf-8")
    lines = setup["options"]["install_requires"].split()
    return [re.split("[<>=~!;]", line)[0].replace("-", "_") for line in lines]


def main(script: str) -> int:
    """Run `imaginet replicate SCRIPT` with the arguments of the command line.

    Returns:
        The exit status: 2 if a dependency is missing, else that of the script.
    """
    sys.path.insert(0, str(ROOT))
    missing = [name for name in list_dependencies() if importlib.util.find_spec(name) is None]
    if missing:
        print(f"{', '.join(missing)} not installed: run  pip install -e {ROOT}", file=sys.stderr)
        return 2
    from imaginet_pt.__main__ import main

    return main(["replicate", script, *sys.argv[1:]])
