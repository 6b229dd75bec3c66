"""The commands of `imaginet`: a module with HELP, EXAMPLE, `add_options` and `run` for each.

Modules import slow libraries (PyTensor, pandas, matplotlib) inside functions, so that
`imaginet --help` is quick. Options that several commands share are in `cli.options`.
"""
