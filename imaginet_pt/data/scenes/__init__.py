"""The built-in corpus: scenes drawn at random, with English captions and feature vectors.

It serves where no data are at hand. Only what makes it up is here; the rest is elsewhere in `data`.
"""
