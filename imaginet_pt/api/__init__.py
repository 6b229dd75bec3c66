"""What a Python user calls: a few functions and classes over the other rooms.

Here live the calls that `imaginet_pt` itself offers, and the checks of their arguments.
How anything is computed does not: that is in the rooms below. Nothing here parses a command line.
"""
