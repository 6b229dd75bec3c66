"""Files of runs made badly, and checkpoints of the original.

The run is trained once, with plain functions in the place of compiled ones.
"""

import atexit
import gzip
import hashlib
import json
import math
import shutil
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple
from unittest import mock

import numpy as np
import old_checkpoint
import small
from crash import stand_in
from hostile import damage
from hypothesis import strategies as st

from imaginet_pt.backends import functions
from imaginet_pt.data import data_provider
from imaginet_pt.data.dataset import Dataset
from imaginet_pt.legacy import conversion
from imaginet_pt.runs import workflow
from imaginet_pt.runs.checkpoint import Checkpoints
from imaginet_pt.training import experiment, preparation

SETTINGS = replace(stand_in.SETTINGS, scaler="standard", iterations=2)


class Trained(NamedTuple):
    """A run after two epochs of two and one more would follow; dataset: what it learned from."""

    folder: Path
    dataset: Dataset


def plain_functions():
    """Plain functions in the place of compiled ones."""
    model = stand_in.Model()
    return mock.patch.multiple(
        functions, train_step=model.train_step, validation_costs=model.validation_costs
    )


def trained():
    folder = Path(tempfile.mkdtemp())
    atexit.register(shutil.rmtree, folder)
    dataset, out = data_provider.load(small.write(folder / "data")), folder / "run"
    with plain_functions():
        experiment.train(dataset, SETTINGS, out, stand_in.BACKEND, stand_in.QUIET)
    (out / "checkpoint-3-0.npz").unlink()
    return Trained(out, dataset)


RUN = trained()
CHECKPOINT = (RUN.folder / "checkpoint-2-0.npz").read_bytes()


def arrays_of(name):
    with np.load(RUN.folder / name, allow_pickle=False) as file:
        return {key: file[key] for key in file.files}


SHAPES = {
    group: {name: a.shape for name, a in arrays_of("checkpoint-2-0.npz").items() if group in name}
    for group in ("params", "update")
}


def json_of(name):
    return json.loads((RUN.folder / name).read_text(encoding="utf-8"))


def replaced(folder, name, content):
    """A copy of the run, one of its files with other content."""
    shutil.copytree(RUN.folder, folder / "run")
    (folder / "run" / name).write_bytes(content)
    return folder / "run"


def resume(run):
    with plain_functions():
        experiment.resume(RUN.dataset, run, stand_in.BACKEND, stand_in.QUIET)


def open_run(name):
    def read(folder, content):
        check_opened(replaced(folder, name, content))

    return read


def check_opened(run):
    """The run opens, with numbers of the right shapes, all finite."""
    found = workflow.Workflow(run)
    assert found.embeddings.shape == (len(found.words()), SETTINGS.embedding_size)
    assert all(np.isfinite(array).all() for array in found.model.params.values())
    assert np.isfinite(found.scaler.transform(np.ones((1, 12), "f4"))).all()


def resume_run(name):
    def read(folder, content):
        run = replaced(folder, name, content)
        resume(run)
        check_resumed(run)

    return read


def check_resumed(run):
    """Costs are numbers, and the last checkpoint has arrays of the same shapes, all finite."""
    rows = (run / "costs.csv").read_text().splitlines()[1:]
    assert all(len(row.split(",")) == 3 and math.isfinite(float(row.split(",")[2])) for row in rows)
    params, update, _ = Checkpoints(run).newest(print)
    for group, arrays in (("params", params), ("update", update)):
        assert {f"{group}/{name}": a.shape for name, a in arrays.items()} == SHAPES[group]
        assert all(np.isfinite(array).all() for array in arrays.values())


def read_run_json(folder, content):
    """Opened and taken up, since the two read other parts of it."""
    open_run("run.json")(folder, content)
    resume(folder / "run")
    check_resumed(folder / "run")


def sealed(content):
    return content + hashlib.sha256(content).digest()


def init_weights(folder, content):
    (folder / "weights.npz").write_bytes(content)
    rng = np.random.RandomState(1)
    model = preparation.prepare(RUN.dataset, SETTINGS, rng, None).model
    rule = preparation.update_rule(SETTINGS)
    weights = preparation.read_weights(model, folder / "weights.npz")
    state = preparation.first_state(model, rule, rng, weights)
    assert all(np.isfinite(array).all() for array in state.arrays()[0].values())


def checkpoints():
    """Damaged ones, and others whose checksum is right."""
    raw = damage.damaged([CHECKPOINT])
    return raw | damage.npz_files(arrays_of("checkpoint-2-0.npz")).map(sealed)


# Checkpoints of the original.

LEGACY = {
    "model": old_checkpoint.pickled(old_checkpoint.model()) + b".",
    "tok": old_checkpoint.pickled(old_checkpoint.tokenizer()) + b".",
    "scaler": old_checkpoint.NO_SCALER + b".",
}


def read_legacy(folder, content):
    """content: the place of one of the three files, and then that file."""
    (folder / "old").mkdir()
    old_checkpoint.write(folder / "old")
    name = list(old_checkpoint.FILES.values())[content[0] % 3]
    (folder / "old" / f"{name}.pkl.gz").write_bytes(content[1:])
    conversion.convert_legacy(folder / "old", folder / "run")
    found = workflow.Workflow(folder / "run")
    assert all(np.isfinite(array).all() for array in found.model.params.values())


def legacy_files():
    """Damage inside the archives, which reaches the reader of pickles, and of the archives."""
    places = enumerate(LEGACY.values())
    return st.one_of(
        damaged.map(lambda content, place=place: bytes([place]) + content)
        for place, whole in places
        for damaged in (
            damage.damaged([whole]).map(gzip.compress),
            damage.damaged([gzip.compress(whole)]),
        )
    )


LEGACY_CORPUS = [
    b"\0" + gzip.compress(b"S'" + bytes(10**8)),
    b"\1" + gzip.compress(b"(l" + b"0" * 10**7),
    b"\2" + gzip.compress(b"cos\nsystem\n(S'true'\ntR."),
]
