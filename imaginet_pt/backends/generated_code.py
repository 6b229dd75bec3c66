"""Where the Python code lies that PyTensor generates for numba and JAX."""

from typing import Any

import pytensor


def keep_generated_code() -> None:
    """Have PyTensor keep it in its cache, where it reads it again.

    Otherwise each start leaves some hundred files in the system's temporary folder. A PyTensor that
    cannot be told, before 3.3, still does.
    """
    config: Any = pytensor.config
    if not getattr(config, "generated_src_dir", "unknown"):
        config.generated_src_dir = str(config.base_compiledir / "generated")
