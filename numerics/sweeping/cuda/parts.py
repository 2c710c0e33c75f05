"""The parts that a region of a grid is computed in: as large as memory allows, and halved where it does not."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import TypeVar

Region = tuple[range, range, range]
"""Where a part is along θ, x and α."""
Result = TypeVar("Result")


def points(region: Region) -> int:
    return math.prod(map(len, region))


def halves(region: Region) -> tuple[Region, Region]:
    """The two halves along the first axis that can be cut: points with the same θ stay together as long as they can."""
    axis = next(axis for axis, cut in enumerate(region) if len(cut) > 1)
    cut = region[axis]
    middle = len(cut) // 2
    first, second = list(region), list(region)
    first[axis], second[axis] = cut[:middle], cut[middle:]
    return (first[0], first[1], first[2]), (second[0], second[1], second[2])


def computed(
    region: Region, most: int, compute: Callable[[Region], Result], out_of_memory: type[Exception]
) -> Iterator[tuple[Region, Result]]:
    """Computes the region in parts of at most `most` points, in order; a part that memory has no room for is halved.

    The error is raised for what it is where there is no room for a single point.
    """
    pending = [region]
    while pending:
        part = pending.pop()
        if points(part) <= max(1, most):
            try:
                result = compute(part)
            except out_of_memory:
                if points(part) == 1:
                    raise
                most = points(part) // 2
            else:
                yield part, result
                continue
        pending += reversed(halves(part))
