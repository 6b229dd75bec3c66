"""Tensors in .safetensors files: read as they were written, or refused in one line."""

import json

import numpy as np
import pytest
from safetensors import safe_open

from imaginet_pt.errors import UserError
from imaginet_pt.files.tensors import MAX_HEADER, read_tensors, write_tensors

ARRAYS = {
    "h": np.arange(3, dtype="f2"),
    "w": np.arange(6, dtype="f4").reshape(2, 3),
    "scale": np.linspace(0, 1, 4),
}


def of(header, data=b"", length=None):
    """The bytes of a file: the length of its header, its header, its data."""
    content = header if isinstance(header, bytes) else json.dumps(header).encode()
    return (len(content) if length is None else length).to_bytes(8, "little") + content + data


def entry(dtype="F32", shape=(2, 3), offsets=(0, 24)):
    return {"dtype": dtype, "shape": list(shape), "data_offsets": list(offsets)}


def test_arrays_come_back_as_they_were(tmp_path):
    turned = ARRAYS | {"w": np.asfortranarray(ARRAYS["w"])}
    write_tensors(tmp_path / "a", turned)
    found = read_tensors(tmp_path / "a", ARRAYS)
    for name, array in ARRAYS.items():
        assert found[name].dtype == array.dtype and np.array_equal(found[name], array)
    with safe_open(tmp_path / "a", framework="numpy") as tensors:  # as any other program
        assert set(tensors.keys()) == set(ARRAYS)


def test_the_same_arrays_are_the_same_bytes(tmp_path):
    write_tensors(tmp_path / "a", ARRAYS)
    write_tensors(tmp_path / "b", dict(reversed(ARRAYS.items())))
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


W = {"w": ARRAYS["w"]}
DATA = ARRAYS["w"].tobytes()
HOSTILE = {
    "empty": (b"", "cannot read"),
    "a cut length": (of({"w": entry()})[:5], "cannot read"),
    "a cut header": (of({"w": entry()})[:20], "cannot read"),
    "cut data": (of({"w": entry()}, DATA[:-1]), "cannot read"),
    "more data": (of({"w": entry()}, DATA + b"x"), "cannot read"),
    "a header beyond all": (of({"w": entry()}, DATA, 2**63), "has a header of"),
    "a large header": (of(b"{}".ljust(MAX_HEADER + 1)), "has a header of 1,048,577 bytes"),
    "no JSON": (of(b"\x80\x04."), "cannot read"),
    "deep JSON": (of(b'{"w":' + b"[" * 10**5), "cannot read"),
    "half a surrogate": (of(b'{"\\ud800": {}}', DATA), "cannot read"),
    "no table": (of([]), "cannot read"),
    "integers": (of({"w": entry("I32")}, DATA), "w holds I32, not one of F16, F32, F64"),
    "bfloat16": (of({"w": entry("BF16", offsets=(0, 12))}, DATA[:12]), "w holds BF16"),
    "an unknown type": (of({"w": entry("O")}, DATA), "cannot read"),
    "turned": (of({"w": entry(shape=(3, 2))}, DATA), r"w is \(3, 2\), not \(2, 3\)"),
    "a shape beyond all": (of({"w": entry(shape=(2**40, 2**40))}, DATA), "cannot read"),
    "a negative side": (of({"w": entry(shape=(-2, -3))}, DATA), "cannot read"),
    "promised data": (of({"w": entry(shape=(2**20, 3), offsets=(0, 2**23 * 3))}, DATA), "cannot"),
    "none": (of({}), "w is missing"),
    "another": (of({"v": entry()}, DATA), "'v' is not of this model; w is missing"),
    "one more": (
        of({"w": entry(), "x": entry("F32", (), (24, 28))}, DATA + bytes(4)),
        "'x' is not of this model",
    ),
    "one twice": (
        of({"w": entry(), "x": entry()}, DATA),
        "cannot read",
    ),
    "thousands": (
        of({f"x{i}": entry("F32", (), (4 * i, 4 * i + 4)) for i in range(9000)}, bytes(36_000)),
        "and 8998 more",
    ),
}  # fmt: skip


@pytest.mark.parametrize("kind", HOSTILE)
def test_what_is_not_the_model_is_refused_in_one_line(kind, tmp_path):
    content, told = HOSTILE[kind]
    (tmp_path / "w").write_bytes(content)
    with pytest.raises(UserError, match=told) as error:
        read_tensors(tmp_path / "w", W)
    assert str(error.value).count("\n") == 0 and str(tmp_path) in str(error.value)


def test_a_hole_of_a_terabyte_is_refused(tmp_path):
    with open(tmp_path / "w", "wb") as file:
        file.write(of({"w": entry()}, DATA))
        file.truncate(2**40)
    with pytest.raises(UserError, match="cannot read"):
        read_tensors(tmp_path / "w", W)
