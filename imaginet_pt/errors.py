"""The exceptions that stand for a user's mistake."""


class UserError(ValueError):
    """A mistake of the user: one line that names the value, what was wanted and the fix.

    White space in the message, which may come from a file, becomes single spaces. An argument or
    a setting is named in backticks, as in "`rate` is -1; it must be above 0": a Python user knows
    it by that name, and the command line shows it as `--rate`.
    """

    def __init__(self, message: object) -> None:
        super().__init__(" ".join(str(message).split()))


class UserTypeError(UserError, TypeError):
    """A mistake of the user: a value of the wrong type."""
