"""All settings of a training run, with their defaults, sources and limits.

Nothing else defines them: the command line has an option for each; run.json stores their values.
"""

import inspect
import math
import numbers
import textwrap
from collections.abc import Callable, Iterable, Mapping
from dataclasses import Field, asdict, dataclass, field, fields
from os import PathLike
from typing import Any, Self

from .errors import UserError, UserTypeError, attempt, quoted
from .files import json_files, reading, validation


@dataclass(frozen=True)
class Limits:
    """The numbers from `low` to `high`; with `above`, without `low` itself."""

    low: float
    high: float = math.inf
    above: bool = False

    def __contains__(self, value: float) -> bool:
        return self.low <= value <= self.high and not (self.above and value == self.low)

    def __str__(self) -> str:
        if self.high < math.inf:
            return f"between {self.low:,} and {self.high:,}"
        return f"above {self.low}" if self.above else f"at least {self.low}"


COUNT = Limits(1)
SIZE = Limits(1, 2**16)  # of a layer; one matrix of the largest has 17 GB
NOT_NEGATIVE = Limits(0)
POSITIVE = Limits(0, above=True)
FLOAT32_MAX = 3.4028234663852886e38
# The names of the tables in `nn`, which loads PyTensor; a test holds them against those.
MODEL_TYPES = (
    "simple", "deep-simple", "shared_embeddings", "shared_all", "add", "mult", "matrix",
    "reconstruction", "linear",
)  # fmt: skip
HIDDEN_TYPES = ("gru", "lstm")
ACTIVATIONS = (
    "softmax", "rectify", "tanh", "sigmoid", "linear", "t_rectify", "t_linear", "maxout",
    "conv_maxout", "clipped_maxout", "clipped_rectify", "hard_tanh", "steeper_sigmoid",
    "hard_sigmoid",
)  # fmt: skip
IMAGE_COSTS = ("MeanSquaredError", "CosineDistance")
# Settings that older runs do not name, and that they were trained with the defaults of.
LATER = ("patience", "least_iterations", "choose_ridge_alpha", "mask")
UPDATES = ("SGD", "Momentum", "NAG", "RMSprop", "Adam", "Adagrad", "Adadelta")


def option(
    default: Any,
    help: str,
    origin: str,
    choices: Iterable[str] | None = None,
    limits: Limits | None = None,
    parse: Callable[[str], Any] | None = None,
) -> Any:
    """Declare a setting.

    Args:
        default: its value if none is given.
        help: its meaning, in a few words.
        origin: where the default comes from.
        choices: the allowed names, if it is a name.
        limits: the allowed numbers, if it is a number.
        parse: converts text from the command line, if the field's type does not.
    """
    metadata = {
        "help": help,
        "origin": origin,
        "choices": sorted(choices) if choices else None,
        "limits": limits,
        "parse": parse,
    }
    return field(default=default, metadata=metadata)


def read_words(path: str | PathLike[str]) -> tuple[str, ...]:
    """Read the words of a JSON list, or of a text file with one word per line.

    Raises:
        UserError: the file is missing, is neither, or has no word.
    """
    text = reading.read_text(path, "give a text file of words")
    listed = text.lstrip().startswith("[")
    words = json_files.parse_json(text.encode(), list, path) if listed else text.split()
    if not words:
        raise UserError(f"{path} has no words; write one per line, or leave the option out")
    return tuple(validation.check_words(words, path))


@dataclass(frozen=True)
class Settings:
    """All settings of a training run.

    Names are those of the original's `main.py`; defaults are the paper's if it gives any.

    Raises:
        UserTypeError: a value is of another type than its field.
        UserError: a value is outside its limits, or two do not go together.

    >>> Settings(model_type="shared_embeddings", hidden_size=256).rate
    0.0002
    """

    # The model.
    model_type: str = option(
        "simple",
        "simple is VISUAL, shared_embeddings MULTITASK (TEXTUAL with alpha 1), linear LINREG; "
        "reconstruction says the caption again from what it imagines, as section 5 plans",
        "the original's main.py",
        MODEL_TYPES,
    )
    hidden_type: str = option("gru", "recurrent layer", "paper section 3", HIDDEN_TYPES)
    hidden_size: int = option(1024, "units of each recurrent layer", "paper section 4", limits=SIZE)
    embedding_size: int = option(1024, "size of a word embedding", "paper section 4", limits=SIZE)
    activation: str = option(
        "clipped_rectify", "activation of h~", "paper section 3.1", ACTIVATIONS
    )
    out_activation: str = option(
        "clipped_rectify", "activation of image vectors", "paper section 3.1", ACTIVATIONS
    )

    # What it learns from, and how.
    cost: str = option("MeanSquaredError", "cost of image vectors", "paper eq. 12", IMAGE_COSTS)
    scaler: str = option(
        "none", "scaling of image features", "the original's main.py", ["none", "standard"]
    )
    alpha: float = option(
        0.1, "weight of the words' cost, in [0, 1]", "paper section 4, eq. 10", limits=Limits(0, 1)
    )
    update: str = option("Adam", "update rule", "paper section 4", UPDATES)
    rate: float = option(
        0.0002, "learning rate, the paper's for Adam", "paper section 4", limits=POSITIVE
    )
    clipnorm: float = option(
        0.0, "largest norm of the gradient; 0: none", "the original's main.py", limits=NOT_NEGATIVE
    )
    l1: float = option(
        0.0, "weight of the L1 penalty on parameters", "Passage's updates.py", limits=NOT_NEGATIVE
    )
    l2: float = option(
        0.0, "weight of the L2 penalty on parameters", "Passage's updates.py", limits=NOT_NEGATIVE
    )
    maxnorm: float = option(
        0.0, "largest norm of a column; 0 is no limit", "Passage's updates.py", limits=NOT_NEGATIVE
    )
    iterations: int = option(8, "epochs", "paper section 4", limits=COUNT)
    patience: int = option(
        0, "epochs without better validation to end after; 0: never", "ours", limits=NOT_NEGATIVE
    )
    least_iterations: int = option(
        1, "epochs before `patience` may end the training", "ours", limits=COUNT
    )
    batch_size: int = option(64, "captions in a minibatch", "the original's main.py", limits=COUNT)
    word_freq_threshold: int = option(
        10, "a word in fewer captions becomes UNK", "paper section 4", limits=COUNT
    )
    ridge_alpha: float = option(
        1.0, "L2 penalty of LINREG", "the original's main.py", limits=NOT_NEGATIVE
    )
    choose_ridge_alpha: bool = option(
        False, "`ridge_alpha` is the power of ten that validates best", "ours"
    )
    mask: bool = option(
        False, "padding neither moves a state nor counts in the cost of words", "ours"
    )
    shuffle: bool = option(False, "shuffle the training captions first", "the original's main.py")
    non_interpolated: bool = option(
        False, "add the picture's cost with weight 1, not 1 - alpha", "the original's main.py"
    )
    character: bool = option(False, "tokens are characters, not words", "the original's main.py")
    zero_shot: tuple[str, ...] = option(
        (),
        "words (a file: a JSON list, or one per line) whose captions have an image of zeros",
        "the original's main.py",
        parse=read_words,
    )

    # How it runs.
    random_seed: int = option(
        1, "seed of all random numbers", "ours; none in the original", limits=Limits(0, 2**32 - 1)
    )
    snapshot_freq: int = option(1, "epochs between weights files", "ours, theirs 5", limits=COUNT)

    def __post_init__(self) -> None:
        for f in fields(self):
            value = getattr(self, f.name)
            if message := _type_error(f, value):
                raise UserTypeError(message)
            value = CONVERSIONS[_kind(f)](value)
            object.__setattr__(self, f.name, value)
            _check_value(f, value)
        self._check_together()

    def _check_together(self) -> None:
        size, kind = self.embedding_size, self.model_type
        if kind == "matrix" and math.isqrt(size) ** 2 != size:
            raise UserError(f"`embedding_size` is {size}; matrix needs a square number")
        if kind in ("shared_all", "linear") and self.zero_shot:
            raise UserError(f"`zero_shot` is not for {kind}; take shared_embeddings")
        if kind == "reconstruction" and self.alpha == 1:
            raise UserError("`alpha` is 1; reconstruction predicts images too, give less")
        if self.hidden_type == "lstm" and "maxout" in self.activation:
            raise UserError(f"`activation` {self.activation} is for gru; take another with lstm")
        if self.zero_shot and self.cost == "CosineDistance" and self.scaler == "none":
            raise UserError("`cost` CosineDistance is not for `zero_shot`; take MeanSquaredError")

    @property
    def unit(self) -> str:
        """The kind of token, one of `preprocessing.TOKENIZE`."""
        return "character" if self.character else "bag" if self.model_type == "linear" else "word"

    def as_dict(self) -> dict[str, Any]:
        """Return all settings by name, ready for JSON."""
        return asdict(self)

    @classmethod
    def of(cls, values: Mapping[str, Any], source: str | PathLike[str]) -> Self:
        """Restore settings from `values`, which `as_dict` of any version gave, read from `source`.

        Raises:
            UserError: settings are missing, unknown or of another type (the message lists all of
                them), or one has a value that is not allowed.
        """
        known = {f.name: f for f in fields(cls)}
        values = {name: getattr(cls, name) for name in LATER} | dict(values)
        wrong = [f"{name} is missing" for name in known if name not in values]
        wrong += [f"{quoted(name)[1:-1]} is unknown" for name in values if name not in known]
        wrong += filter(None, (_type_error(f, values[n]) for n, f in known.items() if n in values))
        settings, why = (None, "; ".join(wrong)) if wrong else attempt(cls, **values)
        if settings is None:
            message = why.replace("`", "")
            raise UserError(f"{source} holds no settings of this program: {message}")
        return settings


def _describe(f: "Field[Any]") -> str:
    """Describe a setting for `help(Settings)`."""
    choices, limits = f.metadata["choices"], f.metadata["limits"]
    allowed = f"one of {', '.join(choices)}; " if choices else f"{limits}; " if limits else ""
    text = (
        f"{f.name}: {f.metadata['help']} ({allowed}default {f.default!r}, {f.metadata['origin']})."
    )
    return textwrap.fill(text, 92, initial_indent=" " * 4, subsequent_indent=" " * 8)


_DESCRIPTIONS = "\n".join(map(_describe, fields(Settings)))
Settings.__doc__ = f"{inspect.cleandoc(Settings.__doc__ or '')}\n\nAttributes:\n{_DESCRIPTIONS}\n"

# Kind of a setting -> what a value of it is, in words, and the values of Python it accepts.
KINDS: dict[str, tuple[str, tuple[type, ...]]] = {
    "str": ("a string", (str,)),
    "int": ("an integer", (numbers.Integral,)),
    "float": ("a number", (numbers.Real,)),
    "bool": ("true or false", (bool,)),
    "tuple": ("a list of words", (tuple, list)),
}
CONVERSIONS: dict[str, Callable[[Any], Any]] = {
    "str": str, "int": int, "float": float, "bool": bool, "tuple": tuple,
}  # fmt: skip


def _kind(f: "Field[Any]") -> str:
    """Return the kind of a setting: the name of its type, without type arguments."""
    kind = getattr(f.type, "__origin__", f.type)
    return str(getattr(kind, "__name__", kind))


def _type_error(f: "Field[Any]", value: Any) -> str:
    """Say why `value` has the wrong type for the setting `f`; an empty string if it has not."""
    description, types = KINDS[_kind(f)]
    fits = isinstance(value, types) and (bool in types or not isinstance(value, bool))
    if fits and _kind(f) == "tuple":
        fits = all(isinstance(word, str) for word in value)
    return "" if fits else f"`{f.name}` is {quoted(value)}; it must be {description}"


def _check_value(f: "Field[Any]", value: Any) -> None:
    """Raise a `UserError` if a value of the right type is not allowed for the setting `f`."""
    name, choices, limits = f.name, f.metadata["choices"], f.metadata["limits"]
    if choices and value not in choices:
        known = ", ".join(choices)
        raise UserError(f"`{name}` is {quoted(value)}; choose one of {known}")
    if isinstance(value, float) and not math.isfinite(value):
        raise UserError(f"`{name}` is {value}; it must be a finite number")
    if isinstance(value, float) and abs(value) > FLOAT32_MAX:
        raise UserError(f"`{name}` is {value}; it must be at most 3.4e+38 (float32)")
    if limits and value not in limits:
        raise UserError(f"`{name}` is {quoted(value)}; it must be {limits}")
    if isinstance(value, tuple):
        validation.check_words(list(value), f"`{name}`")
