"""Read a Python 2 pickle without running anything in it, and within bounds.

A pickle is a program that may call any function by name. Here the names in a fixed table become
inert objects that keep their arguments, and arrays are rebuilt from their bytes; any other name,
and any operation that Python 2 did not write, ends the reading. A budget bounds all that is built.
"""

import gzip
import pickle
import pickletools
from collections.abc import Callable
from typing import Any, BinaryIO, Protocol

import numpy as np
import numpy.typing as npt

from ..files.reading import size_of

RATIO, SLACK = 10, 2**20  # bytes of content: 10 for each of the file (the original: 2.5) + 1 MiB
OPERATIONS = 1_000_000  # in one file; the original's have some 100,000 for 10,000 words
KEYS = (str, bytes, int, float, type(None))  # whose hash needs no recursion


class Refused(ValueError):
    """A file is more or other than a checkpoint; the message says what, and what to do."""


class Inert:
    """A stand-in for an object of the original, with its `arguments` and `state` but no methods."""

    arguments: tuple[Any, ...]
    state: Any

    def __new__(cls, *arguments: Any) -> "Inert":
        """Keep the arguments, and call nothing."""
        self = object.__new__(cls)
        self.arguments, self.state = arguments, {}
        return self

    def __setstate__(self, state: Any) -> None:
        self.state = state


class Reconstructor(Inert):
    """`copy_reg._reconstructor(kind, object, None)`: an empty object of that kind."""

    def __new__(cls, *arguments: Any) -> Inert:  # type: ignore[misc]  # not of this class
        """Make an empty object of the kind that is the first argument."""
        return Inert.__new__(arguments[0])


class Array(Inert):
    """A NumPy array, rebuilt without calling anything in the pickle.

    Attributes:
        values: its numbers, rebuilt from bytes.
        items: in the place of `values` the objects of an array of objects.
    """

    values: npt.NDArray[Any]
    items: list[Any]

    def __setstate__(self, state: Any) -> None:
        _, shape, dtype, fortran, raw = state
        kind, order = dtype.arguments[0], dtype.state[1]
        if kind == "O8" and type(raw) is list:
            self.items = raw
            return
        plain = kind in ("f4", "f8", "i4", "i8") and order in ("<", ">")
        if not plain or min(shape, default=0) < 0:
            raise Refused("refused: an array that is not of plain numbers; it is no model")
        flat = np.frombuffer(raw.encode("latin1"), order + kind)
        self.values = flat.reshape(shape, order="F" if fortran else "C")


STAND_INS = {
    "__builtin__": "object",
    "funktional.util": "IdMapper IdTable",
    "numpy": "dtype ndarray",
    "numpy.core.multiarray": "scalar",
    "imaginet": "CategoricalCrossEntropySwapped CosineDistance Dense NoScaler Stacked WrappedLayer",
    "imaginet.simple_data": "Batcher NoScaler",
    "passage.activations": "softmax rectify tanh sigmoid linear t_rectify t_linear maxout "
    "conv_maxout clipped_maxout clipped_rectify hard_tanh steeper_sigmoid hard_sigmoid",
    "passage.costs": "MeanSquaredError",
    "passage.inits": "uniform normal orthogonal",
    "passage.iterators": "SortedPadded",
    "passage.layers": "Embedding GatedRecurrent LstmRecurrent",
    "passage.preprocessing": "Tokenizer",
    "passage.theano_utils": "floatX intX",
    "passage.updates": "Adam Regularizer",
    "sklearn.preprocessing.data": "StandardScaler",
    "theano.gof.link": "Container",
    "theano.gof.utils": "scratchpad",
    "theano.sandbox.cuda.type": "CudaNdarrayType CudaNdarray_unpickler",
    "theano.sandbox.cuda.var": "CudaNdarraySharedVariable",
    "theano.tensor.sharedvar": "TensorSharedVariable",
    "theano.tensor.type": "TensorType",
    "theano.tensor.var": "TensorVariable",
}
TABLE: dict[tuple[str, str], type[Inert]] = {
    (module, name): type(name, (Inert,), {})
    for module, names in STAND_INS.items()
    for name in names.split()
} | {
    ("copy_reg", "_reconstructor"): Reconstructor,
    ("numpy.core.multiarray", "_reconstruct"): Array,
}


class Budget:
    """A budget for what may still be read and built: bytes, and operations of the pickle."""

    def __init__(self, limit: int) -> None:
        self.bytes, self.operations = limit, OPERATIONS

    def spend(self, size: int, operations: int = 0) -> None:
        """Charge bytes and operations.

        Raises:
            Refused: the budget is exceeded.
        """
        self.bytes -= size
        self.operations -= operations
        if self.bytes < 0 or self.operations < 0:
            raise Refused("refused: it unfolds to far more than its size; it is no model")


class Stream(Protocol):
    """The interface of a file that a pickle is read from."""

    def read(self, size: int, /) -> bytes:
        """Read bytes."""

    def readline(self, size: int, /) -> bytes:
        """Read a line."""


class BoundedStream:
    """A stream that charges the bytes and operations it reads to a budget."""

    def __init__(self, stream: Stream, budget: Budget) -> None:
        self.stream, self.budget = stream, budget

    def read(self, size: int) -> bytes:
        """Read bytes; a read of one byte begins an operation."""
        data = self.stream.read(min(size, self.budget.bytes + 1))
        self.budget.spend(len(data), operations=size == 1)
        return data

    def readline(self) -> bytes:
        """Read a line."""
        data = self.stream.readline(self.budget.bytes + 1)
        self.budget.spend(len(data))
        return data


# typeshed does not know the unpickler that is written in Python.
_PythonUnpickler: Any = pickle._Unpickler

# Python 2's operations, without those that refer to elsewhere (extensions, persistent ids).
PYTHON_2: dict[int, Callable[[Any], None]] = {
    ord(operation.code): _PythonUnpickler.dispatch[ord(operation.code)]
    for operation in pickletools.opcodes
    if operation.proto <= 2 and not operation.name.startswith(("EXT", "PERSID", "BINPERSID"))
}


class Unpickler(_PythonUnpickler):  # type: ignore[misc]  # typeshed does not know it
    """Python's unpickler, reduced to the operations that build plain values.

    Its memory grows with what is read, not with what the file promises.
    """

    dispatch = dict(PYTHON_2)

    def __init__(self, stream: Stream, budget: Budget) -> None:
        super().__init__(BoundedStream(stream, budget), encoding="latin1")
        self.budget = budget

    def find_class(self, module: str, name: str) -> type[Inert]:
        """Return the inert class of a name."""
        if (module, name) not in TABLE:
            raise Refused(
                f"refused: it names {ascii(f'{module}.{name}')[:80]}, which is no part of a "
                "checkpoint; nothing was run; get the file from whoever trained the model"
            )
        return TABLE[module, name]

    def load_build(self) -> None:
        """Charge the bytes of an array, since many arrays may share one string."""
        if isinstance(self.stack[-2], Array):
            self.budget.spend(len(self.stack[-1][4]))
        PYTHON_2[pickle.BUILD[0]](self)

    def load_dict(self) -> None:
        """Check the keys, which alternate with values after the mark."""
        _check_keys(self.stack[::2])
        PYTHON_2[pickle.DICT[0]](self)

    def load_setitem(self) -> None:
        """Check the key."""
        _check_keys(self.stack[-2:-1])
        PYTHON_2[pickle.SETITEM[0]](self)

    def load_setitems(self) -> None:
        """Check the keys, as `load_dict` does."""
        _check_keys(self.stack[::2])
        PYTHON_2[pickle.SETITEMS[0]](self)

    dispatch[pickle.BUILD[0]] = load_build
    dispatch[pickle.DICT[0]] = load_dict
    dispatch[pickle.SETITEM[0]] = load_setitem
    dispatch[pickle.SETITEMS[0]] = load_setitems


def _check_keys(keys: list[Any]) -> None:
    """Refuse compound keys: hashing a deeply nested tuple would crash the interpreter."""
    for key in keys:
        if not isinstance(key, KEYS):
            raise Refused(f"refused: a {type(key).__name__} as the key of a table; it is no model")


def unpickle(file: BinaryIO) -> Any:
    """Read the object in a gzipped pickle, to the end of the file.

    Raises:
        Refused: it holds more than data.
        Exception: it is damaged or hostile; of any kind.
    """
    return load(gzip.GzipFile(fileobj=file), size_of(file))


def load(stream: Stream, size: int) -> Any:
    """Read the object in the pickle `stream`, to its end.

    Args:
        stream: the pickle, unpacked.
        size: how many bytes of a file it was unpacked from.

    Raises:
        Refused: it holds more than data.
        Exception: it is damaged or hostile; of any kind.
    """
    content = Unpickler(stream, Budget(SLACK + RATIO * size)).load()
    if stream.read(1):  # at the end of a packed stream its checksum is compared
        raise Refused("refused: something follows the model; get the file again")
    return content
