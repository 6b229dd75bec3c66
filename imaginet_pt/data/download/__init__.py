"""Get published data sets: a catalog of them, their download, and the unpacking of archives.

Nothing here knows more of a file than its name, size and SHA-256; `data_provider` and `word_pairs`
read them.
"""
