"""An axis of a sweep as it is drawn: thinned, in rising order, evenly or by equal factors."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

Array = np.ndarray
SYMBOLS = {"theta": r"$\theta$", "x": "$x$", "alpha": r"$\alpha$"}
_WORDS = {"theta": "weight", "x": "input", "alpha": "scale"}
_NEAR = 1.0
"""Where nothing is said, an axis that is not drawn is taken at its value nearest to this."""


@dataclass(frozen=True)
class Axis:
    """A dimension of the store, all of its values, and what stands for them where they are only numbers."""

    dimension: str
    name: str
    values: Array

    @property
    def size(self) -> int:
        return self.values.size

    def nearest(self, wanted: float | None) -> int:
        """The place of the value nearest to the one wanted, the first of them; to 1 where none is."""
        return int(np.abs(self.values - (_NEAR if wanted is None else wanted)).argmin())

    @property
    def symbol(self) -> str:
        return SYMBOLS.get(self.name, self.name)

    @property
    def label(self) -> str:
        return f"{_WORDS[self.name]} {SYMBOLS[self.name]}" if self.name in SYMBOLS else f"{self.name} (number)"


@dataclass(frozen=True)
class Drawn:
    """An axis that is drawn: the values that are, in rising order, and the order in which they are read."""

    axis: Axis
    step: int
    values: Array
    order: Array

    @property
    def geometric(self) -> bool:
        """Whether the values go by equal factors rather than by equal steps."""
        if self.values.size < 3 or self.values[0] <= 0:
            return False
        return _unevenness(np.log(self.values)) < _unevenness(self.values)

    @property
    def edges(self) -> Array:
        """The ends of the cells about the values: half way to the next, in the logarithm where they are geometric."""
        at = np.log(self.values) if self.geometric else self.values
        half = np.diff(at) / 2
        ends = np.concatenate([[at[0] - half[0]], at[:-1] + half, [at[-1] + half[-1]]])
        return np.exp(ends) if self.geometric else ends


def drawn(axis: Axis, most: int) -> Drawn:
    """At most so many values of an axis: every n-th; of equal values the first."""
    step = -(-axis.size // most)
    values, order = np.unique(axis.values[::step], return_index=True)
    return Drawn(axis, step, values, order)


def _unevenness(values: Array) -> float:
    steps = np.diff(values)
    return float(np.std(steps) / np.mean(steps))
