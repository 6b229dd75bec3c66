"""Checkpoints from strangers: nothing in them runs, and none takes the memory."""

import functools
import gzip
import pickletools
import tracemalloc

import old_checkpoint
import pytest
from old_checkpoint import PARAMETERS, array, call, made, model, name, pickled

from imaginet_pt.errors import UserError
from imaginet_pt.legacy import checkpoint as reader
from imaginet_pt.legacy.checkpoint import PYTHON_2, TABLE, Inert, _Unpickler, read


@pytest.fixture
def checkpoint(tmp_path):
    """Writes a small checkpoint with some of its files replaced."""
    return functools.partial(old_checkpoint.write, tmp_path)


def shell(marker):
    return f"echo run > {marker}"


def python(marker):
    return f"open({str(marker)!r}, 'w')"


CALLS = {
    "system": lambda m: call(name("os", "system"), shell(m)),
    "system by INST": lambda m: b"(" + pickled(shell(m)) + b"iposix\nsystem\n",
    "system by OBJ": lambda m: b"(" + name("os", "system") + pickled(shell(m)) + b"o",
    "subprocess by NEWOBJ": lambda m: (
        name("subprocess", "Popen") + pickled((["touch", str(m)],)) + b"\x81"
    ),
    "eval": lambda m: call(name("__builtin__", "eval"), python(m)),
    "eval of Python 3": lambda m: call(name("builtins", "eval"), python(m)),
    "numpy.load": lambda m: call(name("numpy", "load"), str(m)),
    "memmap": lambda m: call(name("numpy", "memmap"), str(m), "float32", "w+", 0, (4,)),
    "numpy's own exec": lambda m: call(name("numpy.testing", "rundocs"), str(m)),
    "getattr chain": lambda m: call(
        call(
            name("__builtin__", "getattr"), call(name("__builtin__", "__import__"), "os"), "system"
        ),
        shell(m),
    ),
    "attribute in a name": lambda m: call(name("imaginet", "Dense.__init__.__globals__"), shell(m)),
    "the reader itself": lambda m: call(name("imaginet_pt.legacy", "gzip.open"), str(m), "w"),
    "copy_reg": lambda m: call(
        name("copy_reg", "_reconstructor"), name("io", "FileIO"), name("io", "FileIO"), str(m)
    ),
    "copy_reg's own": lambda m: call(name("copy_reg", "add_extension"), "os", "system", 1),
    "codecs": lambda m: call(name("_codecs", "decode"), python(m), "unicode_escape"),
}


@pytest.mark.parametrize("attack", CALLS)
def test_nothing_is_called(checkpoint, tmp_path, attack):
    marker = tmp_path / "marker"
    folder = checkpoint(model=CALLS[attack](marker))
    with pytest.raises(UserError, match=r"refused: it names .* nothing was run"):
        read(folder)
    assert not marker.exists()


KIND = name("imaginet", "Dense")
STATES = {
    "class gets __setstate__": KIND + pickled({"__setstate__": KIND}) + b"b",
    "class gets __call__ in slots": KIND + pickled((None, {"__call__": KIND})) + b"b",
    "helper gets __new__": name("copy_reg", "_reconstructor") + pickled({"__new__": KIND}) + b"b",
    "object gets __class__": made("imaginet", "Dense", (None, {"__class__": KIND})),
    "object is called": call(made("imaginet", "Dense", {}), "x"),
    "text is called": call(pickled("posix.system"), "x"),
    "list takes a state": pickled([]) + pickled({"append": KIND}) + b"b",
    "kind that is no class": call(name("copy_reg", "_reconstructor"), "text", None, None),
    "text with fewer bytes": b"T\xff\xff\xff\x7fabc",
    "number with fewer bytes": b"\x8b\xff\xff\xff\x7fabc",
    "far memo": b"Nr\xff\xff\xff\xff",
    "bytearray of protocol 5": b"\x96" + (2**27).to_bytes(8, "little"),
    "bytes of protocol 4": b"\x8e" + (2**27).to_bytes(8, "little"),
    "frame of protocol 4": b"\x95" + (2**27).to_bytes(8, "little"),
    "global from the stack, protocol 4": b"\x8c\x02os\x8c\x06system\x93",
    "registered extension": b"\x82\x01",
    "persistent object": b"Pnumber\n",
    "nothing at all": b"",
}


@pytest.mark.parametrize("attack", STATES)
def test_states_and_promises_are_refused(checkpoint, attack):
    before = {kind: dict(vars(kind)) for kind in (Inert, *TABLE.values())}
    folder = checkpoint(model=STATES[attack])
    tracemalloc.start()
    with pytest.raises(UserError, match="model.univ.pkl.gz"):
        read(folder)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 2**24
    assert before == {kind: dict(vars(kind)) for kind in (Inert, *TABLE.values())}


def test_tables_hold_only_what_is_harmless():
    assert all(issubclass(kind, Inert) for kind in TABLE.values())
    assert _Unpickler.dispatch is PYTHON_2
    assert not set(b"\x82\x83\x84PQ") & set(PYTHON_2)  # extensions, persistent ids
    assert all(ord(o.code) not in PYTHON_2 for o in pickletools.opcodes if o.proto > 2)


ARRAYS = {
    "objects": ((10,), "O8", "refused: an array"),
    "texts": ((10,), "S8", "refused: an array"),
    "negative side": ((-1, 2), "f4", "refused: an array"),
    "fewer bytes": ((10**12, 2), "f4", "not what"),
    "side beyond all": ((2**70, 2), "f4", "not what"),
    "no sides": (7, "f4", "not what"),
}


@pytest.mark.parametrize("attack", ARRAYS)
def test_arrays_are_checked(checkpoint, attack):
    shape, kind, told = ARRAYS[attack]
    hostile = array((5, 2), kind, bytes(80 if "8" in kind else 40))
    hostile = hostile.replace(pickled((5, 2)), pickled(shape))
    with pytest.raises(UserError, match=told):
        read(checkpoint(model=model([hostile, *PARAMETERS[1:]])))


@pytest.mark.parametrize(
    "start, told", [(b"", "not what"), (b"S'", "it unfolds"), (b"V", "it unfolds")]
)
def test_bomb_is_not_unfolded(checkpoint, start, told):
    folder = checkpoint()
    gibibyte = gzip.compress(start) + 1024 * gzip.compress(bytes(2**20))
    (folder / "tok.pkl.gz").write_bytes(gibibyte)
    tracemalloc.start()
    with pytest.raises(UserError, match=f"tok.pkl.gz: .*{told}"):
        read(folder)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 2**26


def test_operations_are_counted(checkpoint, monkeypatch):
    folder = checkpoint()
    monkeypatch.setattr(reader, "OPERATIONS", 100)
    with pytest.raises(UserError, match="unfolds"):
        read(folder)
