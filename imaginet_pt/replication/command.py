"""Make a table or figure of the paper, as the scripts of `replicate/` do."""

import importlib
from argparse import ArgumentParser, Namespace
from typing import Any

from ..cli.parser import Parser

HELP = "make a table or figure of the paper"
EXAMPLE = "imaginet replicate table1 --data scenes"
# Name of a script: its module in this package, and what it does.
SCRIPTS = {
    "table1": ("table1", "Table 1: how similarities of word embeddings agree with people's."),
    "table2": ("table2", "Table 2: finding images of single words."),
    "table3": ("table3", "Table 3: captions nearest to a caption, in order and scrambled."),
    "figure2": ("figure2", "Figure 2: retrieval of images and of paraphrases by iteration."),
    "figure3": ("figure3", "Figure 3: images nearest to captions, in order and scrambled."),
    "flickr30k": ("flickr30k", "Section 4.2: image retrieval on Flickr30K, as others measured it."),
    "release": ("release", "Make runs small enough to be published: VISUAL and MULTITASK."),
    "runs": ("missing_runs", "Print the commands that train the missing runs."),
    "kadar2017": (
        "later.kadar2017",
        "Omission scores, what explains them, and what hidden units respond to.",
    ),
    "minimal_pairs": (
        "later.minimal_pairs",
        "Does a model choose the right one of two sentences for a picture?",
    ),
    "word_learning": (
        "later.word_learning",
        "When does each word become known, and does that order agree with children's?",
    ),
    "little_data": (
        "later.little_data",
        "Do pictures help word similarity where there is little text?",
    ),
    "all": ("run_all", "Make all tables and figures, and judge every claim of the paper."),
}


class ScriptParser(Parser):
    """The parser of one script, which it imports only when it parses something.

    So `imaginet replicate --help` lists the scripts without importing any of them.
    """

    module = ""

    def parse_known_args(self, args: Any = None, namespace: Any = None) -> Any:
        """Import the script, add its options, and parse."""
        if self.module:
            module, self.module = self.module, ""
            _add_script(self, module)
        return super().parse_known_args(args, namespace)


def add_options(parser: ArgumentParser) -> None:
    """Add a subcommand for each of `SCRIPTS`."""
    scripts = parser.add_subparsers(
        dest="script", required=True, metavar="SCRIPT", parser_class=ScriptParser
    )
    for name, (module, description) in SCRIPTS.items():
        subparser = scripts.add_parser(name, help=description)
        subparser.module = f"{__package__}.{module}"


def run(args: Namespace) -> None:
    """Run the script that the command line names."""
    from . import script

    script.run(args.program, args)


def _add_script(parser: ArgumentParser, module_name: str) -> None:
    """Import a script, and add its options and description to its parser."""
    from . import options

    module = importlib.import_module(module_name)
    parser.description = module.__doc__
    options.add_options(parser, module.SCRIPT.options)
    parser.set_defaults(
        program=module.SCRIPT, go_on="the same command continues from where it stopped"
    )
