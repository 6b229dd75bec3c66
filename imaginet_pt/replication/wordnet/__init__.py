"""The part of WordNet 3.0 that Table 2 needs: ILSVRC2012's synsets and all their hypernyms.

`make_synsets` derives the data files from WordNet. `replication.synsets` reads them, and finds the
words of an image; neither is done here.
"""
