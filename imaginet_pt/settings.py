"""All that decides a training run, in one place; `--help` prints it."""

import math
import reprlib
from dataclasses import asdict, dataclass, field, fields

from .errors import UserError
from .files import reading, validation
from .nn.activations import ACTIVATIONS
from .nn.costs import IMAGE_COSTS
from .nn.layers import RECURRENT
from .nn.models import PLANS
from .nn.updates import UPDATES


def option(default, help, origin, choices=None, parse=None):
    """A setting: its default, what it is, where the default comes from, the values it can take.

    parse: from the text of the command line to the value, where that is not the field's type.
    """
    choices = choices and sorted(choices)
    metadata = {"help": help, "origin": origin, "choices": choices, "parse": parse}
    return field(default=default, metadata=metadata)


def read_words(path):
    """The words of a JSON list, or of a text file with a word a line, as a tuple.

    Raises:
        UserError: no such file, or neither.
    """
    text = reading.read_text(path, "give a text file of words")
    if not text.lstrip().startswith("["):
        return tuple(text.split())
    return tuple(validation.check_words(reading.parse_json(text.encode(), list, path), path))


@dataclass(frozen=True)
class Settings:
    """Names are those of the original's `main.py`; defaults are the paper's where it gives any."""

    # The model.
    model_type: str = option(
        "simple",
        "simple is VISUAL, shared_embeddings is MULTITASK (TEXTUAL with alpha 1), linear is LINREG",
        "main.py",
        [*PLANS, "linear"],
    )
    hidden_type: str = option("gru", "recurrent layer", "paper section 3", RECURRENT)
    hidden_size: int = option(1024, "units of each recurrent layer", "paper section 4")
    embedding_size: int = option(1024, "size of a word embedding", "paper section 4")
    activation: str = option(
        "clipped_rectify", "activation of h~", "paper section 3.1", ACTIVATIONS
    )
    out_activation: str = option(
        "clipped_rectify", "activation of image vectors", "paper section 3.1", ACTIVATIONS
    )

    # What it learns from, and how.
    cost: str = option("MeanSquaredError", "cost of image vectors", "paper eq. 12", IMAGE_COSTS)
    scaler: str = option("none", "scaling of image features", "main.py", ["none", "standard"])
    alpha: float = option(0.1, "weight of the words' cost, in [0, 1]", "paper section 4, eq. 10")
    update: str = option("Adam", "update rule", "paper section 4", UPDATES)
    rate: float = option(0.0002, "learning rate, the paper's for Adam", "paper section 4")
    clipnorm: float = option(0.0, "largest norm of the gradient; 0 is no limit", "main.py")
    l1: float = option(0.0, "weight of the L1 penalty on all parameters", "Passage's updates.py")
    l2: float = option(0.0, "weight of the L2 penalty on all parameters", "Passage's updates.py")
    maxnorm: float = option(
        0.0, "largest norm of a matrix column; 0 is no limit", "Passage's updates.py"
    )
    iterations: int = option(8, "epochs", "paper section 4")
    batch_size: int = option(64, "captions in a minibatch", "main.py")
    word_freq_threshold: int = option(10, "a word in fewer captions becomes UNK", "paper section 4")
    ridge_alpha: float = option(1.0, "L2 penalty of LINREG", "main.py")
    shuffle: bool = option(False, "shuffle the training captions first", "main.py")
    non_interpolated: bool = option(
        False, "add the picture's cost with weight 1, not 1 - alpha", "main.py"
    )
    character: bool = option(False, "tokens are characters, not words", "main.py")
    zero_shot: tuple = option(
        (),
        "file of words, a JSON list or one a line: captions with one have an image of zeros",
        "main.py",
        parse=read_words,
    )

    # How it runs.
    random_seed: int = option(1, "seed of the one random stream", "ours; none in main.py")
    snapshot_freq: int = option(1, "epochs between weights files", "ours; 5 in main.py")

    def __post_init__(self):
        for f in fields(self):
            _check(f, getattr(self, f.name))
        self._check_together()

    def _check_together(self):
        if (
            self.model_type == "matrix"
            and int(self.embedding_size**0.5) ** 2 != self.embedding_size
        ):
            raise UserError(f"--embedding-size {self.embedding_size}: matrix wants a square number")
        if self.model_type == "shared_all" and self.zero_shot:
            raise UserError("--zero-shot is not for shared_all; take shared_embeddings")

    @property
    def unit(self):
        """What the tokens are: `preprocessing.TOKENIZE`."""
        return "character" if self.character else "bag" if self.model_type == "linear" else "word"

    def as_dict(self):
        """All settings by name, ready for JSON."""
        return asdict(self)

    @classmethod
    def of(cls, values, source):
        """The settings that `as_dict` gave, read from the file `source`.

        Raises:
            UserError: one is missing, unknown, or of another type; all of them are listed.
        """
        known = {f.name: f for f in fields(cls)}
        wrong = [f"{name} is missing" for name in known if name not in values]
        wrong += [f"{name} is unknown" for name in values if name not in known]
        wrong += [
            f"{name} is {reprlib.repr(value)}"
            for name, value in values.items()
            if name in known and not _typed(value, known[name].type)
        ]
        if wrong:
            raise UserError(f"{source} holds no settings of this program: {'; '.join(wrong)}")
        zero_shot = tuple(validation.check_words(values["zero_shot"], source))
        return cls(**values | {"zero_shot": zero_shot})


def _typed(value, kind):
    """Whether a value from JSON is one of a setting's type."""
    found = {tuple: (list,), float: (float, int)}.get(kind, (kind,))
    return type(value) in found


LARGEST = 2**16  # size of a layer, of which one matrix has then 17 GB
# setting -> (what must be true of its value, in words)
LIMITS = {
    "hidden_size": (lambda v: 1 <= v <= LARGEST, f"between 1 and {LARGEST:,}"),
    "embedding_size": (lambda v: 1 <= v <= LARGEST, f"between 1 and {LARGEST:,}"),
    "alpha": (lambda v: 0 <= v <= 1, "between 0 and 1"),
    "rate": (lambda v: v > 0, "above 0"),
    "clipnorm": (lambda v: v >= 0, "0 or more"),
    "l1": (lambda v: v >= 0, "0 or more"),
    "l2": (lambda v: v >= 0, "0 or more"),
    "maxnorm": (lambda v: v >= 0, "0 or more"),
    "iterations": (lambda v: v >= 1, "at least 1"),
    "batch_size": (lambda v: v >= 1, "at least 1"),
    "word_freq_threshold": (lambda v: v >= 1, "at least 1"),
    "ridge_alpha": (lambda v: v >= 0, "0 or more"),
    "random_seed": (lambda v: 0 <= v < 2**32, "between 0 and 2**32 - 1"),
    "snapshot_freq": (lambda v: v >= 1, "at least 1"),
}


def _check(f, value):
    name = "--" + f.name.replace("_", "-")
    choices = f.metadata["choices"]
    if f.type is float and not math.isfinite(value):
        raise UserError(f"{name} {value}: must be a finite number")
    if choices and value not in choices:
        raise UserError(f"{name} {value}: unknown; choose one of {', '.join(choices)}")
    holds, wanted = LIMITS.get(f.name, (lambda v: True, ""))
    if not holds(value):
        raise UserError(f"{name} {value}: must be {wanted}")
