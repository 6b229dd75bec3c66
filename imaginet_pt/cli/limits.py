"""Check the system's limits (`ulimit`) before any library is loaded."""

import resource

from ..errors import UserError

OPEN_FILES = 32
ADDRESS_SPACE = 10**9  # bytes; NumPy's and PyTensor's libraries alone map 0.6 GB


def check_limits() -> None:
    """Check that this process may open enough files and map enough memory for any command.

    With less, libraries fail to load with many lines of output, or hang.

    Raises:
        UserError: a limit is too low.
    """
    files, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    if files != resource.RLIM_INFINITY and files < OPEN_FILES:
        raise UserError(f"only {files} files may be open; allow at least 64: ulimit -n 64")
    space, _ = resource.getrlimit(resource.RLIMIT_AS)
    if space != resource.RLIM_INFINITY and space < ADDRESS_SPACE:
        raise UserError(
            f"only {space / 1e6:,.0f} MB of address space are allowed; allow at least 2 GB: "
            "ulimit -v 2000000"
        )
