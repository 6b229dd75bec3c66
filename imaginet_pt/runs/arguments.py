"""Check arguments from Python callers: sentences and counts."""

from collections.abc import Iterable

import numpy as np

from ..errors import UserError, UserTypeError


def sentence_list(sentences: str | Iterable[str]) -> list[str]:
    """Return `sentences` as a list; a single string is one sentence.

    Raises:
        UserTypeError: `sentences` is neither a string nor a list of strings.
    """
    if isinstance(sentences, str):
        return [sentences]
    if isinstance(sentences, bytes) or not isinstance(sentences, Iterable):
        kind = type(sentences).__name__
        raise UserTypeError(f"`sentences` is of type {kind}; give a string or a list of strings")
    texts = list(sentences)
    for i, text in enumerate(texts):
        if not isinstance(text, str):
            raise UserTypeError(f"`sentences` has {text!r} at index {i}; give strings")
    return texts


def check_count(name: str, value: int, least: int = 1) -> None:
    """Check that the argument `name` is an integer of at least `least`.

    Raises:
        UserTypeError: it is not an integer.
        UserError: it is less than `least`.
    """
    if isinstance(value, bool) or not isinstance(value, int | np.integer):
        raise UserTypeError(f"`{name}` is {value!r}; it must be an integer")
    if value < least:
        raise UserError(f"`{name}` is {value}; it must be at least {least}")
