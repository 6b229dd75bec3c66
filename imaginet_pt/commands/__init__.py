"""A module for each command: HELP, EXAMPLE, `add_options(parser)` and `run(args)`, see `cli`."""
