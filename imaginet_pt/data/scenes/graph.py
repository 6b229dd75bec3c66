"""Scenes as small graphs: things with attribute and number, who does what to whom, where, when."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields
from itertools import permutations, product
from typing import Any, TypeVar

import numpy as np

from .lexicon import ATTRIBUTED, ATTRIBUTES, MASS, PATHS, RELATIONS, TIMES, nouns

T = TypeVar("T")

FAMILY = 12  # scenes with the same words, more than the five that accuracy@5 looks at
# Ancestors between which a relation could as well be the other way round: attributes for all.
REVERSIBLE = {
    ("animate", "animate"): ["mood"],
    ("animal", "animal"): ["colour", "size", "mood"],
    ("vehicle", "vehicle"): ["colour", "size", "look"],
    ("handy", "handy"): ["colour", "size", "look"],
}
ONE_WAY = [between for between in RELATIONS if between not in REVERSIBLE]
# Ancestor of what does nothing, of the place where it is.
STILL = [
    ("vehicle", "outside"),
    ("flower", "outside"),
    ("furniture", "inside"),
    ("handy", "inside"),
]


@dataclass(frozen=True)
class Thing:
    """One or more things of a kind: `number` of them, all with the same attribute ("" = none)."""

    noun: str
    attribute: str = ""
    number: int = 1


@dataclass(frozen=True)
class Scene:
    """The parts of a scene; None or "" for a part that it lacks.

    Attributes:
        first: the thing that the scene is about.
        relation: what `first` does, to `second` if there is one, or where it is in relation to
            `second`.
        second: another thing.
        landmark: a thing that the others are near to.
        place: where the scene is.
        time: when it is.
    """

    first: Thing | None = None
    relation: str = ""
    second: Thing | None = None
    landmark: Thing | None = None
    place: Thing | None = None
    time: str = ""

    def roles(self) -> dict[str, list[str]]:
        """Return {role: names of what fills it}, such as {"first": ["dog", "black"], ...}."""
        filled = {f.name: getattr(self, f.name) for f in fields(self) if getattr(self, f.name)}
        return {role: _names(filler) for role, filler in filled.items()}


def _names(filler: str | Thing) -> list[str]:
    if isinstance(filler, str):
        return [filler]
    number = str(filler.number) if filler.number > 1 else ""
    return [name for name in (filler.noun, filler.attribute, number) if name]


def pick(options: Sequence[T], rng: np.random.Generator) -> T:
    """Draw one of a sequence."""
    return options[int(rng.integers(len(options)))]


def draw(count: int, rng: np.random.Generator) -> list[Scene]:
    """Draw `count` different scenes, those of a family together."""
    drawn: dict[Scene, None] = {}
    while len(drawn) < count:
        drawn |= dict.fromkeys(pick(KINDS, rng)(rng))
    return list(drawn)[:count]


def single(noun: str, rng: np.random.Generator) -> Scene:
    """Draw a scene of one thing alone."""
    thing = Thing(noun, _attribute(noun, rng))
    return Scene(place=thing) if "place" in PATHS[noun] else Scene(first=thing)


def _family(rng: np.random.Generator) -> list[Scene]:
    """Scenes of the same three things and two attributes, which differ in who is what."""
    between = pick(list(REVERSIBLE), rng)
    names = _some([noun for noun in nouns(between[0]) if noun not in MASS], 3, rng)
    options = [attribute for kind in REVERSIBLE[between] for attribute in ATTRIBUTES[kind]]
    attributes = [*_some(options, 2, rng), ""]
    relation = pick(RELATIONS[between], rng)
    casts = list(product(permutations(names), permutations(attributes)))
    return [_cast(relation, *cast) for cast in _some(casts, FAMILY, rng)]


def _some(options: Sequence[T], count: int, rng: np.random.Generator) -> list[T]:
    """`count` different ones of a sequence."""
    return [options[i] for i in rng.permutation(len(options))[:count]]


def _cast(relation: str, names: Sequence[str], attributes: Sequence[str]) -> Scene:
    first, second, landmark = map(Thing, names, attributes)
    return Scene(first, relation, second, landmark)


def _event(rng: np.random.Generator) -> list[Scene]:
    """Two things and their relation, in a place or at a time."""
    between = pick(ONE_WAY, rng)
    first, second = (_thing(ancestor, rng) if ancestor else None for ancestor in between)
    settings: list[dict[str, Any]] = [{"place": _thing("place", rng)}, {"time": pick(TIMES, rng)}]
    setting = pick(settings, rng)
    return [Scene(first, pick(RELATIONS[between], rng), second, **setting)]


def _still(rng: np.random.Generator) -> list[Scene]:
    """A thing that does nothing, in a place at a time."""
    what, where = pick(STILL, rng)
    return [Scene(_thing(what, rng), place=_thing(where, rng), time=pick(TIMES, rng))]


KINDS: list[Callable[[np.random.Generator], list[Scene]]] = [
    _family,
    *[_event] * 6,
    _still,
]  # a family counts `FAMILY` times


def _thing(ancestor: str, rng: np.random.Generator) -> Thing:
    noun = pick(nouns(ancestor), rng)
    one = noun in MASS or "place" in PATHS[noun]
    return Thing(noun, _attribute(noun, rng), 1 if one else pick([1, 1, 1, 1, 2, 3], rng))


def _attribute(noun: str, rng: np.random.Generator) -> str:
    """One that the thing can have; none half the time."""
    kinds = next(ATTRIBUTED[ancestor] for ancestor in PATHS[noun] if ancestor in ATTRIBUTED)
    return pick(["", pick(ATTRIBUTES[pick(kinds, rng)], rng)], rng)
