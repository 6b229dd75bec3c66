"""Checkpoints of the original program: read them safely, and convert them to run folders.

A checkpoint of 2015 is a Python 2 pickle; nothing in it is ever called. The result is an ordinary
run for the other rooms; nothing else in the package knows the old format.
"""
