"""Files that a command is told to write: what can be wrong with them is found before anything is computed."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from gradproof.usage import UsageError


def check_writable(option: str, name: str, endings: Sequence[str]) -> None:
    """UsageError where a file of this name cannot be written, or has none of the endings."""
    path = Path(name)
    if path.suffix.lower() not in endings:
        raise UsageError(f"--{option} {name!r} is no {' or '.join(endings)} file: choose one of these endings")
    if not path.parent.is_dir():
        raise UsageError(f"--{option} {name!r} cannot be written: there is no directory {str(path.parent)!r}")
    if path.is_dir():
        raise UsageError(f"--{option} {name!r} cannot be written: it is a directory; name another file")
    if not os.access(path.parent, os.W_OK):
        raise UsageError(f"--{option} {name!r} cannot be written: {str(path.parent)!r} is read-only to you")
