"""The command line: its parser, the options that commands share, and what a terminal shows.

`commands` has a module for each command, and `imaginet_pt.__main__` the list of them. The
computing is done in the rooms below, which never print results.
"""
