"""Strategies that make bad files of good ones: of any bytes, JSON, arrays and their archives."""

import copy
import functools
import io
import json
import warnings
import zipfile

import numpy as np
from hypothesis import strategies as st
from numpy.lib import format as npy

# What a byte string becomes where the bytes `new` meet it at place i.
EDITS = {
    "cut": lambda old, i, new: old[:i],
    "change": lambda old, i, new: old[:i] + new + old[i + len(new) :],
    "put in": lambda old, i, new: old[:i] + new + old[i:],
    "take out": lambda old, i, new: old[:i] + old[i + len(new) :],
    "repeat": lambda old, i, new: old[: i + 64] + old[i:],
}
edits = st.lists(
    st.tuples(
        st.sampled_from(sorted(EDITS)), st.floats(0, 1), st.binary(min_size=1, max_size=8)
    ),
    max_size=4,
)  # fmt: skip


def _edited(content, edits):
    for name, share, new in edits:
        content = EDITS[name](content, int(share * len(content)), new)
    return content


def damaged(contents):
    """One of the byte strings, whole or with some bytes cut off, changed, put in or repeated."""
    return st.builds(_edited, st.sampled_from(contents), edits)


TEXTS = [
    "", " ", "\n", "a", "train", "val", "gru", "standard", "linear", "a\ud800", "\udfff", "\0", "é",
    "../a.jpg", "/etc/passwd", "..\\a", "n01440764", "x" * 20_000, "A dog\u2028runs.", "NaN",
]  # fmt: skip
NUMBERS = [-1, 0, 1, 2, 7, 64, 10**6, 10**12, 2**70, 0.0, 0.5, 1e300, float("nan"), float("inf")]
scalars = st.none() | st.booleans() | st.sampled_from(NUMBERS) | st.sampled_from(TEXTS) | st.text()
values = st.recursive(
    scalars, lambda v: st.lists(v, max_size=3) | st.dictionaries(st.text(), v, max_size=3),
    max_leaves=5,
)  # fmt: skip


@st.composite
def changed(draw, document):
    """JSON of the document, in which up to three values are others, twice there, or missing."""
    document = copy.deepcopy(document)
    for _ in range(draw(st.integers(0, 3))):
        _change(draw, document)
    return json.dumps(document).encode()


def _change(draw, node):
    keys = list(node) if type(node) is dict else list(range(len(node)))
    key = draw(st.sampled_from(keys)) if keys else None
    if key is None:
        return
    if type(node[key]) in (dict, list) and draw(st.integers(0, 3)):
        _change(draw, node[key])
    elif draw(st.booleans()):
        node[key] = draw(values)
    elif type(node) is list and draw(st.booleans()):
        node.append(node[key])
    else:
        del node[key]


def documents(document):
    """Bytes of JSON files: the document changed or damaged, or something else altogether."""
    whole = json.dumps(document).encode()
    return changed(document) | damaged([whole]) | values.map(lambda v: json.dumps(v).encode())


# What an array becomes.
CHANGES = {
    "whole": lambda a: a,
    "NaN": lambda a: np.where(np.arange(a.size).reshape(a.shape) == 0, np.nan, a),
    "infinite": lambda a: a + np.inf,
    "double": lambda a: a.astype("f8"),
    "large": lambda a: a.astype("f8") + 1e300,
    "integer": lambda a: a.astype("i4"),
    "negative": lambda a: a - 10,
    "complex": lambda a: a.astype("c8"),
    "text": lambda a: a.astype("U8"),
    "objects": lambda a: a.astype(object),
    "records": lambda a: np.zeros(a.shape, [("x", "f4"), ("y", "O")]),
    "times": lambda a: np.zeros(a.shape, "M8[s]"),
    "true": lambda a: a > 0,
    "big end first": lambda a: a.astype(">f4"),
    "turned": lambda a: np.asfortranarray(a.T),
    "Fortran": np.asfortranarray,
    "flat": np.ravel,
    "a row less": lambda a: a[:-1] if a.ndim else a,
    "none": lambda a: a[:0] if a.ndim else a,
    "one axis more": lambda a: a[None],
}


def npy_file(array, promised=None):
    """An array as a `.npy` file whose header may promise another shape."""
    file = io.BytesIO()
    if promised is None:
        npy.write_array(file, array, allow_pickle=True)
    else:
        header = {"descr": npy.dtype_to_descr(array.dtype), "fortran_order": False}
        npy.write_array_header_1_0(file, header | {"shape": promised})
        file.write(array.tobytes())
    return file.getvalue()


def archive(members, packing=zipfile.ZIP_STORED):
    """A zip file of `members`, pairs of a name and bytes."""
    file = io.BytesIO()
    with warnings.catch_warnings(), zipfile.ZipFile(file, "w", packing) as made:
        warnings.simplefilter("ignore")  # of a name that is there twice
        for name, content in members:
            made.writestr(name, content)
    return file.getvalue()


def npz_file(arrays):
    return archive((f"{name}.npy", npy_file(array)) for name, array in arrays.items())


def changes(array):
    """What the array becomes by one of `CHANGES`."""
    return st.sampled_from(sorted(CHANGES)).map(lambda name: CHANGES[name](array))


@st.composite
def npy_files(draw, array):
    """The array changed, one with another header, or a damaged file."""
    made = draw(changes(array))
    promised = draw(st.none() | st.lists(st.sampled_from([0, 1, 3, 10**6, 10**12, -1]), max_size=3))
    whole = npy_file(made, None if promised is None or made.dtype.hasobject else tuple(promised))
    return draw(st.just(whole) | damaged([whole]))


@st.composite
def npz_files(draw, arrays):
    """Archives of the arrays, some of which are changed, missing, renamed, too many or no array."""
    members = [(f"{name}.npy", npy_file(array)) for name, array in arrays.items()]
    for _ in range(draw(st.integers(0, 2))):
        place = draw(st.integers(0, len(members) - 1))
        name = members[place][0]
        array = arrays.get(name.removesuffix(".npy"), np.ones(2))
        odd = draw(changes(array).map(npy_file) | npy_files(array) | st.binary(max_size=200))
        change = draw(st.sampled_from(["change", "rename", "add", "take out"]))
        if change == "change":
            members[place] = (name, odd)
        elif change == "rename":
            members[place] = (draw(st.sampled_from(["x.npy", "arr_0.npy", "x", "a\nb.npy"])), odd)
        elif change == "add":
            members.append((draw(st.sampled_from(["y.npy", "arr_0.npy", "../z.npy"])), odd))
        elif len(members) > 1:
            del members[place]
    packing = draw(st.sampled_from([zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED]))
    whole = archive(members, packing)
    return draw(damaged([whole])) if draw(st.integers(0, 3)) == 3 else whole


@functools.cache
def bombs():
    """Small archives of much."""
    zeros = npy_file(np.zeros(1)) + bytes(2**26)
    return (
        archive([("a.npy", zeros)], zipfile.ZIP_DEFLATED),
        archive([("a.npy", zeros[: 2**24])], zipfile.ZIP_BZIP2),
        archive((f"{i}.npy", b"") for i in range(20_000)),
    )


def npz_corpus(arrays):
    """Archives that burst, or promise more than there is."""
    name, array = next(iter(arrays.items()))
    headers = [
        npy_file(np.ones(4, "f4"), (10**12,)),
        b"\x93NUMPY\x01\x00" + b"\xff\xff" + b"(" * 2**16,
        npy_file(array).replace(b"False", b"((((("),
    ]
    promising = [archive([(f"{name}.npy", header)]) for header in headers]
    nearly = [b"", b"PK\x05\x06" + bytes(18), b"PK\x03\x04"]
    return [npz_file(arrays), *promising, *nearly, *bombs()]
