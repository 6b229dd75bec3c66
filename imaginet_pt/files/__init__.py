"""Files: read with bounds, written whole or not at all, and their values checked.

Every file that a user gives passes through `reading`, every file of ours through `atomic`. What a
file means, such as captions or the weights of a run, is not known here.
"""
