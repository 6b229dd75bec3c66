"""Checkpoints of the original: what they hold, and that a hostile one runs nothing."""

import gzip
import json
import pickletools
import tracemalloc

import numpy as np
import pytest

from imaginet_pt import legacy
from imaginet_pt.errors import UserError
from imaginet_pt.scalers import NoScaler, StandardScaler

SHAPES = [(5, 2), (1, 3)] + 3 * [(2, 3)] + 3 * [(3, 3)] + 3 * [(3,)] + [(3, 4), (4,)]
PARAMETERS = [np.arange(np.prod(s), dtype="float32").reshape(s) + i for i, s in enumerate(SHAPES)]
WORDS = ["PAD", "END", "UNK", "dog", "cät"]


# A writer of Python 2 pickles, protocol 0; bytes stand for themselves.

CONSTANTS = {None: b"N", True: b"I01\n", False: b"I00\n"}
WRITERS = {
    bytes: lambda x: x,
    int: b"I%d\n".__mod__,
    float: lambda x: b"F%s\n" % repr(x).encode(),
    str: lambda x: b"V%s\n" % x.encode("raw_unicode_escape"),
    list: lambda x: b"(l" + b"".join(pickled(item) + b"a" for item in x),
    tuple: lambda x: b"(" + b"".join(map(pickled, x)) + b"t",
    dict: lambda x: b"(d" + b"".join(pickled(k) + pickled(v) + b"s" for k, v in x.items()),
    np.ndarray: lambda x: array(x.shape, x.dtype.str[1:], x.tobytes()),
}


def pickled(x):
    """Operations that push `x`."""
    if x is None or isinstance(x, bool):
        return CONSTANTS[x]
    return WRITERS[type(x)](x)


def name(module, name):
    return f"c{module}\n{name}\n".encode()


def call(function, *arguments):
    return function + pickled(arguments) + b"R"


def array(shape, kind, raw):
    empty = call(
        name("numpy.core.multiarray", "_reconstruct"), name("numpy", "ndarray"), (0,), b"S'b'\n"
    )
    dtype = (
        call(name("numpy", "dtype"), kind, 0, 1)
        + pickled((3, "<", None, None, None, -1, -1, 0))
        + b"b"
    )
    return (
        empty + pickled((1, tuple(shape), dtype, False, b"S%s\n" % repr(raw)[1:].encode())) + b"b"
    )


def made(module, kind, state):
    """An object of a new-style class."""
    empty = call(
        name("copy_reg", "_reconstructor"), name(module, kind), name("__builtin__", "object"), None
    )
    return empty + pickled(state) + b"b"


def layer(kind, count, **config):
    return {
        "layer_name": kind,
        "layer_module": "passage.layers",
        "config": {"weights": count, **config},
    }


def model(parameters=PARAMETERS, recurrent="GatedRecurrent"):
    config = {
        "cost": name("passage.costs", "MeanSquaredError"),
        "updater": made("passage.updates", "Adam", {"lr": 0.0002, "clipnorm": 5.0}),
        "layers": [
            layer("Embedding", parameters[:1], size=2),
            layer(recurrent, parameters[1:-2], size=3, activation="tanh"),
            layer("Dense", parameters[-2:], size=4, activation="linear"),
        ],
    }
    return {"model_name": "RNN", "model_module": "imaginet", "config": config}


def tokenizer(words=WORDS):
    state = {
        "encoder": {w: i for i, w in enumerate(words)},
        "character": False,
        "lowercase": True,
        "min_df": 3,
    }
    return made("passage.preprocessing", "Tokenizer", state)


FILES = {"model": "model.univ", "tok": "tok", "scaler": "scaler"}
NO_SCALER = b"(iimaginet\nNoScaler\n(db"


@pytest.fixture
def checkpoint(tmp_path):
    """Write a small checkpoint with some of its files replaced; returns its folder."""

    def write(**changes):
        files = {"model": model(), "tok": tokenizer(), "scaler": NO_SCALER} | changes
        for file, content in files.items():
            path = tmp_path / f"{FILES[file]}.pkl.gz"
            path.write_bytes(gzip.compress(pickled(content) + b"."))
        return tmp_path

    return write


# What they hold.


def test_small_checkpoint(checkpoint):
    found = legacy.read(checkpoint())
    assert found.settings == {
        "model_type": "simple",
        "hidden_type": "gru",
        "hidden_size": 3,
        "embedding_size": 2,
        "activation": "tanh",
        "out_activation": "linear",
        "rate": 0.0002,
        "clipnorm": 5.0,
        "cost": "MeanSquaredError",
        "character": False,
        "word_freq_threshold": 3,
        "scaler": "none",
    }
    assert found.vocabulary == WORDS and found.lowercase and isinstance(found.scaler, NoScaler)
    assert len(found.parameters) == len(PARAMETERS)
    for mine, original in zip(found.parameters, PARAMETERS):
        assert mine.dtype == "float32" and np.array_equal(mine, original)


def inner(kind, **settings):
    module = "passage.layers" if kind == "GatedRecurrent" else "imaginet"
    return made(module, kind, {"settings": settings})


def forked(left, right, below=()):
    """A model of two pathways above the layers `below`."""
    top = layer("Combined", PARAMETERS[:1] * (4 if below else 24), left=left, right=right)
    costs = {"cost_z": name("imaginet", "CosineDistance"), "alpha": 0.1, "interpolated": False}
    layers = [layer("Embedding", PARAMETERS[:1], size=2), *below, top]
    return {"config": model()["config"] | costs | {"layers": layers}}


GRU = {"size": 3, "activation": "maxout"}
STACK = inner("Stacked", layers=[inner("GatedRecurrent", **GRU), inner("Dense", activation="tanh")])
DENSE = inner("Dense", activation="tanh")


@pytest.mark.parametrize(
    "model_type, both",
    [
        ("shared_embeddings", forked(STACK, STACK)),
        ("shared_all", forked(DENSE, DENSE, [layer("GatedRecurrent", PARAMETERS[:1] * 10, **GRU)])),
    ],
)
def test_two_pathways(checkpoint, model_type, both):
    found = legacy.read(checkpoint(model=both)).settings
    expected = {
        "model_type": model_type,
        "hidden_size": 3,
        "activation": "maxout",
        "out_activation": "tanh",
        "cost": "CosineDistance",
        "alpha": 0.1,
        "non_interpolated": True,
    }
    assert expected.items() <= found.items()


def test_array_in_columns(checkpoint):
    """Fortran order, as NumPy writes a transposed matrix."""
    columns = PARAMETERS[0].copy(order="F")
    written = array(columns.shape, "f4", columns.tobytes(order="A")).replace(b"I00\nS", b"I01\nS")
    found = legacy.read(checkpoint(model=model([written, *PARAMETERS[1:]])))
    assert np.array_equal(found.parameters[0], PARAMETERS[0])


def test_array_of_the_other_byte_order(checkpoint):
    written = array((5, 2), "f4", PARAMETERS[0].astype(">f4").tobytes()).replace(b"V<", b"V>")
    found = legacy.read(checkpoint(model=model([written, *PARAMETERS[1:]])))
    assert np.array_equal(found.parameters[0], PARAMETERS[0])


@pytest.mark.parametrize("scale", ["scale_", "std_"])
def test_scaler_of_old_and_new_scikit_learn(checkpoint, scale):
    state = {"mean_": np.array([1.0, 2.0]), scale: np.array([3.0, 4.0])}
    scaler = made("sklearn.preprocessing.data", "StandardScaler", state)
    found = legacy.read(checkpoint(scaler=scaler))
    assert found.settings["scaler"] == "standard" and isinstance(found.scaler, StandardScaler)
    assert found.scaler.mean.tolist() == [1, 2] and found.scaler.scale.tolist() == [3, 4]


def test_golden_checkpoint(shared):
    found = legacy.read(shared / "goldens/legacy_checkpoint")
    golden = np.load(shared / "goldens/shared/golden.npz")
    assert found.vocabulary == json.loads((shared / "goldens/shared/vocab.json").read_text())
    assert len(found.parameters) == sum(name.startswith("final_") for name in golden)
    for i, parameter in enumerate(found.parameters):
        assert np.array_equal(parameter, golden[f"final_{i:02}"])
    expected = {
        "model_type": "shared_embeddings",
        "alpha": 0.1,
        "hidden_size": 24,
        "embedding_size": 20,
    }
    assert expected.items() <= found.settings.items()


@pytest.mark.parametrize(
    "changes, told",
    [
        ({"tok": tokenizer(WORDS + ["man"])}, "do not fit 6 words"),
        ({"tok": tokenizer(["PAD", "UNK", "END", "dog", "cat"])}, "begins PAD, END, UNK"),
        (
            {"model": model(recurrent="LstmRecurrent")},
            "13 parameters are not those of simple, lstm",
        ),
        ({"model": model(recurrent="SimpleRecurrent")}, "not what the original writes"),
        ({"model": NO_SCALER}, "not what the original writes"),
        ({"scaler": "none"}, "not what the original writes"),
    ],
)
def test_misfits(checkpoint, changes, told):
    with pytest.raises(UserError, match=told):
        legacy.read(checkpoint(**changes))


def test_missing_and_damaged_files(checkpoint):
    folder = checkpoint()
    whole = (folder / "model.univ.pkl.gz").read_bytes()
    for damaged in (whole[:-40], b"not gzip", gzip.compress(gzip.decompress(whole)[:100])):
        (folder / "model.univ.pkl.gz").write_bytes(damaged)
        with pytest.raises(UserError, match="model.univ.pkl.gz: not what the original writes"):
            legacy.read(folder)
    (folder / "model.univ.pkl.gz").unlink()
    with pytest.raises(UserError, match="no such file"):
        legacy.read(folder)


# What they must not do.


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
        legacy.read(folder)
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
    before = {kind: dict(vars(kind)) for kind in (legacy.Inert, *legacy.TABLE.values())}
    folder = checkpoint(model=STATES[attack])
    tracemalloc.start()
    with pytest.raises(UserError, match="model.univ.pkl.gz"):
        legacy.read(folder)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 2**24
    assert before == {kind: dict(vars(kind)) for kind in (legacy.Inert, *legacy.TABLE.values())}


def test_tables_hold_only_what_is_harmless():
    assert all(issubclass(kind, legacy.Inert) for kind in legacy.TABLE.values())
    assert legacy._Unpickler.dispatch is legacy.PYTHON_2
    assert not set(b"\x82\x83\x84PQ") & set(legacy.PYTHON_2)  # extensions, persistent ids
    assert all(ord(o.code) not in legacy.PYTHON_2 for o in pickletools.opcodes if o.proto > 2)


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
        legacy.read(checkpoint(model=model([hostile, *PARAMETERS[1:]])))


@pytest.mark.parametrize(
    "start, told", [(b"", "not what"), (b"S'", "it unfolds"), (b"V", "it unfolds")]
)
def test_bomb_is_not_unfolded(checkpoint, start, told):
    folder = checkpoint()
    gibibyte = gzip.compress(start) + 1024 * gzip.compress(bytes(2**20))
    (folder / "tok.pkl.gz").write_bytes(gibibyte)
    tracemalloc.start()
    with pytest.raises(UserError, match=f"tok.pkl.gz: .*{told}"):
        legacy.read(folder)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 2**26


def test_operations_are_counted(checkpoint, monkeypatch):
    folder = checkpoint()
    monkeypatch.setattr(legacy, "OPERATIONS", 100)
    with pytest.raises(UserError, match="unfolds"):
        legacy.read(folder)
