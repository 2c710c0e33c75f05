"""What every kind of sweep has: of gradients (engine.Plan), of a claim's slack (slack.ClaimPlan), of cells with certain
bounds (rigorous.plan.RigorousPlan). Stores, clusters, tiles and the command line ask for nothing else."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

import numpy as np

from numerics.sweeping.grid import Grid, Tile
from numerics.sweeping.variables import Variable


class Sweepable(Protocol):
    """A sweep before it is run: a grid, what is wanted on it, and how a tile of it is computed."""

    @property
    def grid(self) -> Grid: ...
    @property
    def depth(self) -> int: ...
    @property
    def layers(self) -> tuple[int, ...]: ...
    @property
    def backend(self) -> str: ...
    @property
    def dtype(self) -> str: ...
    @property
    def names(self) -> tuple[str, ...]:
        """The axes in use."""
        ...

    @property
    def variables(self) -> list[Variable]: ...
    def dimensions(self, variable: Variable) -> tuple[str, ...]:
        """The names of its dimensions."""
        ...

    def shape_of(self, variable: Variable) -> tuple[int, ...]: ...
    def point(self, at: Sequence[int]) -> dict[str, Any]:
        """The values along the axes at a place of the grid."""
        ...

    def coordinates(self) -> dict[str, Any]:
        """For each coordinate its dimensions and values, as xarray takes them."""
        ...

    def notes(self) -> Mapping[str, Mapping[str, Any]]:
        """Attributes of variables and coordinates."""
        ...

    def identity(self) -> dict[str, Any]:
        """What has to be the same for the same results, beside the grid."""
        ...

    def described(self) -> str: ...
    def sample(self, rows: np.ndarray, columns: np.ndarray, alphas: np.ndarray) -> Sweepable:
        """The same sweep on a part of the grid, to see how long it takes."""
        ...

    def prepare(self) -> None:
        """Sets up what all tiles share, before any thread asks for it."""
        ...

    def compute(self, tile: Tile) -> dict[str, np.ndarray]: ...
