"""Section 4.2: image retrieval on Flickr30K, beside published systems.

    python replicate/flickr30k.py [--data DIR|scenes] [--out DIR]

This is `imaginet replicate flickr30k`, from a bare clone; --help lists the options.
"""

import sys

import bare

if __name__ == "__main__":
    sys.exit(bare.main("flickr30k"))
