"""Finds claims by pattern, and says what was probably meant when there are none."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from difflib import get_close_matches
from fnmatch import fnmatchcase

from gradproof.usage import UsageError


def nearest(name: str, ids: Iterable[str], count: int = 3) -> list[str]:
    """The ids most like `name`: the folder that it names, ids that contain it, then ids that are spelled alike."""
    ids = list(ids)
    bare = name.strip("*/ ")
    if any(id.startswith(f"{bare}/") for id in ids) and bare:
        return [f"{bare}/*"]
    inside = [id for id in ids if bare and bare in id]
    by_leaf = {id.rsplit("/", 1)[-1]: id for id in reversed(ids)}
    leaves = [by_leaf[leaf] for leaf in get_close_matches(bare, by_leaf, count, 0.6)]
    alike = get_close_matches(bare, ids, count, 0.8)
    return list(dict.fromkeys([*inside, *leaves, *alike]))[:count]


def unknown(name: str, ids: Iterable[str]) -> str:
    """The message for a name that no claim has."""
    near = " or ".join(map(repr, nearest(name, ids)))
    advice = f"did you mean {near}?" if near else "'gradproof check' alone settles, and lists, them all"
    return f"no claim matches {name!r}: {advice}"


def select(ids: Sequence[str], patterns: Sequence[str]) -> list[str]:
    """The ids that match one of the patterns, in their own order; all of them if there is no pattern.

    In a pattern * stands for any characters, slashes too, ? for one, and [ab] for a or b. A pattern that matches
    nothing is a UsageError.
    """
    for pattern in patterns:
        if not any(fnmatchcase(id, pattern) for id in ids):
            raise UsageError(unknown(pattern, ids))
    return [id for id in ids if not patterns or any(fnmatchcase(id, pattern) for pattern in patterns)]
