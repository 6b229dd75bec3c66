"""Make runs small enough to be published: VISUAL and MULTITASK.

This is `imaginet replicate release`, from a bare clone; --help lists the options.
"""

import sys

import bare

if __name__ == "__main__":
    sys.exit(bare.main("release"))
