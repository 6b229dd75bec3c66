"""Table 2: finding images of single words.

This is `imaginet replicate table2`, from a bare clone; --help lists the options.
"""

import sys

import bare

if __name__ == "__main__":
    sys.exit(bare.main("table2"))
