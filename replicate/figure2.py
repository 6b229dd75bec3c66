"""Figure 2: retrieval of images and paraphrases by iteration.

    python replicate/figure2.py [--data DIR|scenes] [--out DIR]

This is `imaginet replicate figure2`, from a bare clone; --help lists the options.
"""

import sys

import bare

if __name__ == "__main__":
    sys.exit(bare.main("figure2"))
