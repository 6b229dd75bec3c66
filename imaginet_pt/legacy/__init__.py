"""Checkpoints of the original program: reading them safely, and converting them to run folders.

A checkpoint of 2015 is a Python 2 pickle; nothing in it is ever called. What is converted is an
ordinary run, which the other rooms read; nothing else in the package knows the old format.
"""
