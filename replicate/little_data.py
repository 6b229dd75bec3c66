"""Do pictures help word similarity where there is little text?

This is `imaginet replicate little_data`, from a bare clone; --help lists the options.
"""

import sys

import bare

if __name__ == "__main__":
    sys.exit(bare.main("little_data"))
