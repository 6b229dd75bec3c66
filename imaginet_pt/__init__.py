"""IMAGINET: learn language from pictures, as Chrupała, Kádár and Alishahi (2015) did.

One GRU reads a caption and imagines the features of its picture, a second one reads it and
predicts the next word, both over the same word embeddings.

Data: `load_data` reads captions and image features, `scenes` makes a small synthetic set.

    >>> import imaginet_pt as im
    >>> data = im.scenes()                               # or im.load_data("flickr8k/")

Training: each keyword is a setting; `help(im.Settings)` lists them; `model_type` is
`shared_embeddings` for the paper's MULTITASK, `simple` for VISUAL, `linear` for LINREG. A run is a
folder.

    >>> run = im.train(data, "runs/mine", model_type="shared_embeddings", hidden_size=64)
    >>> run.history                                      # costs of each epoch, a DataFrame
    >>> run = im.resume(data, "runs/mine")               # go on after Ctrl-C

Evaluation: how well captions find their images and their paraphrases, and how similarities of
words agree with people's.

    >>> metrics = im.evaluate(run, data, split="val")
    >>> metrics["image_retrieval"]                       # figures; metrics.items has each caption
    >>> w = im.load_workflow("runs/mine")
    >>> im.word_similarity(w, "simlex").rho

What a trained run makes of words and sentences: `help(im.Workflow)` lists all of it.

    >>> w.project("a dog chases a cat")                  # the imagined picture's features
    >>> w.similarity("dog", "cat"), w.most_similar("dog")
    >>> w.neighbors("a dog chases a cat", data)          # nearest captions
    >>> w.omission("a dog chases a cat")                 # how much each word counts
    >>> w.surprisal("a dog chases a cat")                # bits of each word

A wrong value raises UserError, a ValueError; a wrong type raises UserTypeError, a TypeError too.
The command line does the same: `imaginet --help`.
"""

import importlib
import os
from typing import TYPE_CHECKING, Any

# The threads of BLAS and those of OpenMP and numba take turns. By default they wait busily, for
# milliseconds, on cores that the others need: a sixth of C's time on two threads, and two fifths of
# numba's. Libraries read this when they are loaded, so it is said before any of them is imported.
THREAD_WAITING = {"OMP_WAIT_POLICY": "passive", "OPENBLAS_THREAD_TIMEOUT": "16"}
for _name, _value in THREAD_WAITING.items():
    os.environ.setdefault(_name, _value)

if TYPE_CHECKING:
    from .api.evaluation import Metrics, evaluate, word_similarity
    from .api.loading import load_data, scenes
    from .api.training import Run, resume, train
    from .api.workflow import Workflow, load_workflow
    from .data.dataset import Dataset
    from .errors import UserError, UserTypeError
    from .settings import Settings

# Name -> the module that has it, imported when the name is first used.
_MODULES = {
    "load_data": "api.loading",
    "scenes": "api.loading",
    "Dataset": "data.dataset",
    "Settings": "settings",
    "train": "api.training",
    "resume": "api.training",
    "Run": "api.training",
    "evaluate": "api.evaluation",
    "word_similarity": "api.evaluation",
    "Metrics": "api.evaluation",
    "load_workflow": "api.workflow",
    "Workflow": "api.workflow",
    "UserError": "errors",
    "UserTypeError": "errors",
}
__all__ = [
    "Dataset", "Metrics", "Run", "Settings", "UserError", "UserTypeError", "Workflow",
    "evaluate", "load_data", "load_workflow", "resume", "scenes", "train", "word_similarity",
]  # fmt: skip


def __getattr__(name: str) -> Any:
    """Import a public name when it is first used."""
    if name == "__version__":
        return _version()
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(importlib.import_module(f"{__name__}.{_MODULES[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    """List the public names, whether they are imported yet or not."""
    return sorted({*globals(), *__all__, "__version__"})


def _version() -> str:
    """Return the version that is installed; it is written in setup.cfg alone."""
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version(__name__)
    except PackageNotFoundError:
        return "0+not.installed"
