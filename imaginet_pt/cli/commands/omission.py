"""`imaginet omission`: how far the imagined image moves when each word is left out."""

import textwrap

from ...evaluation import omission
from ...reports import plots
from .. import terminal
from ..options import described, ids_of, run_options, workflow

HELP = "how far the imagined image moves without each word"
EXAMPLE = 'imaginet omission RUN "a man holds a red ball" --png omission.png'
SCORE = "omission: 1 - cosine of the images imagined with and without the word"


def add_options(parser):
    run_options(parser)
    parser.add_argument("sentence", metavar="SENTENCE", help="in quotation marks")
    parser.add_argument("--png", metavar="FILE", help="draw the bars into this file too")


def run(args):
    trained = workflow(args)
    ids = ids_of(trained, args.sentence)
    moved = omission.scores(trained, ids).tolist()
    words = trained.tokenizer.inverse_transform([[i] for i in ids])
    title = described(trained)
    print(title, SCORE, "", *terminal.bars(words, moved, terminal.width()), sep="\n")
    if args.png:
        plots.write(draw(words, moved, title), args.png, "png")


def draw(words, moved, title):
    """A bar for each of `words`, as long as it `moved`, from top to bottom; a matplotlib Figure."""
    figure, axes = plots.figure(size=(5.5, 1.1 + 0.24 * len(words)))
    places = range(len(words))
    axes.barh(places, moved, color=plots.COLOURS[0])
    axes.set_yticks(places, words, parse_math=False)
    axes.invert_yaxis()
    axes.grid(False, axis="y")
    axes.set_axisbelow(True)
    axes.set_xlabel(SCORE)
    axes.set_title(textwrap.fill(title, 68), fontsize=8, loc="left", parse_math=False)
    return figure
