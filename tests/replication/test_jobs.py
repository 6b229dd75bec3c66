"""Runs trained as jobs of submitit: the same bytes as here, whatever ends a job in the middle."""

import os
import signal
import sys
import threading
import time
from argparse import Namespace
from pathlib import Path

import pytest
import small
from crash import quick_worker
from hostile import run_files

from imaginet_pt.backends import select
from imaginet_pt.data import data_provider
from imaginet_pt.errors import UserError
from imaginet_pt.progress import Progress
from imaginet_pt.replication import executors, grid, jobs, options, training_process
from imaginet_pt.runs.checkpoint import Checkpoints
from imaginet_pt.runs.run_folder import RunFolder
from imaginet_pt.settings import Settings
from imaginet_pt.training.interrupt import Stopped

# Small, and long enough to be ended in the middle.
TINY = Settings(hidden_size=4, embedding_size=4, word_freq_threshold=1, batch_size=4, iterations=25)

# Stands in for a worker: fails, says nothing, or trains at once; it is given its run.
STAND_IN = """
import json, os, pathlib, sys

model, seed, settings, folder = json.loads(sys.argv[-1])
print("epoch 1/1: cost 0.5", file=sys.stderr, flush=True)
if seed == 2:
    sys.exit("imaginet: error: the disk is full")
if seed == 9:
    os._exit(1)
out = pathlib.Path(folder)
out.mkdir(parents=True)
(out / "threads").write_text(os.environ.get("OMP_NUM_THREADS", "all"))
(out / "run.json").touch()
(out / "weights-1.npz").touch()
"""

# Stand in for Slurm's programs: a job runs at once, with the time limit that Slurm would set.
SLURM = {
    "sbatch": """
grep -qx '#SBATCH --dependency=singleton' "$1" && grep -q -- '--time=1440' "$1" || exit 1
grep -x '#SBATCH --cpus-per-task=.*' "$1" >> {folder}/asked
export SLURM_JOB_ID=$$ SLURM_PROCID=0
cp "$1" {folder}/script-$$
setsid bash {folder}/script-$$ > /dev/null 2>&1 &
echo "Submitted batch job $$"
""",
    "srun": """
while [ "$1" != {python} ]; do
    case "$1" in --error) err=$2; shift;; --output) out=$2; shift;; esac
    shift
done
fill() { echo "$1" | sed "s/%j/$SLURM_JOB_ID/g; s/%t/0/g"; }
exec "$@" > "$(fill "$out")" 2> "$(fill "$err")"
""",
    "sacct": 'echo "JobID|State|NodeList"\n',
    "scancel": "exit 0\n",
}


def arguments(out, **changes):
    given = {"data": "scenes", "seeds": 2, "preset": "demo", "cluster": "local", "workers": 2}
    computing = {"backend": "auto", "devices": None, "precision": None, "threads": "1"}
    return Namespace(**given | computing | {"out": out, "quiet": False} | changes)


def linear(folder, seed):
    settings = Settings(model_type="linear", random_seed=seed)
    return grid.Run("LINREG", seed, settings, folder / "models" / f"LINREG-{seed}")


@pytest.fixture
def stand_in(tmp_path, monkeypatch):
    package = tmp_path / "imaginet_pt" / "replication"
    package.mkdir(parents=True)
    for folder in (package, package.parent):
        (folder / "__init__.py").touch()
    (package / "worker.py").write_text(STAND_IN)
    monkeypatch.setattr(training_process, "PACKAGE", package.parent)
    monkeypatch.chdir(tmp_path)
    return tmp_path / "out"


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    return small.write(tmp_path_factory.mktemp("data"))


def runs(out):
    """Two runs that differ in their seed, in `out`."""
    return [
        grid.Run("VISUAL", seed, Settings(**vars(TINY) | {"random_seed": seed}), out / str(seed))
        for seed in (1, 2)
    ]


def content(run):
    """The bytes of a run's tables of costs and of its weights."""
    kept = [run.folder / "costs.csv", run.folder / "validation.csv"]
    kept += run.folder.glob("weights-*.npz")
    return {path.name: path.read_bytes() for path in kept}


def train_here(data, trained):
    """Train runs one after the other in this process."""
    given, quiet = arguments(None, threads=1), Progress(quiet=True)
    grid.train_runs(data_provider.load(data), trained, given, select.get(), quiet)


@pytest.fixture
def quick(monkeypatch):
    """Steps are plain functions, here and in the processes of jobs."""
    command = training_process.command

    def quickly(options):
        python, _, _, _, *words = command(options)
        return [python, quick_worker.__file__, *words]

    monkeypatch.setattr(training_process, "command", quickly)
    with run_files.plain_functions():
        yield


def worker_of(run):
    """The process that trains a run, found by its command line; None if there is none."""
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            words = path.read_bytes().split(b"\0")
        except OSError:  # it has ended
            continue
        if run.to_line().encode() in words:
            return int(path.parent.name)
    return None


def when_in_epoch(number, run, act):
    """Call `act(process)` in a thread, once the run has so many epochs behind it."""

    def wait():
        table, end = run.folder / "validation.csv", time.monotonic() + 100
        while time.monotonic() < end:
            if table.exists() and len(table.read_text().splitlines()) > number:
                act(worker_of(run))
                return
            time.sleep(0.005)

    threading.Thread(target=wait, daemon=True).start()


def test_two_jobs_one_of_them_killed_write_the_bytes_of_runs_here(data, tmp_path, quick, capsys):
    """Killed as by its machine, in the middle: it is submitted again, and goes on."""
    train_here(data, wanted := runs(tmp_path / "here"))
    trained = runs(tmp_path / "jobs")
    when_in_epoch(3, trained[0], lambda process: os.kill(process, signal.SIGKILL))
    jobs.Jobs(arguments(tmp_path, data=data), Progress(), 2).train(trained)
    for job, run in zip(trained, wanted, strict=True):
        assert "weights-25.npz" in content(job)
        assert content(job) == content(run)
    told = capsys.readouterr().err
    assert "VISUAL, seed 1: its job was ended; it is submitted again" in told
    assert "VISUAL, seed 2: epoch" in told and "Traceback" not in told


@pytest.mark.slow
def test_two_jobs_write_the_bytes_of_runs_here_with_compiled_functions(data, tmp_path):
    train_here(data, wanted := runs(tmp_path / "here"))
    trained = runs(tmp_path / "jobs")
    jobs.Jobs(arguments(tmp_path, data=data), Progress(quiet=True), 2).train(trained)
    assert [content(job) for job in trained] == [content(run) for run in wanted]


def test_ctrl_c_cancels_jobs_with_a_checkpoint_and_the_command_goes_on(
    data, tmp_path, quick, capfd
):
    train_here(data, wanted := runs(tmp_path / "here"))
    trained = runs(tmp_path / "jobs")
    given = arguments(tmp_path, data=data)
    when_in_epoch(3, trained[0], lambda process: os.kill(os.getpid(), signal.SIGINT))
    with pytest.raises(Stopped, match="cancelled 2 jobs"):
        jobs.Jobs(given, Progress(quiet=True), 1).train(trained)
    assert not trained[0].finished() and not trained[1].folder.exists()
    with RunFolder(trained[0].folder).locked():  # nobody writes there any more
        assert Checkpoints(trained[0].folder).paths()
    jobs.Jobs(given, Progress(quiet=True), 2).train(trained)
    assert [content(job) for job in trained] == [content(run) for run in wanted]
    assert capfd.readouterr().err == ""


def test_one_that_fails_is_told_in_one_line_with_its_log(stand_in):
    failing = jobs.Jobs(arguments(stand_in), Progress(quiet=True), 2)
    with pytest.raises(UserError, match="^LINREG, seed 2: the disk is full; its log is ") as error:
        failing.train([linear(stand_in, 2), linear(stand_in, 1)])
    log = Path(str(error.value).rpartition(" ")[2])
    assert "the disk is full" in log.read_text() and log.parent == (stand_in / "jobs").resolve()


def test_one_that_ends_without_a_word_is_not_tried_for_ever(stand_in):
    with pytest.raises(UserError, match="^LINREG, seed 9: its job ended and had got no further"):
        jobs.Jobs(arguments(stand_in), Progress(quiet=True), 1).train([linear(stand_in, 9)])


def test_jobs_share_the_cores_and_their_lines_are_shown(stand_in, monkeypatch, capsys):
    monkeypatch.setattr(training_process.threads, "available_cores", lambda: 6)
    trained = [linear(stand_in, seed) for seed in (1, 3, 4)]
    jobs.Jobs(arguments(stand_in), Progress(), 2).train(trained)
    assert {(run.folder / "threads").read_text() for run in trained} == {"3"}
    told = capsys.readouterr().err.splitlines()[1:]
    assert sorted(told) == [f"LINREG, seed {seed}: epoch 1/1: cost 0.5" for seed in (1, 3, 4)]


def test_slurm_by_stand_ins_of_its_programs(stand_in, monkeypatch, tmp_path, capsys):
    """Not Slurm: what submitit writes for it runs, and what it asks for is there."""
    for name, text in SLURM.items():
        text = text.replace("{folder}", str(tmp_path)).replace("{python}", sys.executable)
        (tmp_path / name).write_text(f"#!/bin/bash\n{text}")
        (tmp_path / name).chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    trained = [linear(stand_in, seed) for seed in (1, 3)]
    given = arguments(stand_in, cluster="slurm", threads=4)
    jobs.Jobs(given, Progress(), 256).train(trained)
    assert all(run.finished() for run in trained)
    assert {(run.folder / "threads").read_text() for run in trained} == {"all"}
    assert (tmp_path / "asked").read_text() == "#SBATCH --cpus-per-task=4\n" * 2
    with pytest.raises(UserError, match="^LINREG, seed 2: the disk is full; its log is "):
        jobs.Jobs(given, Progress(), 256).train([linear(stand_in, 2)])


def test_what_is_missing_is_told_in_one_line(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(UserError, match="`cluster` slurm: there is no sbatch or srun here"):
        jobs.Jobs(arguments(tmp_path, cluster="slurm"), Progress(), 1)
    monkeypatch.setitem(sys.modules, "submitit", None)
    with pytest.raises(UserError, match=r"needs submitit: pip install 'imaginet_pt\[cluster\]'"):
        jobs.Jobs(arguments(tmp_path), Progress(), 1)


def test_where_runs_can_be_trained():
    assert tuple(executors.EXECUTORS) == options.CLUSTERS
    many = arguments(None, cluster="slurm", workers=None)
    assert options.number_of_workers(many) == options.MOST_JOBS
    assert options.number_of_workers(arguments(None, cluster="slurm", workers=3)) == 3
