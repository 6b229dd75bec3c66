"""Models of the original program and its successors: read them safely, and convert them to runs.

A checkpoint of 2015 and an archive of 2017 are Python 2 pickles; nothing in them is ever called.
The result is an ordinary run for the other rooms; nothing else in the package knows the formats.
"""
