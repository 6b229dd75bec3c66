"""Check the arguments of a Python user; errors name the argument."""

import difflib
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from ..data.dataset import Dataset
from ..errors import UserError, UserTypeError


def check_path(name: str, value: Any) -> Path:
    """Return the argument `name` as a path; raise UserTypeError if it is not one."""
    if not isinstance(value, str | os.PathLike) or isinstance(value, bytes):
        raise UserTypeError(f"`{name}` is {_shown(value)}; give a path, a string or a Path")
    return Path(value)


def check_text(name: str, value: Any) -> str:
    """Return the argument `name`, which must be a string."""
    if not isinstance(value, str):
        raise UserTypeError(f"`{name}` is {_shown(value)}; give one string")
    return value


def check_data(value: Any) -> Dataset:
    """Return the argument `data`, which must be a data set."""
    if not isinstance(value, Dataset):
        raise UserTypeError(
            f"`data` is {_shown(value)}; give a data set, as load_data(path) and scenes() return"
        )
    return value


def check_choice(name: str, value: Any, choices: Iterable[str]) -> str:
    """Return the argument `name`, which must be one of `choices`."""
    known = list(choices)
    if check_text(name, value) not in known:
        raise UserError(f"`{name}` is {value!r}; choose one of {', '.join(known)}")
    return str(value)


def check_names(given: Iterable[str], known: Iterable[str]) -> None:
    """Raise UserTypeError for a keyword that is not `known`, naming the most similar one."""
    known = list(known)
    for name in given:
        if name not in known:
            near = difflib.get_close_matches(name, known, 1)
            fix = f"did you mean `{near[0]}`?" if near else "see help(imaginet_pt.Settings)"
            raise UserTypeError(f"`{name}` is no setting; {fix}")


def _shown(value: Any) -> str:
    """Describe a value of a wrong type in a few words."""
    if isinstance(value, str | int | float | bytes | bool | None):
        return repr(value)[:80]
    return f"of type {type(value).__name__}"
