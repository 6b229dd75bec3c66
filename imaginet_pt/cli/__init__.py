"""The command line: its parser, the options that commands share, and what a terminal shows.

`commands` has a module for each command, and `imaginet_pt.__main__` the list of them.
What a command computes does not live here, but in the packages below, which never print.
"""
