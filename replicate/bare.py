"""Lets the scripts run from a bare clone: finds the package, and names what is not installed."""

import importlib.util
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
NEEDED = [
    "pytensor", "numpy", "scipy", "gensim", "pandas", "matplotlib", "tqdm", "filelock", "jinja2",
]  # fmt: skip

sys.path.insert(0, str(ROOT))
missing = [name for name in NEEDED if importlib.util.find_spec(name) is None]
if missing:
    print(f"{', '.join(missing)} not installed: run  pip install -e {ROOT}", file=sys.stderr)
    sys.exit(2)
