"""What lets an orbit with one θ in all layers skip most of them: set up for every θ once, before a sweep runs."""

from __future__ import annotations

import numpy as np

from numerics.sweeping.closing import ROW, closing
from numerics.sweeping.leaps import NEAR, even, leaps
from theory.activations import Activation

Array = np.ndarray
FROM_DEPTH = 129
"""The least depth that is worth setting anything up."""
_TIME_OF_A_THETA, _ALWAYS_FROM = 200_000, 10_000
"""Setting up a θ takes as long as that many layers of a chain; chains that are deep enough get it all the same."""


class Shortcuts:
    """For the sizes |θ| > 0 of a sweep: the series about their fixed points, and the leaps of those near 1/f′(0)."""

    def __init__(self, f: Activation, sizes: Array, depth: int, columns: int, fixed_points: bool):
        self.sizes = np.unique(sizes[sizes > 0])
        self.used = depth >= FROM_DEPTH and (depth > _ALWAYS_FROM or columns * depth >= _TIME_OF_A_THETA)
        self.rows, self.radii = np.zeros((self.sizes.size, ROW)), np.zeros(self.sizes.size)
        self.which = np.full(self.sizes.size, -1)
        self.leaps, self.even = np.zeros((0, 0, 2)), False
        if self.used or fixed_points:
            self.rows, radii = closing(f, self.sizes)
        if self.used:
            self.radii = radii
            near = np.abs(self.sizes * float(f.slope_at_zero) - 1) <= NEAR  # pyright: ignore[reportArgumentType]
            self.which[near] = np.arange(near.sum())
            self.leaps, self.even = leaps(f, self.sizes[near], depth.bit_length()), even(f)

    def of(self, sizes: Array) -> tuple[Array, Array, Array]:
        """The series, their radii, and the places of the leaps, for some of the sizes."""
        at = np.searchsorted(self.sizes, sizes)
        return self.rows[at], self.radii[at], self.which[at]

    def fixed_points(self, sizes: Array) -> Array:
        """y* for any sizes ≥ 0."""
        found = np.zeros(sizes.size)
        found[sizes > 0] = self.rows[np.searchsorted(self.sizes, sizes[sizes > 0]), 0]
        return found
