"""Whether there is a GPU: asked once, here."""

from __future__ import annotations

from functools import lru_cache
from importlib.util import find_spec


@lru_cache(maxsize=1)
def missing_device() -> str | None:
    """Why no GPU can be used; None where one can."""
    if not find_spec("cupy"):
        return "CuPy is not installed"
    import cupy  # pyright: ignore[reportMissingImports]

    return None if cupy.is_available() else "CuPy finds no GPU"
