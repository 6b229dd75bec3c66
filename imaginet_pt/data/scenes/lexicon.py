"""The words of the built-in scenes: what things are called, what they have in common, verb forms.

In the tables `a/b` are near-synonyms, equally likely words for the same thing; the first is its
name. `_` stands for a space.
"""


def entries(text: str) -> dict[str, list[str]]:
    """Parse a text of entries: {name: its synonyms}."""
    synonyms = (entry.replace("_", " ").split("/") for entry in text.split())
    return {words[0]: words for words in synonyms}


# Ancestors, the most general first: things. A thing can be an ancestor too.
_NOUNS = {
    "animate person adult": "man/guy/gentleman woman/lady doctor/physician teacher/instructor cop "
    "soldier sailor worker/mechanic king princess bride groom musician",
    "animate person relative": "mother/mom father/dad wife husband daughter son",
    "animate person youth": "boy girl baby child/kid student/pupil",
    "animate animal pet": "dog/hound cat rabbit/bunny",
    "animate animal pet dog": "puppy",
    "animate animal pet cat": "kitten/kitty",
    "animate animal farm": "horse/mare cow bull goat sheep/lamb pig",
    "animate animal wild": "lion tiger elephant bear monkey deer fox",
    "animate animal rodent": "mouse rat",
    "animate animal bird": "hawk/eagle duck goose hen/chicken turkey",
    "object tool vehicle": "car/automobile taxi/cab bus truck wagon/carriage bicycle/bike "
    "train/locomotive plane/jet/airplane boat/ship",
    "object tool furniture": "chair sofa/couch bed bench table desk crib/cradle",
    "object tool handy container": "cup/mug bottle jar bowl plate bag/purse box basket",
    "object tool handy garment": "hat coat jacket sweater glove shoe shirt dress",
    "object tool handy instrument": "guitar violin drum",
    "object tool handy print": "book newspaper magazine",
    "object tool handy device": "camera telephone/phone computer lamp",
    "object tool handy toy": "ball doll balloon",
    "object handy flower": "rose tulip violet daisy",
    "object handy food fruit": "apple lemon",
    "object handy food": "sandwich pizza cake pie bread cheese",
    "object handy food meat": "steak bacon",
    "object drink": "wine beer coffee tea milk juice",
    "place outside by": "river/stream sea/ocean lake tree",
    "place outside by tree": "oak maple",
    "place outside on": "beach/seashore hill cliff mountain island street/road highway bridge",
    "place outside in": "alley forest garden field park valley/canyon desert village town/city",
    "place inside at building": "house cottage/cabin/hut barn hotel/motel/inn church/chapel "
    "castle/palace tower school",
    "place inside in room": "kitchen bathroom bedroom hallway/corridor",
}
# Ancestor: words that stand at times for any thing below it.
HYPERNYMS = {"furniture": ["piece of furniture"]} | entries(
    "person animal/beast/creature pet dog cat bird vehicle container instrument flower fruit meat "
    "tree building room"
)
MASS = entries("bread cheese steak bacon fruit meat wine beer coffee tea milk juice")
PREPOSITIONS = {"by", "on", "in", "at"}  # of places: one of their ancestors each

# Kind of attribute: attributes. `ATTRIBUTED`: the kinds that things below an ancestor can have.
_ATTRIBUTES = {
    "colour": "black white red blue green yellow brown orange pink grey",
    "size": "big/large/huge small/tiny",
    "look": "dirty old strange/weird/odd beautiful",
    "mood": "happy/cheerful sad/unhappy angry/mad old young wet",
    "age": "new/modern ancient broken",
    "warmth": "hot cold",
}
ATTRIBUTED = {
    "person": ["mood"],
    "animal": ["colour", "size", "mood"],
    "tool": ["colour", "size", "look", "age"],
    "flower": ["colour", "size", "look"],
    "food": ["size", "look"],
    "drink": ["warmth"],
    "place": ["size", "look"],
}
NUMBERS = {2: ["two", "a couple of", "a pair of"], 3: ["three"]}  # the first is for headlines

# (Ancestor of the first, of the second): what the first can do to the second, or where it can be.
_DEEDS = "chase/pursue follow watch push greet/meet help protect/defend lead"
_LAYOUTS = "on under/below behind in_front_of above/over"
_RELATIONS = {
    ("animate", "animate"): _DEEDS,
    ("animal", "animal"): _DEEDS,
    ("vehicle", "vehicle"): "follow push pull pass",
    ("handy", "handy"): _LAYOUTS,
    ("handy", "furniture"): _LAYOUTS,
    ("person", "handy"): "carry hold find steal",
    ("person", "tool"): "wash/clean paint buy sell inspect/examine",
    ("person", "food"): "eat cut cook",
    ("adult", "drink"): "drink pour",
    ("animate", ""): "run sleep sit stand walk play roam/wander rest",
}
_LANDMARK = "near/beside/next_to"  # where the two are with respect to a third
_TIMES = (
    "at_night in_the_evening/at_dusk/at_sunset in_the_morning/at_dawn/at_sunrise "
    "on_a_sunny_day/in_the_sunshine in_the_rain/in_the_drizzle in_the_fog/in_the_mist "
    "in_the_snow in_a_storm in_summer in_winter"
)

_TABLES = (*_NOUNS.values(), *_ATTRIBUTES.values(), *_RELATIONS.values(), _LANDMARK, _TIMES)
# Name of anything: its words. And the names, table by table.
SYNONYMS = entries(" ".join(_TABLES))
PATHS = {noun: path.split() for path, text in _NOUNS.items() for noun in entries(text)}
ATTRIBUTES = {kind: list(entries(text)) for kind, text in _ATTRIBUTES.items()}
RELATIONS = {between: list(entries(text)) for between, text in _RELATIONS.items()}
LAYOUTS, (LANDMARK,), TIMES = (list(entries(text)) for text in (_LAYOUTS, _LANDMARK, _TIMES))

_PLURALS = {
    "man": "men", "gentleman": "gentlemen", "woman": "women", "child": "children",
    "wife": "wives", "mouse": "mice", "goose": "geese", "sheep": "sheep",
    "deer": "deer", "person": "people", "piece of furniture": "pieces of furniture",
}  # fmt: skip
_PARTICIPLES = {
    "meet": "met", "lead": "led", "hold": "held", "buy": "bought", "sell": "sold",
    "find": "found", "steal": "stolen", "eat": "eaten", "cut": "cut", "drink": "drunk",
}  # fmt: skip
_DOUBLED = {"run", "sit", "cut"}  # in the last letter, before -ing


def nouns(ancestor: str) -> list[str]:
    """Return the things below an ancestor."""
    return [noun for noun, path in PATHS.items() if ancestor in path]


def hypernyms(noun: str) -> list[str]:
    """Return words for its ancestors."""
    return [word for ancestor in PATHS[noun] for word in HYPERNYMS.get(ancestor, [])]


def plural(noun: str) -> str:
    """Return the plural: `dog` -> `dogs`, `bus` -> `buses`, `lady` -> `ladies`, `man` -> `men`."""
    return _PLURALS.get(noun) or with_s(noun)


def with_s(word: str) -> str:
    """Return the regular plural of a noun, the third person of a verb: `carry` -> `carries`."""
    if word.endswith("y") and word[-2] not in "aeou":
        return word[:-1] + "ies"
    return word + ("es" if word.endswith(("s", "x", "ch", "sh")) else "s")


def progressive(verb: str) -> str:
    """Return the progressive: `chase` -> `chasing`, `run` -> `running`."""
    return verb.removesuffix("e") + (verb[-1] if verb in _DOUBLED else "") + "ing"


def participle(verb: str) -> str:
    """Return the participle: `chase` -> `chased`, `carry` -> `carried`, `steal` -> `stolen`."""
    regular = verb[:-1] + "ied" if verb.endswith("y") else verb.removesuffix("e") + "ed"
    return _PARTICIPLES.get(verb, regular)


def with_article(phrase: str) -> str:
    """Put an article before: `apple` -> `an apple`, `dog` -> `a dog`."""
    return ("an " if phrase[0] in "aeiou" else "a ") + phrase
