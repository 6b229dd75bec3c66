"""Print the commands that train the missing runs.

This is `imaginet replicate runs`, from a bare clone; --help lists the options.
"""

import sys

import bare

if __name__ == "__main__":
    sys.exit(bare.main("runs"))
