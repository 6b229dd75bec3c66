"""Files: read within bounds, written whole or not at all, and their values checked.

Every file from a user is read through `reading`; every file of ours is written through `atomic`.
Nothing here knows what a file means, such as captions or the weights of a run.
"""
