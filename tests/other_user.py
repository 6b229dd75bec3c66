"""Another user of the machine, for tests of what is his."""

import os
from pathlib import Path


def owned_by_another(path, monkeypatch):
    """Have `path` look as if it belonged to another user."""
    lstat = Path.lstat

    def status(self):
        result = lstat(self)
        if self != path:
            return result
        return os.stat_result([*result[:4], os.getuid() + 1, *result[5:]])

    monkeypatch.setattr(Path, "lstat", status)
