"""The process that waits for the one that trains."""

import sys

from imaginet_pt.cli import supervisor


def test_the_child_is_started_as_this_process_was(monkeypatch):
    """By `-m`, modules that lie where the user stands would come before all others."""
    started = []
    start = lambda command, **options: started.append(command)  # noqa: E731
    monkeypatch.setattr(supervisor.subprocess, "Popen", start)
    monkeypatch.setattr(sys, "orig_argv", ["python", "/usr/bin/imaginet", "train"])
    supervisor._start(None)
    assert started == [[sys.executable, "/usr/bin/imaginet", "train"]]
