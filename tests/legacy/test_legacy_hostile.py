"""Checkpoints from strangers: nothing in them runs, and none takes the memory."""

import functools
import gzip
import pickletools
import subprocess
import sys
import tracemalloc

import numpy as np
import old_checkpoint
import pytest
from old_checkpoint import PARAMETERS, array, call, made, model, name, pickled

from imaginet_pt.errors import UserError
from imaginet_pt.legacy import unpickler
from imaginet_pt.legacy.checkpoint import read
from imaginet_pt.legacy.conversion import convert_legacy
from imaginet_pt.legacy.unpickler import PYTHON_2, TABLE, Inert, Unpickler


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
    assert set(Unpickler.dispatch) == set(PYTHON_2)
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
    monkeypatch.setattr(unpickler, "OPERATIONS", 100)
    with pytest.raises(UserError, match="unfolds"):
        read(folder)


# Content that is a pickle of the original's names, and no model; each once took the interpreter,
# the memory or the time, or was accepted.


def nested(depth=100_000):
    """A tuple in a tuple in a tuple ..."""
    return b"(" * depth + b"t" * depth


def doubled(times=60):
    """A list of a list twice, of a list twice ...: 2**60 empty lists when written out."""
    content = b"(lp0\n0"
    for i in range(times):
        content += b"(lp%d\ng%d\nag%d\na0" % (i + 1, i, i)
    return content + b"g%d\n" % times


def binary(number):
    """An integer as protocol 2 writes it, of any size."""
    raw = number.to_bytes(number.bit_length() // 8 + 1, "little")
    return b"\x8b" + len(raw).to_bytes(4, "little") + raw


def with_layer(**changes):
    changed = model()
    changed["config"]["layers"][1]["config"] |= changes
    return changed


def with_layer_name(content):
    changed = model()
    changed["config"]["layers"][1]["layer_name"] = content
    return changed


def with_parameters(*last):
    return model([*PARAMETERS[:-2], *last])


def sharing(count=45_000, size=2**18):
    """Arrays that share one string of bytes."""
    raw = b"S'%s'\np0\n0" % (b"x" * size)
    empty = call(name("numpy.core.multiarray", "_reconstruct"), name("numpy", "ndarray"), (0,))
    dtype = call(name("numpy", "dtype"), "f4", 0, 1) + pickled((3, "<")) + b"b"
    one = empty + b"(I1\n" + pickled((size // 4,)) + dtype + b"I00\ng0\ntb"
    return raw + b"(l" + (one + b"a") * count


def scaler(mean, scale):
    state = {"mean_": np.array(mean, "f8"), "scale_": np.array(scale, "f8")}
    return made("sklearn.preprocessing.data", "StandardScaler", state)


def words(content):
    """A tokenizer whose vocabulary is this pickled table."""
    state = {"character": False, "lowercase": True, "min_df": 3, "encoder": content}
    return made("passage.preprocessing", "Tokenizer", state)


SPECIAL = pickled({"PAD": 0, "END": 1, "UNK": 2})
ONES, ONE = [1.0] * 4, np.array(1, "f4")
HOSTILE = {
    "deep tuple as a key": ("model", lambda: b"(d" + nested() + b"Ns"),
    "deep tuple in a dict": ("model", lambda: b"(" + nested() + b"Nd"),
    "deep tuple as a layer's name": ("model", lambda: with_layer_name(nested())),
    "deep tuple as a word": ("tok", lambda: words(SPECIAL + nested() + b"I3\ns")),
    "deep tuple as a number": ("tok", lambda: words(SPECIAL + pickled("a") + nested() + b"s")),
    "deep tuple as a size": ("model", lambda: with_layer(size=nested())),
    "doubled list as a size": ("model", lambda: with_layer(size=doubled())),
    "doubled list as an activation": ("model", lambda: with_layer(activation=doubled())),
    "doubled list as a word": ("tok", lambda: words(SPECIAL + pickled("a") + doubled() + b"s")),
    "arrays that share one string": ("model", sharing),
    "a size of 5,000 digits": ("model", lambda: with_layer(size=b"I%s\n" % (b"9" * 5000))),
    "a long size of 5,000 digits": ("model", lambda: with_layer(size=b"L%sL\n" % (b"9" * 5000))),
    "a binary size of 5,000 digits": ("model", lambda: with_layer(size=binary(10**5000))),
    "a hidden size beyond all": ("model", lambda: with_layer(size=10**9)),
    "an unknown activation": ("model", lambda: with_layer(activation="x" * 10**5)),
    "a bias without dimensions": ("model", lambda: with_parameters(PARAMETERS[-2], ONE)),
    "no features": ("model", lambda: with_parameters(*(np.zeros(s, "f4") for s in ((3, 0), (0,))))),
    "half a surrogate": ("tok", lambda: words(SPECIAL + b"V\\ud800\nI3\ns")),
    "an empty word": ("tok", lambda: words(SPECIAL + b"V\nI3\ns")),
    "scale 0": ("scaler", lambda: scaler(ONES, [1, 1, 0, 1])),
    "scale NaN": ("scaler", lambda: scaler(ONES, [1, 1, np.nan, 1])),
    "mean infinite": ("scaler", lambda: scaler([1, np.inf, 1, 1], ONES)),
    "a scaler of another length": ("scaler", lambda: scaler([1.0] * 5, [1.0] * 5)),
}  # fmt: skip


def refuse(folder, out):
    """Convert in a process of its own; return its one line, within 5 s and 1 GB.

    The peak is VmHWM: getrusage's counts the parent's memory too, from before the program began.
    """
    program = (
        "import resource, sys\n"
        "from imaginet_pt.errors import UserError\n"
        "from imaginet_pt.legacy.conversion import convert_legacy\n"
        "base = resource.getrusage(resource.RUSAGE_SELF)\n"
        "resource.setrlimit(resource.RLIMIT_CPU, (int(base.ru_utime + base.ru_stime) + 6, 60))\n"
        "try:\n"
        "    convert_legacy(*sys.argv[1:])\n"
        "except UserError as error:\n"
        "    used = resource.getrusage(resource.RUSAGE_SELF)\n"
        "    seconds = used.ru_utime + used.ru_stime - base.ru_utime - base.ru_stime\n"
        "    status = open('/proc/self/status').read()\n"
        "    peak = int(status.partition('VmHWM:')[2].split()[0])\n"
        "    print(error, seconds, peak / 2**20, sep='\\n')\n"
    )
    command = [sys.executable, "-c", program, str(folder), str(out)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, (done.returncode, done.stderr[-500:])
    line, seconds, gigabytes = done.stdout.splitlines()
    assert float(seconds) < 5 and float(gigabytes) < 1
    return line


@pytest.mark.parametrize("attack", HOSTILE)
def test_what_is_no_model_is_refused_in_one_line(attack, checkpoint, tmp_path):
    file, content = HOSTILE[attack]
    line = refuse(checkpoint(**{file: content()}), tmp_path / "run")
    assert str(tmp_path) in line and len(line) < 700
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize("name", ["model.univ", "tok", "scaler"])
def test_a_file_cut_short_or_with_a_wrong_checksum_is_refused(name, checkpoint):
    folder = checkpoint()
    path = folder / f"{name}.pkl.gz"
    whole = path.read_bytes()
    wrong = bytearray(whole)
    wrong[-5] ^= 1  # of the CRC
    for damaged in (whole[:-1], whole[:-8], bytes(wrong), whole + whole):
        path.write_bytes(damaged)
        with pytest.raises(UserError, match=f"{name}.pkl.gz: "):
            read(folder)


def test_a_model_that_is_one_is_converted(checkpoint, tmp_path):
    scaling = scaler(ONES, [1.0, 2.0, 3.0, 4.0])
    run = convert_legacy(checkpoint(scaler=scaling), tmp_path / "run")
    assert run.described().features == 4 and run.iterations() == [1]
