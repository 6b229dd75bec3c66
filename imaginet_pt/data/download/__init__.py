"""Get published data sets: what there is, over the network, out of its archive.

Nothing here knows what is in the files beside their names, sizes and fingerprints; reading them is
the business of `data_provider` and `word_pairs`.
"""
