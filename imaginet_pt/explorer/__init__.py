"""The explorer: one HTML file that holds a run's network and runs it in the reader's browser.

Here lives what goes into that file: which runs can, their arrays as text, pictures, sizes; and,
under `web`, the JavaScript of the network and of the views.
What a run finds nearest is computed in `evaluation`; nothing here trains or reads a command line.
"""
