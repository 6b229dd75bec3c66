"""English for scenes: five captions that say the same in different words and constructions."""

from collections.abc import Iterator

import numpy as np

from . import lexicon
from .graph import Scene, Thing, pick

CAPTIONS = 5
LONGEST = 14  # words
HYPERNYM = 0.08  # how often a thing is called by the name of its kind

# Kind of scene: constructions. `bare_first`, `bare_second`: without article, as in headlines.
# `tail`: landmark, place and time. `is`, `are`: agree with the first and with the second.
CONSTRUCTIONS = {
    "action": [
        "{first} {does} {second} {tail}",
        "{first} {is} {doing} {second} {tail}",
        "there {is} {first} {doing} {second} {tail}",
        "{first} {who} {does} {second} {tail}",
        "{bare_first} {doing} {bare_second} {tail}",
        "{tail} {first} {does} {second}",
        "{second} {are} {done} by {first} {tail}",
        "{second} {done} by {first} {tail}",
        "{second} that {first} {does} {tail}",
    ],
    "layout": [
        "{first} {is} {where} {second} {tail}",
        "there {is} {first} {where} {second} {tail}",
        "{first} {who} {is} {where} {second} {tail}",
        "{bare_first} {where} {bare_second} {tail}",
        "{tail} {first} {is} {where} {second}",
        "{where} {second} there {is} {first} {tail}",
        "{second} with {first} {where} {it} {tail}",
    ],
    "doing": [
        "{first} {does} {tail}",
        "{first} {is} {doing} {tail}",
        "there {is} {first} {doing} {tail}",
        "{first} {who} {does} {tail}",
        "{bare_first} {doing} {tail}",
        "{tail} {first} {does}",
    ],
    "still": [
        "{first} {tail}",
        "{first} {is} {tail}",
        "there {is} {first} {tail}",
        "{first} {who} {is} {tail}",
        "{bare_first} {tail}",
        "{tail} there {is} {first}",
    ],
}


def describe(scene: Scene, rng: np.random.Generator) -> tuple[str, ...]:
    """Return five different captions of a scene, in lower case, each of at most 14 words.

    Constructions come in random order, and are tried again if too few captions are short enough.
    """
    constructions = CONSTRUCTIONS[_kind(scene)]
    captions: dict[str, None] = {}
    while len(captions) < CAPTIONS:
        for i in rng.permutation(len(constructions)):
            words = constructions[i].format(**_parts(scene, rng)).split()
            if len(words) <= LONGEST and len(captions) < CAPTIONS:
                captions[" ".join(words)] = None
    return tuple(captions)


def _kind(scene: Scene) -> str:
    if not scene.second:
        return "doing" if scene.relation else "still"
    return "layout" if scene.relation in lexicon.LAYOUTS else "action"


def _parts(scene: Scene, rng: np.random.Generator) -> dict[str, str]:
    """The fields of a construction, each in words of its own choice."""
    first, second = _phrase(scene.first, rng), _phrase(scene.second, rng)
    return {
        "first": _determined(first, scene.first, rng),
        "second": _determined(second, scene.second, rng),
        "bare_first": _bare(first, scene.first),
        "bare_second": _bare(second, scene.second),
        "is": _be(scene.first),
        "are": _be(scene.second),
        "who": "who" if scene.first and "person" in lexicon.PATHS[scene.first.noun] else "that",
        "it": "it" if _one(scene.second) else "them",
        "tail": " ".join(_tail(scene, rng)),
        **_predicate(scene, rng),
    }


def _predicate(scene: Scene, rng: np.random.Generator) -> dict[str, str]:
    """Forms of the verb, or the preposition."""
    if not scene.relation:
        return {}
    word = pick(lexicon.SYNONYMS[scene.relation], rng)
    if scene.relation in lexicon.LAYOUTS:
        return {"where": word}
    does = lexicon.with_s(word) if _one(scene.first) else word
    return {"does": does, "doing": lexicon.progressive(word), "done": lexicon.participle(word)}


def _tail(scene: Scene, rng: np.random.Generator) -> Iterator[str]:
    """Phrases for the landmark, the place and the time."""
    if scene.landmark:
        landmark = _determined(_phrase(scene.landmark, rng), scene.landmark, rng)
        yield f"{pick(lexicon.SYNONYMS[lexicon.LANDMARK], rng)} {landmark}"
    if scene.place:
        place = _phrase(scene.place, rng)
        path = lexicon.PATHS[scene.place.noun]
        preposition = next(word for word in path if word in lexicon.PREPOSITIONS)
        yield f"{preposition} {pick([lexicon.with_article(place), f'the {place}'], rng)}"
    if scene.time:
        yield pick(lexicon.SYNONYMS[scene.time], rng)


def _phrase(thing: Thing | None, rng: np.random.Generator) -> str:
    """Attribute and noun: `big dogs`."""
    if not thing:
        return ""
    general = lexicon.hypernyms(thing.noun) if rng.random() < HYPERNYM else []
    noun = pick(general or lexicon.SYNONYMS[thing.noun], rng)
    attribute = pick(lexicon.SYNONYMS[thing.attribute], rng) + " " if thing.attribute else ""
    return attribute + (noun if _one(thing) else lexicon.plural(noun))


def _determined(phrase: str, thing: Thing | None, rng: np.random.Generator) -> str:
    """With article or number: `a big dog`, `some bread`, `a pair of big dogs`."""
    if not thing:
        return ""
    if not _one(thing):
        return f"{pick(lexicon.NUMBERS[thing.number], rng)} {phrase}"
    return f"some {phrase}" if phrase.split()[-1] in lexicon.MASS else lexicon.with_article(phrase)


def _bare(phrase: str, thing: Thing | None) -> str:
    """As in a headline: `big dog`, `two big dogs`."""
    return (
        phrase if not thing or thing.number == 1 else f"{lexicon.NUMBERS[thing.number][0]} {phrase}"
    )


def _be(thing: Thing | None) -> str:
    return "is" if _one(thing) else "are"


def _one(thing: Thing | None) -> bool:
    return not thing or thing.number == 1
