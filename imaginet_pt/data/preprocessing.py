"""From captions to token ids and back, as Passage's `preprocessing.py` does it."""

import json
import re
import string
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from os import PathLike
from typing import Any

from ..errors import UserError
from ..files import json_files, validation
from ..files.atomic import atomic

PAD, END, UNK = 0, 1, 2
SPECIAL = ["PAD", "END", "UNK"]
MAX_FEATURES = 9994  # words kept at most: 9,997 with the special tokens
# Marks that typesetting puts in the place of ASCII's, and spaces; a byte order mark is nothing.
PLAIN = str.maketrans(
    dict.fromkeys("\u2018\u2019\u201a\u201b\u2032", "'")
    | dict.fromkeys("\u201c\u201d\u201e\u201f\u2033", '"')
    | dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\u2212", "-")
    | dict.fromkeys("\u00a0\u2009\u202f", " ")
    | {"\u2026": "...", "\ufeff": ""}
)
SEPARATE = str.maketrans({mark: f" {mark} " for mark in string.punctuation + "\n\t"} | {"\r": " "})


def plain(text: str) -> str:
    """Return `text` in lower case, with composed letters and ASCII's quotes, dashes and spaces.

    Text in ASCII is only lowered, as by the original.

    >>> plain("Cafe\u0301 \u2013 \u201cA Dog\u201d")
    'caf\u00e9 - "a dog"'
    """
    lowered = text.lower()
    return lowered if lowered.isascii() else unicodedata.normalize("NFC", lowered).translate(PLAIN)


def tokenize(text: str) -> list[str]:
    """Split `text` at spaces; punctuation marks, line ends and tabs are tokens of their own.

    The first half of a line end of Windows is a space.

    >>> tokenize("A dog, a cat.")
    ['A', 'dog', ',', 'a', 'cat', '.']
    """
    return [token for token in text.translate(SEPARATE).split(" ") if token]


def split_words(text: str) -> list[str]:
    """Return the words of a text as the models read them.

    >>> split_words("A man\u2019s dog.")
    ['a', 'man', "'", 's', 'dog', '.']
    """
    return tokenize(plain(text))


# What tokens are. "bag": words of two letters or more, which scikit-learn's CountVectorizer takes
# by default and so the original's linear model counts.
TOKENIZE: dict[str, Callable[[str], list[str]]] = {
    "word": tokenize, "character": list, "bag": re.compile(r"\b\w\w+\b").findall,
}  # fmt: skip


class Tokenizer:
    """A vocabulary that turns text into token ids and back.

    Text is read as `plain` writes it. Ids 0, 1, 2 are PAD, END and UNK.

    Attributes:
        words: the token of each id.
        unit: one of `TOKENIZE`.
        ids: the id of each token.
    """

    def __init__(self, words: Iterable[str], unit: str = "word") -> None:
        self.words: list[str] = list(words)
        self.unit: str = unit
        self.ids: dict[str, int] = {word: i for i, word in enumerate(self.words)}
        for i, word in enumerate(self.words):
            if not word.isascii():  # a vocabulary of another program may hold words not `plain`
                self.ids.setdefault(plain(word), i)

    @classmethod
    def fit(cls, texts: Iterable[str], min_df: int, unit: str = "word") -> "Tokenizer":
        """Make a vocabulary of tokens in at least `min_df` texts, the 9,994 most frequent at most.

        Raises:
            UserError: there is no such token.
        """
        frequency: Counter[str] = Counter()
        for text in texts:
            frequency.update(list(dict.fromkeys(TOKENIZE[unit](plain(text)))))
        kept = [word for word, n in frequency.most_common() if n >= min_df]
        if not kept:
            raise UserError(f"no token is in {min_df} captions; lower `word_freq_threshold`")
        return cls(SPECIAL + kept[:MAX_FEATURES], unit)

    def transform(self, texts: Iterable[str]) -> list[list[int]]:
        """Return a list of ids for each text; an unknown token is UNK."""
        return [[self.ids.get(token, UNK) for token in self.tokens(text)] for text in texts]

    def tokens(self, text: str) -> list[str]:
        """Split a text into the tokens that are looked up."""
        return TOKENIZE[self.unit](plain(text))

    def inverse_transform(self, sequences: Iterable[Iterable[int]]) -> list[str]:
        """Return the text of each list of ids."""
        joiner = "" if self.unit == "character" else " "
        return [joiner.join(self.words[i] for i in ids) for ids in sequences]

    def save(self, path: str | PathLike[str]) -> None:
        """Write the vocabulary as a JSON list, the token of each id."""
        with atomic(path) as file:
            json.dump(self.words, file, ensure_ascii=False, indent=0)

    @classmethod
    def load(cls, path: str | PathLike[str], unit: str = "word") -> "Tokenizer":
        """Load the vocabulary that `save` wrote.

        Raises:
            UserError: the file is missing, or is not a list of distinct tokens that begins with
                PAD, END and UNK.
        """
        return cls(vocabulary(json_files.read_list(path), path), unit)


def vocabulary(words: list[Any], source: object) -> Sequence[str]:
    """Return the list `words`, read from `source`, after checking that it is a vocabulary.

    Raises:
        UserError: it is not one.
    """
    validation.check_words(words, source)
    if words[:3] != SPECIAL or len(set(words)) < len(words):
        raise UserError(f"{source}: a vocabulary begins PAD, END, UNK and has no token twice")
    return words
