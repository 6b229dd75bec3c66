"""Archives of the original's successors made badly: their members, and the archives themselves."""

import json
import zipfile

import numpy as np
import old_archive
from hostile import damage
from hypothesis import strategies as st

from imaginet_pt.legacy import conversion
from imaginet_pt.runs import workflow

MEMBERS = old_archive.members()
WHOLE = old_archive.zipped(MEMBERS)


def read_archive(folder, content):
    (folder / "model.zip").write_bytes(content)
    conversion.convert_legacy(folder / "model.zip", folder / "run")
    found = workflow.Workflow(folder / "run")
    assert all(np.isfinite(array).all() for array in found.model.params.values())
    assert found.model.closing == [1]


def archives():
    """Damage inside the members, which reaches the reader of pickles, and of the archive."""
    inside = st.one_of(
        damaged.map(lambda content, name=name: old_archive.zipped(MEMBERS | {name: content}))
        for name, whole in MEMBERS.items()
        for damaged in (
            damage.documents(json.loads(whole))
            if name == "config.json"
            else damage.damaged([whole]),
        )
    )
    return inside | damage.damaged([WHOLE, old_archive.zipped(MEMBERS, zipfile.ZIP_STORED)])


def with_member(name, content, packing=zipfile.ZIP_DEFLATED):
    return old_archive.zipped(MEMBERS | {name: content}, packing)


CORPUS = [
    WHOLE,
    b"",
    old_archive.zipped({}),
    with_member("more.txt", b""),
    with_member("weights.npy", damage.npy_file(np.ones(4, "f4"))),
    with_member("weights.npy", MEMBERS["weights.npy"][:128] + b"cos\nsystem\n(S'true'\ntR."),
    with_member("data.pkl", b"cos\nsystem\n(S'true'\ntR."),
    with_member("data.pkl", b"S'" + bytes(10**8)),
    with_member("data.pkl", b"(l" + b"0" * 10**7),
    with_member("config.json", b" " * 10**8),
    with_member("config.json", b"[" * 10**4),
    with_member("data.pkl", MEMBERS["data.pkl"], zipfile.ZIP_BZIP2),
]
