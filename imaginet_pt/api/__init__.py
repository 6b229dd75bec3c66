"""The Python interface: a few functions and classes over the other rooms.

Here are the functions that `imaginet_pt` itself offers, and the checks of their arguments.
The rooms below do the computing; the command line is in `cli`.
"""
