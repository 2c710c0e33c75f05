"""Files that a command is told to write: what can be wrong with them is found before anything is computed."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from gradproof.usage import UsageError


def check_writable(option: str, name: str, endings: Sequence[str]) -> None:
    """UsageError where a file of this name cannot be written, or has none of the endings, if there are any."""
    path = Path(name)
    if endings and path.suffix.lower() not in endings:
        raise UsageError(f"--{option} {name!r} is no {' or '.join(endings)} file: choose one of these endings")
    if not path.parent.is_dir():
        raise UsageError(f"--{option} {name!r} cannot be written: there is no directory {str(path.parent)!r}")
    if path.is_dir():
        raise UsageError(f"--{option} {name!r} cannot be written: it is a directory; name another file")
    if not os.access(path.parent, os.W_OK):
        raise UsageError(f"--{option} {name!r} cannot be written: {str(path.parent)!r} is read-only to you")


def write_whole(name: str, fill: Callable[[Path], Any]) -> None:
    """Has a file beside the wanted one filled, and puts it in its place. UsageError where that cannot be."""
    path = Path(name)
    try:
        handle, beside = tempfile.mkstemp(dir=path.parent, suffix=path.suffix)
        os.close(handle)
        try:
            fill(Path(beside))
            os.chmod(beside, 0o644)
            os.replace(beside, path)
        except BaseException:
            os.unlink(beside)
            raise
    except OSError as error:
        raise UsageError(f"{name!r} cannot be written: {error.strerror}; name another file") from None
