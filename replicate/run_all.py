"""Make all tables and figures, and judge every claim of the paper.

This is `imaginet replicate all`, from a bare clone; --help lists the options.
"""

import sys

import bare

if __name__ == "__main__":
    sys.exit(bare.main("all"))
