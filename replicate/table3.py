"""Table 3: captions nearest to a caption, in order and scrambled.

This is `imaginet replicate table3`, from a bare clone; --help lists the options.
"""

import sys

import bare

if __name__ == "__main__":
    sys.exit(bare.main("table3"))
