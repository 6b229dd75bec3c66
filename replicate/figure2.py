"""Figure 2: retrieval of images and of paraphrases by iteration.

This is `imaginet replicate figure2`, from a bare clone; --help lists the options.
"""

import sys

import bare

if __name__ == "__main__":
    sys.exit(bare.main("figure2"))
