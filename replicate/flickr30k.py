"""Section 4.2: image retrieval on Flickr30K, as others measured it.

This is `imaginet replicate flickr30k`, from a bare clone; --help lists the options.
"""

import sys

import bare

if __name__ == "__main__":
    sys.exit(bare.main("flickr30k"))
