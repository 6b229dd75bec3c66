"""When does each word become known, and does that order agree with children's?

This is `imaginet replicate word_learning`, from a bare clone; --help lists the options.
"""

import sys

import bare

if __name__ == "__main__":
    sys.exit(bare.main("word_learning"))
