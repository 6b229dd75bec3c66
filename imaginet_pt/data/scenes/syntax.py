"""Parts of speech and dependency relations of the captions of `scenes`, from its own grammar.

Tags are those of the Penn Treebank, relations those of spaCy's English models, with one exception:
in "a pair of dogs" the noun is what is meant, and the three words before it are its number.
"""

import functools
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from ...errors import UserError
from . import lexicon

NOUNS, VERBS, PARTICIPLES = ("NN", "NNS"), ("VBZ", "VBP", "VBG", "VBN"), ("VBG", "VBN")
FUNCTION_WORDS = {
    "DT": "a an the some",
    "CD": "two three",
    "EX": "there",
    "WP": "who",
    "WDT": "that",
    "PRP": "it them",
    "IN": "by on in at of to with near beside under below behind above over",
    "RB": "next",
    "BE": "is are",
    "JJ": "sunny",
    "NN": "front pair couple",
}
TAGS = {"is": "VBZ", "are": "VBP"}  # of the words that the grammar tells apart as BE
QUANTIFIERS = ("pair", "couple")


class Token(NamedTuple):
    """A word of a caption: itself, its part of speech, and its relation to its head."""

    word: str
    pos: str
    relation: str


@functools.cache
def tags() -> dict[str, str]:
    """Return the part of speech of each word of the captions; BE stands for `is` and `are`."""
    known: dict[str, str] = {}
    deeds = {
        word
        for names in lexicon.RELATIONS.values()
        for name in names
        if name not in lexicon.LAYOUTS
        for word in lexicon.SYNONYMS[name]
    }
    for verb in deeds:
        known |= {verb: "VBP", lexicon.with_s(verb): "VBZ"}
        known[lexicon.progressive(verb)] = "VBG"
        known.setdefault(lexicon.participle(verb), "VBN")
    for attribute in (name for names in lexicon.ATTRIBUTES.values() for name in names):
        known |= dict.fromkeys(lexicon.SYNONYMS[attribute], "JJ")
    for noun in _nouns():
        known |= dict.fromkeys(lexicon.plural(noun).split(), "NNS")
        known |= dict.fromkeys(noun.split(), "NN")
    return known | {word: tag for tag, words in FUNCTION_WORDS.items() for word in words.split()}


def _nouns() -> Iterator[str]:
    """Yield all nouns: names of things and of their kinds, and those of times."""
    for noun in lexicon.PATHS:
        yield from lexicon.SYNONYMS[noun]
        yield from lexicon.hypernyms(noun)
    for time in lexicon.TIMES:
        yield from (words.split()[-1] for words in lexicon.SYNONYMS[time])


def parse(words: Sequence[str]) -> list[Token]:
    """Return the tokens of one caption.

    Raises:
        UserError: it has a word that `scenes` has not.
    """
    unknown = [word for word in words if word not in tags()]
    if unknown:
        raise UserError(
            f"{' '.join(words)!r} is no caption of scenes, which has no {unknown[0]!r}; "
            "give `parser`, an English model of spaCy"
        )
    pos = [_tag(words, i) for i in range(len(words))]
    relations = _Reader(words, pos).relations()
    return [
        Token(word, TAGS.get(word, tag), relation)
        for word, tag, relation in zip(words, pos, relations, strict=True)
    ]


def _tag(words: Sequence[str], i: int) -> str:
    """Return the part of speech of word `i`; `cut` is a participle too."""
    before, after = words[i - 1 : i], words[i + 1 : i + 2]
    if words[i] == lexicon.participle(words[i]) and tags()[words[i]] == "VBP":
        return "VBN" if tags().get(*before or [""]) == "BE" or after == ["by"] else "VBP"
    return tags()[words[i]]


class _Reader:
    """One caption, read from left to right."""

    def __init__(self, words: Sequence[str], pos: Sequence[str]) -> None:
        self.words, self.pos = words, pos
        self.heads = [i for i in range(len(words)) if self._is_head(i)]
        self.root = self._root()

    def _is_head(self, i: int) -> bool:
        """Tell whether word `i` is the noun of a phrase."""
        return self.pos[i] in NOUNS and self.words[i] not in QUANTIFIERS

    def relations(self) -> list[str]:
        """Return the relation of each word."""
        return [self._relation(i) for i in range(len(self.words))]

    def _relation(self, i: int) -> str:
        if i == self.root:
            return "ROOT"
        if self._quantifies(i):
            return "nummod"
        plain = {"DT": "det", "CD": "nummod", "JJ": "amod", "EX": "expl", "RB": "advmod"}
        by_tag = {"IN": self._preposition, "BE": self._auxiliary, "WP": self._relative}
        by_tag |= {"WDT": self._relative} | dict.fromkeys(VERBS, self._verb)
        tag = self.pos[i]
        return plain.get(tag) or by_tag.get(tag, self._noun)(i)

    def _quantifies(self, i: int) -> bool:
        """Tell whether word `i` is one of "a pair of"."""
        return any(word in QUANTIFIERS for word in self.words[max(0, i - 1) : i + 2]) and (
            self.pos[i] not in NOUNS or self.words[i] in QUANTIFIERS
        )

    def _root(self) -> int:
        """Return the finite verb outside relative clauses, or the first noun that is no object."""
        finite = [i for i in range(len(self.words)) if self._finite(i) and not self._in_clause(i)]
        if finite:
            deed = self._deed_after(finite[0])
            return finite[0] if deed is None or self._after_there(finite[0]) else deed
        return next(i for i in self.heads if not self._after_preposition(i))

    def _finite(self, i: int) -> bool:
        return self.pos[i] in ("VBZ", "VBP", "BE")

    def _after_there(self, i: int) -> bool:
        return i > 0 and self.pos[i - 1] == "EX"

    def _deed_after(self, i: int) -> int | None:
        """Return the participle that follows the auxiliary `i` at once."""
        follows = i + 1 < len(self.words) and self.pos[i] == "BE"
        return i + 1 if follows and self.pos[i + 1] in PARTICIPLES else None

    def _in_clause(self, i: int) -> bool:
        """Tell whether the verb `i` is the first one after `who` or `that`."""
        for j in range(i - 1, -1, -1):
            if self.pos[j] in ("WP", "WDT"):
                return True
            if self.pos[j] in (*VERBS, "BE") and not (j == i - 1 and self.pos[j] == "BE"):
                return False
        return False

    def _phrase_start(self, i: int) -> int:
        """Return where the noun phrase with the head `i` begins."""
        start = i
        while start and (self.pos[start - 1] in ("DT", "CD", "JJ") or self._quantifies(start - 1)):
            start -= 1
            if self.pos[start] in ("DT", "CD"):
                break
        return start

    def _after_preposition(self, i: int) -> bool:
        start = self._phrase_start(i)
        return start > 0 and self.pos[start - 1] == "IN"

    def _preposition(self, i: int) -> str:
        return "agent" if self.words[i] == "by" and self._passive_before(i) else "prep"

    def _passive_before(self, i: int) -> bool:
        return i > 0 and self.pos[i - 1] == "VBN"

    def _auxiliary(self, i: int) -> str:
        deed = self._deed_after(i)
        if deed is None:
            return "relcl"
        return "auxpass" if self.pos[deed] == "VBN" else "aux"

    def _relative(self, i: int) -> str:
        """Return the role of `who` or `that` in its clause: subject where the verb is next."""
        return "nsubj" if self.pos[i + 1] in (*VERBS, "BE") else "dobj"

    def _verb(self, i: int) -> str:
        return "relcl" if self._in_clause(i) else "acl"

    def _noun(self, i: int) -> str:
        """Return the role of a noun or a pronoun."""
        if self._after_preposition(i):
            return "pobj"
        before = self.pos[self._phrase_start(i) - 1] if self._phrase_start(i) else ""
        if before == "BE":
            return "attr"
        if before in VERBS:
            return "dobj"
        return self._subject(i)

    def _subject(self, i: int) -> str:
        passive = "BE" in self.pos[i + 1 : i + 2] and self.pos[i + 2 : i + 3] == ["VBN"]
        return "nsubjpass" if passive else "nsubj"
