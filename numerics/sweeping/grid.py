"""The grid of a sweep: its axes θ, x and α, and the tiles that it is cut into."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from theory.errors import StatementError

Array = np.ndarray
AXES: tuple[str, ...] = ("theta", "x", "alpha")
LARGEST, SMALLEST = 1e100, 1e-100
MOST_VALUES = 10**9
TILE = 2**19
"""Points in a tile, about: 4 MiB for each variable and layer, and less than a second of work at a hundred layers."""


def parse_axis(text: str, name: str) -> Array:
    """The values of an axis: A:B:N (N of them from A to B, evenly), A:B:N:log (by equal factors), or A,B,C."""
    given = text.strip()
    parts = given.split(":")
    if len(parts) == 1:
        return checked_axis(np.array([_number(part, given, name) for part in given.split(",")]), name)
    if len(parts) not in (3, 4) or (len(parts) == 4 and parts[3].strip() != "log"):
        raise StatementError(
            f"{given!r} is no axis {name}: give A:B:N, such as 0.5:3:1024, A:B:N:log for equal factors, or values A,B,C"
        )
    low, high = (_number(part, given, name) for part in parts[:2])
    digits = parts[2].strip()
    count = int(digits) if digits.isascii() and digits.isdigit() and len(digits) < 12 else 0
    if not 1 <= count <= MOST_VALUES:
        raise StatementError(f"{parts[2].strip()!r} in {given!r} is no number of values: give a whole number from 1 up")
    if low > high:
        raise StatementError(f"the axis {name} {given!r} is reversed: write {parts[1].strip()}:{parts[0].strip()}:…")
    if count > 1 and low == high:
        raise StatementError(f"the axis {name} {given!r} has {count} times the same value: give one value, {low:g}")
    if len(parts) == 3:
        return checked_axis(np.linspace(low, high, count), name)
    if low <= 0:
        raise StatementError(f"the axis {name} {given!r} has no logarithm at {low:g}: begin above 0, or leave out :log")
    return checked_axis(np.geomspace(low, high, count), name)


def _number(text: str, whole: str, name: str) -> float:
    above, slash, below = text.partition("/")
    try:
        value = float(above) / float(below) if slash else float(text)
    except (ValueError, ZeroDivisionError):
        value = math.nan
    if not math.isfinite(value):
        where = f" in {whole!r}" if text.strip() != whole else ""
        raise StatementError(f"{text.strip()!r}{where} is no value of {name}: give a number")
    return value


def checked_axis(values: Array, name: str) -> Array:
    """The values as doubles. StatementError where there are none, or some are not numbers or beyond reach."""
    values = np.atleast_1d(np.asarray(values, dtype=np.float64))
    if values.size == 0:
        raise StatementError(f"the axis {name} is empty: give at least one value")
    bad = ~np.isfinite(values)
    if bad.any():
        raise StatementError(f"the axis {name} holds {values[bad][0]}: give numbers")
    if name == "alpha" and (values <= 0).any():
        raise StatementError(f"the axis alpha holds {values[values <= 0][0]:g}: the scale α is a number above 0")
    far = (np.abs(values) > LARGEST) | ((values != 0) & (np.abs(values) < SMALLEST))
    if far.any():
        raise StatementError(
            f"the axis {name} holds {values[far][0]:g}: give 0, or sizes from {SMALLEST:g} to {LARGEST:g}"
        )
    return values


@dataclass(frozen=True)
class Tile:
    """A part of the grid: where it begins and ends along each axis."""

    number: int
    theta: slice
    x: slice
    alpha: slice

    @property
    def region(self) -> tuple[slice, slice, slice]:
        return self.theta, self.x, self.alpha


@dataclass(frozen=True)
class Grid:
    """Every θ with every x and every α. `theta` has a row for each chain where it has one θ for each layer."""

    theta: Array
    x: Array
    alpha: Array

    @property
    def shape(self) -> tuple[int, int, int]:
        return self.theta.shape[0], self.x.size, self.alpha.size

    @property
    def points(self) -> int:
        return math.prod(self.shape)

    @cached_property
    def tile_shape(self) -> tuple[int, int, int]:
        """The shape of a tile: of about `TILE` points, as many x and α as fit, for these share their θ."""
        rows, columns, depth = self.shape
        last = min(depth, TILE)
        middle = min(columns, max(1, TILE // last))
        return min(rows, max(1, TILE // (last * middle))), middle, last

    def tiles(self) -> Iterator[Tile]:
        number = 0
        cuts = [range(0, size, step) for size, step in zip(self.shape, self.tile_shape, strict=True)]
        for theta in cuts[0]:
            for x in cuts[1]:
                for alpha in cuts[2]:
                    ends = [
                        slice(begin, min(begin + step, size))
                        for begin, step, size in zip((theta, x, alpha), self.tile_shape, self.shape, strict=True)
                    ]
                    yield Tile(number, *ends)
                    number += 1

    @property
    def tile_count(self) -> int:
        return math.prod(-(-size // step) for size, step in zip(self.shape, self.tile_shape, strict=True))
