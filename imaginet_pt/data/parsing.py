"""Parts of speech and dependency relations of the words of captions.

The captions of `scenes` follow a grammar of its own, which `scenes.syntax` reads. Others are parsed
by spaCy, an extra (`pip install 'imaginet_pt[parsing]'`), with any English model that the user has.
"""

from collections.abc import Sequence
from importlib import metadata
from typing import Any, NamedTuple

from ..errors import UserError, explained, reason
from .preprocessing import split_words
from .scenes import syntax
from .scenes.syntax import Token

EXTRA = "pip install 'imaginet_pt[parsing]'"
BATCH = 256  # captions that spaCy takes at a time


class Parsed(NamedTuple):
    """Captions as lists of tokens, and what parsed them."""

    captions: list[list[Token]]
    source: str


def parse(texts: Sequence[str], model: str | None) -> Parsed:
    """Parse captions: by the grammar of `scenes`, or by a spaCy model where one is named.

    Args:
        texts: captions; they are split as for training.
        model: name or folder of a spaCy model with a tagger and a parser, or None for `scenes`.

    Raises:
        UserError: spaCy or the model is not installed, the model does not parse, or a caption is
            none of `scenes`.
    """
    split = [split_words(text) for text in texts]
    if model is None:
        return Parsed([syntax.parse(caption) for caption in split], "the grammar of scenes")
    pipeline, name = load(model)
    return Parsed(parse_with(pipeline, split), name)


def load(model: str) -> tuple[Any, str]:
    """Load a spaCy model; return its pipeline, and its name with the versions that matter.

    Raises:
        UserError: it cannot be loaded, or does not tag and parse.
    """
    needs = f"`parser` {model} needs spaCy ({EXTRA}) and a model of it, as en_core_web_sm"
    fix = "give its name or folder"
    kinds = ImportError, OSError, ValueError
    with explained(lambda error: f"{needs}: {reason(error)}; {fix}", *kinds):
        import spacy

        pipeline = spacy.load(model)
    missing = {"tagger", "parser"} - set(pipeline.pipe_names)
    if missing:
        raise UserError(f"`parser` {model} has no {', '.join(sorted(missing))}; give another model")
    name = f"{pipeline.meta['lang']}_{pipeline.meta['name']} {pipeline.meta['version']}"
    return pipeline, f"spaCy {metadata.version('spacy')}, {name}"


def parse_with(pipeline: Any, captions: Sequence[Sequence[str]]) -> list[list[Token]]:
    """Parse captions that are split already, so that the words stay those of the vocabulary.

    Args:
        pipeline: takes spaCy's `Doc`s and gives each word a `tag_` and a `dep_`.
        captions: lists of words.
    """
    from spacy.tokens import Doc

    docs = (Doc(pipeline.vocab, words=list(words)) for words in captions)
    return [
        [Token(word.text, word.tag_, word.dep_) for word in doc]
        for doc in pipeline.pipe(docs, batch_size=BATCH)
    ]
