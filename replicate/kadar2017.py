"""Omission scores, what explains them, and what hidden units respond to.

This is `imaginet replicate kadar2017`, from a bare clone; --help lists the options.
"""

import sys

import bare

if __name__ == "__main__":
    sys.exit(bare.main("kadar2017"))
