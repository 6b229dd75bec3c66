"""`imaginet neighbors`: captions and images nearest to a sentence, and to its words scrambled."""

from ...data import data_provider
from ...errors import UserError
from ...evaluation import neighbors
from .. import terminal
from ..options import data_option, described, ids_of, run_options, split_option, workflow

HELP = "captions and images nearest to a sentence"
EXAMPLE = 'imaginet neighbors RUN --data scenes "a man holds a red ball" --scramble'
K = 5  # neighbours that are shown


def add_options(parser):
    run_options(parser)
    data_option(parser)
    split_option(parser)
    parser.add_argument("sentence", metavar="SENTENCE", help="in quotation marks")
    parser.add_argument(
        "--scramble", action="store_true", help="beside them those of its words in random order"
    )


def run(args):
    dataset, trained = data_provider.load(args.data), workflow(args)
    ids_of(trained, args.sentence)
    (query,) = neighbors.word_orders(trained, [args.sentence])
    if not args.scramble:
        del query["scrambled"]
    said = trained.tokenizer.inverse_transform(query.values())
    print(f"{described(trained)}; neighbours in {dataset.name}, split {args.split}\n")
    show([zip(query, said, strict=True)])
    for heading, find in {"captions": captions, "images": images}.items():
        print(f"\nnearest {heading}, and the cosine")
        show(find(trained, query, dataset, args.split))


def captions(trained, query, dataset, split):
    """Rows of `show`: the captions nearest to a query; one that is there twice counts once."""
    texts = list(dict.fromkeys(dataset.captions(split).texts))
    ids = trained.tokenizer.transform(texts)
    found = neighbors.captions(trained, neighbors.flat([query]), ids, K)
    return _rows(neighbors.table(trained, [query], found), [[text] for text in texts])


def images(trained, query, dataset, split):
    """Rows of `show`: the images nearest to a query by file name and first caption, or why not."""
    try:
        found = neighbors.images(trained, neighbors.flat([query]), dataset, split, K)
    except UserError as why:
        return [[("none", str(why))]]
    shown = {image.imgid: [image.filename, *image.sentences[:1]] for image in dataset.split(split)}
    return _rows(neighbors.table(trained, [query], found), shown)


def _rows(table, texts):
    """A row a rank and in it a cell an order; texts: what is told of each candidate, by index."""
    return [
        [(f"{near.similarity:6.3f}", *texts[near.index]) for near in row.itertuples()]
        for _, row in table.groupby("rank")
    ]


def show(rows):
    """Print rows of cells (mark, text, ...), the cells of a row side by side."""
    for row in map(list, rows):
        width = terminal.column(terminal.width(), len(row))
        blocks = [terminal.entry(mark, texts, width) for mark, *texts in row]
        print(*terminal.side_by_side(blocks, width), sep="\n")
