"""Figure 3: images nearest to captions, in order and scrambled.

This is `imaginet replicate figure3`, from a bare clone; --help lists the options.
"""

import sys

import bare

if __name__ == "__main__":
    sys.exit(bare.main("figure3"))
