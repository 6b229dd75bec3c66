"""Make a table or figure of the paper, as the scripts of `replicate/` do."""

import importlib
from argparse import ArgumentParser, Namespace

HELP = "make a table or figure of the paper"
EXAMPLE = "imaginet replicate table1 --data scenes"
SCRIPTS = {
    "table1": "table1", "table2": "table2", "table3": "table3", "figure2": "figure2",
    "figure3": "figure3", "flickr30k": "flickr30k", "runs": "missing_runs", "all": "run_all",
}  # fmt: skip


def add_options(parser: ArgumentParser) -> None:
    """Add a subcommand for each of `SCRIPTS`."""
    from . import script

    scripts = parser.add_subparsers(dest="script", required=True, metavar="SCRIPT")
    for name, module in SCRIPTS.items():
        program = importlib.import_module(f"{__package__}.{module}").SCRIPT
        subparser = scripts.add_parser(
            name,
            help=program.description.partition("\n")[0],
            description=program.description,
        )
        for add in (script.shared_options, *program.options):
            add(subparser)
        subparser.set_defaults(program=program, go_on="the same command goes on from there")


def run(args: Namespace) -> None:
    """Run the script that the command line names."""
    from . import script

    script.run(args.program, args)
