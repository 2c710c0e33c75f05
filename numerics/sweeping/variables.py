"""What a sweep gives: the names to ask for, and the variables they stand for."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from numerics.sweeping.grid import AXES, Tile
from theory.errors import StatementError

NEVER = -1
"""A vanishing depth where there is none down to the last layer."""


@dataclass(frozen=True)
class Variable:
    """An array of the results. `dtype` is None for the machine number of the sweep."""

    name: str
    dims: tuple[str, ...] = AXES
    dtype: str | None = None
    about: str = ""

    def stored_as(self, real: str) -> str:
        return self.dtype or real

    def region(self, tile: Tile) -> tuple[slice, ...]:
        """The tile's part of the array."""
        along = dict(zip(AXES, tile.region, strict=True))
        return tuple(along.get(name, slice(None)) for name in self.dims)

    def is_of(self, tile: Tile) -> bool:
        """Whether this tile is the one of those at the same place that holds the variable."""
        return all(name in self.dims or part.start == 0 for name, part in zip(AXES, tile.region, strict=True))

    def fill(self) -> float | int:
        """What stands where nothing was written yet."""
        return np.nan if self.dtype is None else int(np.iinfo(self.dtype).min)


_EACH_LAYER = ("layer", *AXES)
WANTED: dict[str, tuple[Variable, ...]] = {
    "log_gradient": (Variable("log_gradient", _EACH_LAYER, about="natural logarithm of |∂g/∂θ_k|"),),
    "gradient_sign": (Variable("gradient_sign", _EACH_LAYER, "int8", "sign of ∂g/∂θ_k"),),
    "output": (Variable("output", about="g"),),
    "distance": (Variable("distance", about="distance of |g| to α times the fixed point"),),
    "vanishing_depth": (Variable("vanishing_depth", dtype="int64", about="least l with |∂g_l/∂θ_1| < ε, −1: none"),),
    "peak": (
        Variable("log_peak", about="natural logarithm of the largest |∂g_l/∂θ_1|"),
        Variable("peak_depth", dtype="int64", about="first l where |∂g_l/∂θ_1| is largest"),
    ),
    "scale_needed": (Variable("scale_needed", ("theta", "x"), about="least α with |∂g/∂θ_1| ≥ ε"),),
}
WITH_EPSILON = ("vanishing_depth", "scale_needed")


def checked_names(want: Iterable[str]) -> tuple[str, ...]:
    """The names that are wanted, each once and in the order of `WANTED`."""
    given = list(want)
    if unknown := [name for name in given if name not in WANTED]:
        raise StatementError(f"{unknown[0]!r} is nothing that a sweep gives: use some of {', '.join(WANTED)}")
    if not given:
        raise StatementError(f"nothing is wanted: use some of {', '.join(WANTED)}")
    return tuple(name for name in WANTED if name in given)


def variables(want: Iterable[str]) -> list[Variable]:
    return [variable for name in want for variable in WANTED[name]]


def notes(given: Iterable[Variable]) -> dict[str, dict[str, str]]:
    """What each variable is, as the CF conventions say it."""
    return {variable.name: {"long_name": variable.about} for variable in given if variable.about}
