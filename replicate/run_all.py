"""Everything: all tables and figures, and a verdict on every claim of the paper.

    python replicate/run_all.py [--data DIR|scenes] [--out DIR]

This is `imaginet replicate all`, from a bare clone; --help lists the options.
"""

import sys

import bare

if __name__ == "__main__":
    sys.exit(bare.main("all"))
