"""The sentences that a command reads, and their unknown words."""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Sequence
from typing import TYPE_CHECKING, TextIO

from ..errors import UserError
from ..files import reading, validation
from ..progress import Progress
from . import heartbeat

if TYPE_CHECKING:
    from ..runs.workflow import Workflow

MAX_SENTENCES = 1_000_000
MAX_SHOWN = 10  # unknown words in a warning
STOP = "."


def sentences_option(parser: ArgumentParser) -> None:
    """Add an argument for sentences; without any, commands read the standard input."""
    parser.add_argument(
        "sentences",
        nargs="*",
        metavar="SENTENCE",
        help="in quotation marks; without any, one per line is read from the standard input, as in "
        "< sentences.txt",
    )


def given_sentences(args: Namespace) -> list[str]:
    """Return the sentences of the command line, or else of the standard input.

    Raises:
        UserError: there is no sentence, one is blank, or the input is not UTF-8.
    """
    for number, text in enumerate(args.sentences, start=1):
        validation.text({"sentence": text}, "sentence", f"sentence {number}")
    if args.sentences:
        return list(args.sentences)
    if sys.stdin.isatty():
        Progress(args.quiet).say("type one sentence per line, and Ctrl-D at the end")
        with heartbeat.STILL:
            return read_sentences(sys.stdin)
    return read_sentences(sys.stdin)


def read_sentences(lines: TextIO) -> list[str]:
    """Read the sentences of an input, one per line.

    Raises:
        UserError: there is no sentence or there are too many, a line is blank or too long, or the
            input is not UTF-8.
    """
    texts: list[str] = []
    with reading.guard("the input", "give UTF-8 text"):
        # A line that is longer than any sentence is read no further.
        while line := lines.readline(validation.MAX_TEXT + 2):
            place = f"line {len(texts) + 1} of the input"
            text = line.removeprefix("\ufeff").strip() if not texts else line.strip()
            texts.append(validation.text({"sentence": text}, "sentence", place))
            if len(texts) > MAX_SENTENCES:
                raise UserError(f"the input has over {MAX_SENTENCES:,} sentences; split it up")
    if not texts:
        raise UserError("no sentence in the input; give one per line")
    return texts


def words_of(workflow: Workflow, sentence: str) -> list[tuple[str, bool]]:
    """Split a sentence into the words that the run reads, each with whether it knows it."""
    tokenizer = workflow.tokenizer
    return [(word, word in tokenizer.ids) for word in tokenizer.tokens(sentence)]


def as_trained(workflow: Workflow, sentences: Sequence[str], progress: Progress) -> list[str]:
    """Return sentences as the run's captions are written, and warn of words that it does not know.

    Where its vocabulary has no full stop, the final one of a sentence is left out.

    Raises:
        UserError: the run finds no word in a sentence.
    """
    if workflow.tokenizer.unit == "word" and STOP not in workflow.tokenizer.ids:
        sentences = [sentence.rstrip(f"{STOP} ") or sentence for sentence in sentences]
    _check_words(workflow, sentences, progress)
    return list(sentences)


def _check_words(workflow: Workflow, sentences: Sequence[str], progress: Progress) -> None:
    words = [words_of(workflow, sentence) for sentence in sentences]
    for sentence, of_sentence in zip(sentences, words, strict=True):
        if not of_sentence:
            raise UserError(
                f"{workflow.folder.path} finds no word in {sentence!r}; give some words"
            )
    unknown = [word for of_sentence in words for word, known in of_sentence if not known]
    if unknown:
        distinct = list(dict.fromkeys(unknown))
        shown = ", ".join(distinct[:MAX_SHOWN]) + (", ..." if len(distinct) > MAX_SHOWN else "")
        total = sum(map(len, words))
        progress.warn(
            f"{len(unknown):,} of {total:,} words {'is' if len(unknown) == 1 else 'are'} not in "
            f"the vocabulary: {shown}"
        )
