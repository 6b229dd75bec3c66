"""Print pylock.toml (PEP 751) for a folder of wheels, each named by its path and its digest.

python docs/capsule/lock.py capsule/wheels > docs/capsule/pylock.toml
"""

import hashlib
import re
import sys
from pathlib import Path

HEAD = """\
# Printed by lock.py: what requirements.txt names, as wheels in a folder beside this file.
lock-version = "1.0"
environments = ["sys_platform == 'linux' and platform_machine == 'x86_64'"]
requires-python = "==3.11.*"
created-by = "imaginet_pt"
"""
ENTRY = """
[[packages]]
name = "{name}"
version = "{version}"
wheels = [{{ path = "wheels/{file}", hashes = {{ sha256 = "{digest}" }} }}]
"""


def entry(wheel: Path) -> str:
    """Return the entry of one wheel."""
    name, version, *_ = wheel.name.split("-")
    return ENTRY.format(
        name=re.sub(r"[-_.]+", "-", name).lower(),
        version=version,
        file=wheel.name,
        digest=hashlib.sha256(wheel.read_bytes()).hexdigest(),
    )


if __name__ == "__main__":
    wheels = sorted(Path(sys.argv[1]).glob("*.whl"), key=lambda path: path.name.lower())
    print(HEAD + "".join(map(entry, wheels)), end="")
