"""The one exception that stands for a user's mistake."""


class UserError(Exception):
    """A mistake of the user: one line that names the value, what was wanted and the fix.

    The command line prints the line and exits with status 2; it never shows a traceback for it.
    """
