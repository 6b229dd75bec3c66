"""The one exception that stands for a user's mistake."""


class UserError(Exception):
    """A mistake of the user: one line that names the value, what was wanted and the fix.

    The command line prints the line and exits with status 2; it never shows a traceback for it.
    White space in the message, which may come from a file, becomes single spaces.
    """

    def __init__(self, message):
        super().__init__(" ".join(str(message).split()))
