"""The commands of `imaginet`, a module each: HELP, EXAMPLE, `add_options(parser)` and `run(args)`.

A module imports what takes long (PyTensor, pandas, matplotlib) inside its functions, so that
`imaginet --help` is quick. What several commands share lives in `cli.options`.
"""
