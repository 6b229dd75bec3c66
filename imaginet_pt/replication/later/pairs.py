"""Pairs of a right and a wrong sentence for a picture, which differ in one word or in who is who.

The rules, the same for all data:

- A word is replaced by one of the same group, whose words are the same part of speech and form.
- The new word and its synonyms are in no caption of the picture.
- Every replacement, a by b, is there as often as the other way round, b by a. So both sides have
  each word equally often, and a model that goes by single words alone, without the picture, chooses
  right in 50 %.
- Who does what to whom: the nouns before and after a verb change places, where both are of one
  number and fit the same articles (and of one group in `scenes`, where it could as well be the
  other way round). Both sentences have the same words. In real captions the right one is the
  likelier one too.
"""

import json
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from ...data.dataset import Captions
from ...data.preprocessing import Tokenizer, split_words
from ...data.scenes import lexicon
from ...data.scenes.syntax import NOUNS, Token
from ..estimates import SEED

KINDS = ["noun", "verb", "colour", "number", "place"]
ROLES = "who does what to whom"
LIMIT = 1200  # pairs of each kind
LEAST_CAPTIONS = 10  # that a word is in, the paper's threshold; the smaller presets have 5

Form = Callable[[str], str]
# Kind: groups of concepts, each a list of its words.
Groups = dict[str, list[list[list[str]]]]


class Pair(NamedTuple):
    """A right and a wrong sentence, in words, for the picture in row `image` of the features."""

    kind: str
    image: int
    right: tuple[str, ...]
    wrong: tuple[str, ...]


class Swap(NamedTuple):
    """A replacement that could be made: the word at `place` of a caption, and the new one."""

    caption: int
    place: int
    old: str
    new: str


def written_groups() -> Groups:
    """Return the groups of categories.json, in which a/b are synonyms."""
    text = Path(__file__).with_name("categories.json").read_text(encoding="utf-8")
    return {
        kind: [[concept.split("/") for concept in group] for group in groups]
        for kind, groups in json.loads(text).items()
    }


def groups_of_scenes() -> Groups:
    """Return the groups of the lexicon of `scenes`."""
    numbers_of_nouns: list[Form] = [str, lexicon.plural]
    verb_forms: list[Form] = [str, lexicon.with_s, lexicon.progressive, lexicon.participle]
    nouns = [
        [[form(word) for word in lexicon.SYNONYMS[noun]] for noun in of_path]
        for of_path in _same_path()
        for form in numbers_of_nouns
    ]
    places = [[lexicon.SYNONYMS[noun] for noun in of_path] for of_path in _same_path(places=True)]
    deeds = {tuple(names) for names in lexicon.RELATIONS.values()}
    verbs = [
        [[form(word) for word in lexicon.SYNONYMS[name]] for name in names]
        for names in sorted(deeds)
        if names[0] not in lexicon.LAYOUTS
        for form in verb_forms
    ]
    colours = [[lexicon.SYNONYMS[name] for name in lexicon.ATTRIBUTES["colour"]]]
    numbers = [[["two"], ["three"]]]
    return dict(zip(KINDS, (nouns, verbs, colours, numbers, places), strict=True))


def _same_path(places: bool = False) -> list[list[str]]:
    """Return the nouns of `scenes`, or the places, by their ancestors, and mass nouns apart."""
    groups: dict[tuple[str, ...], list[str]] = defaultdict(list)
    for noun, path in lexicon.PATHS.items():
        if ("place" in path) == places:
            groups[*path, "mass" if noun in lexicon.MASS else ""].append(noun)
    return list(groups.values())


def known_words(texts: Sequence[str]) -> set[str]:
    """Return the words that every model reads: those in enough of its training captions."""
    return set(Tokenizer.fit(texts, LEAST_CAPTIONS).words)


class Peers(NamedTuple):
    """What can replace each word: `others`, and `synonyms`, the word itself among them."""

    others: dict[str, list[str]]
    synonyms: dict[str, list[str]]


def find_peers(groups: list[list[list[str]]], vocabulary: set[str]) -> Peers:
    """Return what can replace each word of `groups` that is in `vocabulary`.

    A word in two groups is not used. Articles must fit: words that begin with a vowel, and those
    that do not, replace each other.
    """
    counts = Counter(word for group in groups for concept in group for word in concept)
    others, synonyms = {}, {}
    for group in groups:
        concept_of = {word: concept for concept in group for word in concept}
        usable = [word for word in concept_of if counts[word] == 1 and word in vocabulary]
        for word in usable:
            synonyms[word] = concept_of[word]
            others[word] = [
                other
                for other in usable
                if other not in concept_of[word] and _vowel(other) == _vowel(word)
            ]
    return Peers(others, synonyms)


def _vowel(word: str) -> bool:
    return word[0] in "aeiou"


def replaced(captions: Captions, groups: Groups, vocabulary: set[str]) -> list[Pair]:
    """Return the pairs of `KINDS`, at most `LIMIT` of each.

    Args:
        captions: of the pictures.
        groups: of words that can replace each other.
        vocabulary: words that can be used.
    """
    words = [split_words(text) for text in captions.texts]
    generator = np.random.default_rng(SEED)
    pairs = []
    for kind in KINDS:
        swaps = _swaps(words, captions, find_peers(groups[kind], vocabulary))
        for swap in _balance(swaps, generator):
            right = words[swap.caption]
            wrong = [*right[: swap.place], swap.new, *right[swap.place + 1 :]]
            image = int(captions.rows[swap.caption])
            pairs.append(Pair(kind, image, tuple(right), tuple(wrong)))
    return pairs


def _swaps(words: list[list[str]], captions: Captions, peers: Peers) -> Iterator[Swap]:
    """Yield all replacements by what no caption of the picture says."""
    said: dict[int, set[str]] = defaultdict(set)
    for row, of_caption in zip(captions.rows.tolist(), words, strict=True):
        said[row].update(of_caption)
    for caption, of_caption in enumerate(words):
        of_picture = said[int(captions.rows[caption])]
        for place, old in enumerate(of_caption):
            for new in peers.others.get(old, ()):
                if of_picture.isdisjoint(peers.synonyms[new]):
                    yield Swap(caption, place, old, new)


def _balance(swaps: Iterator[Swap], generator: np.random.Generator) -> list[Swap]:
    """Draw as many replacements of a by b as of b by a, at most `LIMIT` in all."""
    by_words: dict[tuple[str, str], list[Swap]] = defaultdict(list)
    for swap in swaps:
        by_words[swap.old, swap.new].append(swap)
    couples = []
    for (old, new), there in by_words.items():
        back = by_words.get((new, old), []) if old < new else []
        both = ([of[i] for i in generator.permutation(len(of))] for of in (there, back))
        couples += list(zip(*both, strict=False))
    order = generator.permutation(len(couples))[: LIMIT // 2]
    return [swap for i in order for swap in couples[i]]


def exchanged(
    captions: Captions, parsed: Sequence[Sequence[Token]], groups: Groups | None
) -> list[Pair]:
    """Return the pairs of `ROLES`, at most `LIMIT`.

    Args:
        captions: of the pictures.
        parsed: the same, parsed.
        groups: of nouns; both must be of one. None for any two nouns of one number.
    """
    group_of = {
        word: i
        for i, group in enumerate(groups["noun"] if groups else [])
        for concept in group
        for word in concept
    }
    pairs = []
    for row, tokens in zip(captions.rows.tolist(), parsed, strict=True):
        places = _agent_and_patient(tokens)
        right = [token.word for token in tokens]
        if places and _may_exchange(tokens[places[0]], tokens[places[1]], group_of):
            wrong, (a, b) = list(right), places
            wrong[a], wrong[b] = right[b], right[a]
            pairs.append(Pair(ROLES, int(row), tuple(right), tuple(wrong)))
    order = np.random.default_rng(SEED).permutation(len(pairs))[:LIMIT]
    return [pairs[i] for i in order]


def _may_exchange(a: Token, b: Token, group_of: dict[str, int]) -> bool:
    """Tell whether two nouns differ, and fit in number, article and, if there are any, group."""
    grouped = not group_of or (a.word in group_of and group_of[a.word] == group_of.get(b.word))
    fit = a.pos == b.pos and _vowel(a.word) == _vowel(b.word)
    return a.word != b.word and fit and grouped


def _agent_and_patient(tokens: Sequence[Token]) -> tuple[int, int] | None:
    """Return the first two nouns with nothing but a verb and its like between them, by relation.

    The first is what the verb is said of, the second its object, or its agent after `by`.
    """
    nouns = [i for i, token in enumerate(tokens) if token.pos in NOUNS]
    for a, b in zip(nouns, nouns[1:], strict=False):
        between = tokens[a + 1 : b]
        deed = any(t.pos.startswith("VB") and t.relation not in AUXILIARIES for t in between)
        if deed and tokens[a].relation in BEFORE and _after(tokens[b], between):
            return a, b
    return None


def _after(noun: Token, between: Sequence[Token]) -> bool:
    """Tell whether the noun after a verb takes part in what it says."""
    agent = any(token.relation == "agent" for token in between)
    prepositions = sum(token.pos in ("IN", "TO", "CC") for token in between)
    plain = noun.relation == "dobj" and not prepositions
    return plain or (agent and noun.relation == "pobj" and prepositions == 1)


AUXILIARIES = ("aux", "auxpass")
BEFORE = ("nsubj", "nsubjpass", "ROOT", "attr")
