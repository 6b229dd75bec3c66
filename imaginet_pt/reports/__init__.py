"""Pages and figures about trained runs: HTML that needs no network, and matplotlib's figures.

What they show is computed in `evaluation`; the pages' templates are in `templates`.
Here is nothing that trains, and nothing that reads a command line.
"""
