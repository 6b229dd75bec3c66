"""The built-in corpus: scenes drawn from a seed, told in English, and shown as feature vectors.

It stands in where no data are at hand. Whatever is not about making it up is elsewhere in `data`.
"""
