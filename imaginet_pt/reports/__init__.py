"""Pages and figures about trained runs: self-contained HTML, and matplotlib figures.

Their content is computed in `evaluation`; the templates of pages are in `templates`.
Nothing here trains a model or parses a command line.
"""
