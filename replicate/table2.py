"""Table 2: images of single words.

    python replicate/table2.py [--data DIR|scenes] [--out DIR]

This is `imaginet replicate table2`, from a bare clone; --help lists the options.
"""

import sys

import bare

if __name__ == "__main__":
    sys.exit(bare.main("table2"))
