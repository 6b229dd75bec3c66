"""The part of WordNet 3.0 that Table 2 needs: ILSVRC2012's synsets and all their hypernyms.

The data files are read by `replication.synsets`; `make_synsets` derives them from WordNet.
How an image gets its words from a synset is not here but in `replication.synsets`.
"""
