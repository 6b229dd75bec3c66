"""Every option that takes a file or folder x every kind of wrong thing in its place x streams.

    python tests/hostile/wrong_things.py --cases 20000

Each command line runs in a process of its own, with its standard streams open, closed, full or
endless, and must end with status 2 and one line, within 5 seconds of processor time and 1 GB of
memory more than it began with. Exit status 1 if one does not.
"""

import argparse
import collections
import contextlib
import importlib
import os
import random
import resource
import signal
import socket
import sys
import tempfile
from pathlib import Path
from typing import NamedTuple

sys.path[:0] = [str(Path(__file__).resolve().parents[i]) for i in (1, 2)]

from hostile import generate  # noqa: E402
from hostile.wrong_options import FOLDERS, OPTIONS  # noqa: E402

from imaginet_pt.__main__ import COMMANDS  # noqa: E402
from imaginet_pt.__main__ import main as imaginet  # noqa: E402
from imaginet_pt.replication.command import SCRIPTS  # noqa: E402

# What commands import when they run is imported once, here, and not by each process again.
for name in ("pandas", "gensim.models", "matplotlib.figure"):
    importlib.import_module(name)
for command in COMMANDS.values():
    importlib.import_module(command)
for name in "cli.boundary data.summary data.vgg16 evaluation.omission reports.comparison".split():
    importlib.import_module(f"imaginet_pt.{name}")
for name in "table1 table2 table3 figure3 kadar2017 word_learning".split():
    importlib.import_module(f"imaginet_pt.replication.{SCRIPTS[name][0]}")

SECONDS, MEMORY, LATE, LONGEST = generate.SECONDS, generate.MEMORY, 300, 550


def pipe(path, rng):
    os.mkfifo(path)


def listen(path, rng):
    with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX) as server:  # a long name
        server.bind(str(path))


def sparse(path, rng):
    """A file of terabytes that takes no room."""
    with open(path, "wb") as file:
        file.write(rng.choice([b"", b"{", b"PK\x03\x04", b"\x93NUMPY", b"MATLAB 5.0", b"\x1f\x8b"]))
        file.truncate(rng.choice([2**30, 2**40]))


def unreadable(path, rng):
    path.write_bytes(rng.randbytes(50))
    path.chmod(0)


def full_folder(path, rng):
    path.mkdir()
    for name in ("run.json", "dataset.json", "feats.npy", "model.univ.pkl.gz", "a.jpg"):
        rng.choice([pipe, empty, binary, folder])(path / name, rng)


def folder(path, rng):
    path.mkdir()


def empty(path, rng):
    path.touch()


def binary(path, rng):
    path.write_bytes(rng.randbytes(rng.choice([1, 100, 10**5])))


def text(path, rng):
    path.write_text(rng.choice(["a", "{}", "[]", "null", "a b", "[1]", "\n" * 9, "a\t1\n" * 99]))


THINGS = {
    "missing": lambda path, rng: None,
    "folder": folder,
    "folder of wrong things": full_folder,
    "named pipe": pipe,
    "socket": listen,
    "/dev/zero": lambda path, rng: path.symlink_to("/dev/zero"),
    "/dev/null": lambda path, rng: path.symlink_to("/dev/null"),
    "link to itself": lambda path, rng: path.symlink_to(path),
    "link to nothing": lambda path, rng: path.symlink_to("nowhere"),
    "empty": empty,
    "text": text,
    "binary": binary,
    "huge": sparse,
    "unreadable": unreadable,
}
NAMES = ["x", "x.json", "x.json.gz", "a\tb", "\x1b[31m", "-x", "é\u202e", " ", "x" * 300, "a/b/c"]


class Outcome(NamedTuple):
    """What became of one command line; memory: bytes more than at its beginning."""

    status: int
    lines: list[str]
    seconds: float
    memory: int


def _leave():
    """The writing end of a pipe that nobody reads."""
    reader, writer = os.pipe()
    os.close(reader)
    return writer


# What stands in the place of a stream, by its number; None: it is closed.
STATES = {
    "as usual": {},
    "no input": {0: lambda: None},
    "endless input": {0: lambda: os.open("/dev/zero", os.O_RDONLY)},
    "no output": {1: lambda: None},
    "full output": {1: lambda: os.open("/dev/full", os.O_WRONLY)},
    "nobody reads": {1: _leave},
    "no errors": {2: lambda: None},
    "full errors": {2: lambda: os.open("/dev/full", os.O_WRONLY)},
    "no streams": {0: lambda: None, 1: lambda: None, 2: lambda: None},
}
SILENT = {state for state, streams in STATES.items() if 2 in streams}


def run(words, state="as usual"):
    """Run a command line in a child process, its streams in one of `STATES`."""
    with tempfile.TemporaryFile("w+") as errors:
        before = int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize()
        child = os.fork()
        if not child:
            _in_child(words, errors, STATES[state])
        _, status, used = os.wait4(child, 0)
        errors.seek(0)
        lines = errors.read().splitlines()
    grown = max(used.ru_maxrss * 1024 - before, 0)
    return Outcome(os.waitstatus_to_exitcode(status), lines, used.ru_utime + used.ru_stime, grown)


def _in_child(words, errors, streams):
    status = 99
    try:
        signal.alarm(LATE)
        generate.limit_memory()
        null = os.open(os.devnull, os.O_RDWR)
        handles = dict(enumerate((null, null, errors.fileno())))
        handles |= {number: make() for number, make in streams.items()}
        sys.stdin, sys.stdout, sys.stderr = (_stream(*pair) for pair in sorted(handles.items()))
        status = imaginet(list(map(str, words)))
        if sys.stderr:
            sys.stderr.flush()
    finally:
        os._exit(status)


def _stream(number, handle):
    """What Python makes of a stream when it begins; None where it is closed."""
    if handle is None:
        os.close(number)
        return None
    os.dup2(handle, number)
    return open(number, "w" if number else "r", closefd=False)


def mistakes(outcome, state="as usual"):
    """What is wrong with an outcome, in words."""
    if outcome.status != 2:
        yield f"status {outcome.status}"
    if state in SILENT:
        if outcome.lines:
            yield f"lines that nobody can read: {outcome.lines}"
    elif len(outcome.lines) != 1 or not outcome.lines[0].startswith("imaginet: error: "):
        yield f"{len(outcome.lines)} lines: {' | '.join(outcome.lines)[-600:]}"
    elif len(outcome.lines[0]) > LONGEST or not outcome.lines[0].isprintable():
        yield f"a line of {len(outcome.lines[0])} characters: {outcome.lines[0]!r}"
    if outcome.seconds > SECONDS:
        yield f"{outcome.seconds:.1f} s"
    if outcome.memory > MEMORY:
        yield f"{outcome.memory / 2**20:.0f} MB"


def attempt(option, thing, name, state, rng):
    """The `Outcome` of one option with one thing of that name in its place."""
    with tempfile.TemporaryDirectory() as place:
        place = Path(place)
        wrong = place / "in" / name
        wrong.parent.mkdir(parents=True, exist_ok=True)
        with contextlib.suppress(OSError):  # a name that no file can have: then it is missing
            THINGS[thing](wrong, rng)
        return run(OPTIONS[option].words(wrong, place), state)


def pairs():
    """Each option with each thing that is wrong there."""
    return [(o, thing) for o, option in OPTIONS.items() for thing in THINGS.keys() - option.but]


def draw(rng, number):
    """So many cases; each pair comes once, under the plainest name, if they are half as many."""
    every, states = sorted(pairs()), sorted(STATES)
    once = [(option, thing, "x", "as usual") for option, thing in every]
    once = rng.sample(once, min(len(once), 2 * number // 3))
    rest = [
        (*rng.choice(every), rng.choice(NAMES), rng.choice(states))
        for _ in range(number - len(once))
    ]
    cases = once + rest
    return [c for c in cases if not (_is_missing(*c[1:3]) and "missing" in OPTIONS[c[0]].but)]


def _is_missing(thing, name):
    """Whether nothing stands under the name: no thing, or a name that no file can have."""
    return thing in FOLDERS or len(os.fsencode(name)) > 255


def tried(number, seed):
    """{option: outcomes}, and a line for each mistake."""
    rng, outcomes, wrong = random.Random(seed), collections.defaultdict(list), []
    for option, thing, name, state in draw(rng, number):
        outcome = attempt(option, thing, name, state, rng)
        outcomes[option].append(outcome)
        case = f"{option}: {thing} called {name[:20]!r}, {state}"
        wrong += [f"{case}: {mistake}" for mistake in mistakes(outcome, state)]
    return outcomes, wrong


def main(cases, seed):
    """Print a row an option; the exit status."""
    outcomes, wrong = tried(cases, seed)
    print("| option | cases | slowest | most memory |\n| --- | --- | --- | --- |")
    for option, rows in outcomes.items():
        slowest, most = max(r.seconds for r in rows), max(r.memory for r in rows) / 2**20
        print(f"| {option} | {len(rows):,} | {slowest:.2f} s | {most:.0f} MB |")
    total = sum(map(len, outcomes.values()))
    print(f"\n{total:,} cases, seed {seed}, {len(wrong)} mistakes", *wrong[:50], sep="\n")
    return bool(wrong)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--cases", type=int, default=20_000, help="(default 20,000)")
    parser.add_argument("--seed", type=int, default=0, help="of what is drawn (default 0)")
    sys.exit(main(**vars(parser.parse_args())))
