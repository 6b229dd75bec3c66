"""From captions to token ids and back, as Passage's `preprocessing.py` does it."""

import json
import re
import string
from collections import Counter
from collections.abc import Callable

from ..errors import UserError
from ..files import reading, validation
from ..files.atomic import atomic

PAD, END, UNK = 0, 1, 2
SPECIAL = ["PAD", "END", "UNK"]
MAX_FEATURES = 9994  # words kept at most: 9,997 with the special tokens
SEPARATE = str.maketrans({mark: f" {mark} " for mark in string.punctuation + "\n\t"})


def tokenize(text):
    """Tokens of `text`: split at spaces; punctuation marks, line ends and tabs stand alone."""
    return [token for token in text.translate(SEPARATE).split(" ") if token]


# What tokens are. "bag": words of two letters or more, which scikit-learn's CountVectorizer takes
# by default and so the original's linear model counts.
TOKENIZE: dict[str, Callable[[str], list[str]]] = {
    "word": tokenize, "character": list, "bag": re.compile(r"\b\w\w+\b").findall,
}  # fmt: skip


class Tokenizer:
    """A vocabulary, `words` (token of each id), and the way from text to ids.

    Text is lowered; `unit` is one of `TOKENIZE`. Ids 0, 1, 2 are PAD, END and UNK.
    """

    def __init__(self, words, unit="word"):
        self.words = list(words)
        self.unit = unit
        self.ids = {word: i for i, word in enumerate(self.words)}

    @classmethod
    def fit(cls, texts, min_df, unit="word"):
        """Tokens in at least `min_df` of the `texts`, the most frequent first, at most 9,994.

        Raises:
            UserError: there is none.
        """
        frequency = Counter()
        for text in texts:
            frequency.update(list(dict.fromkeys(TOKENIZE[unit](text.lower()))))
        kept = [word for word, n in frequency.most_common() if n >= min_df]
        if not kept:
            raise UserError(f"no token is in {min_df} captions; lower --word-freq-threshold")
        return cls(SPECIAL + kept[:MAX_FEATURES], unit)

    def transform(self, texts):
        """A list of ids for each text; an unknown token is UNK."""
        split = TOKENIZE[self.unit]
        return [[self.ids.get(token, UNK) for token in split(text.lower())] for text in texts]

    def inverse_transform(self, sequences):
        """The text of each list of ids."""
        joiner = "" if self.unit == "character" else " "
        return [joiner.join(self.words[i] for i in ids) for ids in sequences]

    def save(self, path):
        """Write the vocabulary as a JSON list, the token of each id."""
        with atomic(path) as file:
            json.dump(self.words, file, ensure_ascii=False, indent=0)

    @classmethod
    def load(cls, path, unit="word"):
        """Read such a list.

        Raises:
            UserError: no such file, or not a list of distinct texts that begins PAD, END, UNK.
        """
        return cls(vocabulary(reading.read_list(path), path), unit)


def vocabulary(words, source):
    """The list `words` that stands in `source`, if it is one of a `Tokenizer`.

    Raises:
        UserError: it is not.
    """
    validation.check_words(words, source)
    if words[:3] != SPECIAL or len(set(words)) < len(words):
        raise UserError(f"{source}: a vocabulary begins PAD, END, UNK and has no token twice")
    return words
