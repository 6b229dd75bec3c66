"""Table 1: how similarities of word embeddings agree with people's.

This is `imaginet replicate table1`, from a bare clone; --help lists the options.
"""

import sys

import bare

if __name__ == "__main__":
    sys.exit(bare.main("table1"))
