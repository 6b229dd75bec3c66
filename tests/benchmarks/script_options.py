"""The options of the scripts under `replicate/`, for benchmarks that call their functions."""

from argparse import ArgumentParser, Namespace

from imaginet_pt.replication.options import OPTIONS, add_options


def script_options(**given):
    """What the scripts' own parser makes of no options, one run at a time; then those `given`."""
    parser = ArgumentParser()
    add_options(parser, OPTIONS)
    parser.set_defaults(workers=1, threads=None, quiet=False)
    return Namespace(**vars(parser.parse_args([])) | given)
