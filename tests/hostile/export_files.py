"""Files of exported runs made badly: config.json and .safetensors files."""

import json
import shutil

import numpy as np
from hostile import damage, run_files
from hypothesis import strategies as st
from safetensors.numpy import load_file, save

from imaginet_pt.runs import export, workflow

FOLDER = run_files.RUN.folder.parent / "exported"
export.export(workflow.Workflow(run_files.RUN.folder), FOLDER)
WEIGHTS = (FOLDER / "model.safetensors").read_bytes()
CONFIG = json.loads((FOLDER / "config.json").read_text(encoding="utf-8"))


def open_export(name):
    """A reader of the exported run with other content in the file `name`."""

    def read(folder, content):
        shutil.copytree(FOLDER, folder / "run")
        (folder / "run" / name).write_bytes(content)
        run_files.check_opened(folder / "run")

    return read


def parts(content):
    """Header and data of a .safetensors file."""
    length = int.from_bytes(content[:8], "little")
    return content[8 : 8 + length], content[8 + length :]


def tensor_file(header, data, more=0):
    return (len(header) + more).to_bytes(8, "little") + header + data


@st.composite
def tensor_files(draw, name):
    """Files of the tensors with some changed, with another header, or damaged."""
    arrays, kind = load_file(FOLDER / name), draw(st.integers(0, 2))
    if kind == 0:
        for key in draw(st.lists(st.sampled_from(sorted(arrays)), max_size=2, unique=True)):
            made = draw(damage.changes(arrays[key]))
            arrays[draw(st.sampled_from([key, key, "x", "arr_0", "a\nb"]))] = made
        plain = {key: np.array(a, order="C") for key, a in arrays.items() if a.dtype.kind in "fib"}
        return save({key: a.astype(a.dtype.newbyteorder("=")) for key, a in plain.items()})
    whole = (FOLDER / name).read_bytes()
    header, data = parts(whole)
    if kind == 1:
        changed = draw(damage.changed(json.loads(header)))
        return tensor_file(changed, data, draw(st.sampled_from([0, 0, 0, 1, -1, 2**40])))
    return draw(damage.damaged([whole]))


CORPUS = [
    WEIGHTS,
    b"",
    (2**63).to_bytes(8, "little"),
    tensor_file(b" " * 10**7, b""),
    tensor_file(b"[" * 10**6, b""),
    tensor_file(b"{" + b",".join(b'"%d":{}' % i for i in range(10**5)) + b"}", b""),
    tensor_file(b'{"\\ud800":{"dtype":"F32","shape":[],"data_offsets":[0,4]}}', bytes(4)),
    tensor_file(b'{"x":{"dtype":"F32","shape":[1099511627776],"data_offsets":[0,4]}}', bytes(4)),
]
