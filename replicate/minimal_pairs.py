"""Does a model choose the right one of two sentences for a picture?

This is `imaginet replicate minimal_pairs`, from a bare clone; --help lists the options.
"""

import sys

import bare

if __name__ == "__main__":
    sys.exit(bare.main("minimal_pairs"))
