"""Data sets: captioned images, their features and word pairs, and how a model reads them.

`data_provider` loads what `download` fetched or `scenes` makes up; `preprocessing`, `iterators`,
`scalers` and `examples` turn it into minibatches. Models and training are elsewhere.
"""
