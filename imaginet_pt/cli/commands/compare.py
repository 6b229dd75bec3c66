"""`imaginet compare`: compare two sentences, such as "a dog chases a cat" and the reverse.

The cosines tell how similar the run's vectors of the two are: `output_vis` is the imagined image,
`hidden_vis` and `hidden_text` are the last states of the two pathways. Bits tell how surprising
each word is, given the words before it.
"""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from ...progress import Progress
from .. import terminal
from ..options import describe, load_workflow, run_options
from ..sentences import as_trained, words_of

if TYPE_CHECKING:
    from ...runs.workflow import Workflow

HELP = "two sentences side by side"
EXAMPLE = 'imaginet compare RUN "a dog chases a cat" "a cat chases a dog"'


def add_options(parser: ArgumentParser) -> None:
    """Add the run and the two sentences."""
    run_options(parser)
    parser.add_argument("first", metavar="SENTENCE", help="in quotation marks")
    parser.add_argument("second", metavar="SENTENCE", help="another")


def run(args: Namespace) -> None:
    """Print how similar the vectors of the sentences are, and the surprisal of their words."""
    sentences = [args.first, args.second]
    workflow = load_workflow(args)
    sentences = as_trained(workflow, sentences, Progress(args.quiet))
    print(describe(workflow), "", *_cosines(workflow, sentences), sep="\n")
    if "textual" in workflow.model.pathways:
        width = terminal.column_width(terminal.width(), 2)
        print("\nbits of each word, and of the whole sentence")
        print(*terminal.side_by_side(list(_surprisal(workflow, sentences)), width), sep="\n")


def _cosines(workflow: Workflow, sentences: Sequence[str]) -> list[str]:
    """Format a line for each kind of vector: its name, and the cosine of the two sentences'."""
    from ...evaluation.ranking import similarities

    vectors = workflow.outputs(sentences).items()
    cosines = {
        name: next(cosine for _, cosine in similarities(both[:1], both[1:]))
        for name, both in vectors
    }
    return [f"cosine of {name:12} {cosine[0, 0]:.3f}" for name, cosine in cosines.items()]


def _surprisal(workflow: Workflow, sentences: Sequence[str]) -> Iterator[list[str]]:
    """Yield the lines of each sentence: bits and word, and their sum."""
    for sentence in sentences:
        table = workflow.surprisal(sentence)
        words = [*(word for word, _ in words_of(workflow, sentence)), "END"]
        lines = [f"{bits:6.2f}  {word}" for bits, word in zip(table["bits"], words, strict=True)]
        yield [*lines, f"{table['bits'].sum():6.2f}  in all"]
