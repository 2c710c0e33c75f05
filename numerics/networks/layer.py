"""What is reported of one layer of a network, and how it is read off the activations."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

Array = np.ndarray
QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)
NEAR = 0.01
"""Saturated: the slope is at most this part of the slope at 0 (of 1 at a kink). Collapsed: f(z) is this near f(0)."""


@dataclass
class Layer:
    """What is reported of a layer. None stands for a number that overflowed, or was not asked for.

    `quantiles` of the activations at 5, 25, 50, 75 and 95 %; `saturated`, `collapsed`, `overflowed`: shares of all
    activations. `gradient` is the root mean square over the inputs of ‖δ^{(l)}‖, δ = ∂C/∂z for C = ‖a^{(L)} − y‖²/2
    with y ∼ N(0, 1); it may underflow to 0 where its logarithm `log10_gradient` does not. A logarithm of None beside a
    gradient of 0 is a gradient that is 0 itself.
    """

    layer: int
    mean: float | None
    std: float | None
    quantiles: tuple[float, ...] | None
    saturated: float
    collapsed: float
    overflowed: float
    gradient: float | None = None
    log10_gradient: float | None = None

    def record(self) -> dict[str, Any]:
        """Flat, for a table: q05, …, q95 in the place of the quantiles."""
        flat = asdict(self)
        values = flat.pop("quantiles") or (None,) * len(QUANTILES)
        spread = {f"q{round(100 * level):02d}": value for level, value in zip(QUANTILES, values, strict=True)}
        head = {name: flat.pop(name) for name in ("layer", "mean", "std")}
        return head | spread | flat

    def tell_gradient(self, log: float) -> None:
        """The gradient and its decimal logarithm, from the logarithm of its square."""
        if log == -math.inf:
            self.gradient = 0.0
        elif math.isfinite(log):
            half = log / 2
            self.gradient, self.log10_gradient = (math.exp(half) if half < 709 else None), half / math.log(10)


def layer_report(l: int, flat: Array, saturated: int, collapsed: int) -> Layer:
    """The report on layer l from all of its activations, whose array is used up, and two numbers of units."""
    size = flat.size
    top, bottom = float(flat.max()), float(flat.min())  # NaN where there is one
    if not (math.isfinite(top) and math.isfinite(bottom)):
        overflowed = 1 - np.count_nonzero(np.isfinite(flat)) / size
        return Layer(l, None, None, None, saturated / size, collapsed / size, overflowed)
    spread = tuple(order_statistics(flat, [round(level * (size - 1)) for level in QUANTILES]))
    mean, std = _moments(flat, max(top, -bottom))
    return Layer(l, mean, std, spread, saturated / size, collapsed / size, 0.0)


def within(x: Array, bound: float, of: float = 0.0) -> int:
    """How many |x_i − of| ≤ bound; NaN is not."""
    x = x - of if of else x
    return int(np.count_nonzero(x <= bound) - np.count_nonzero(x < -bound))


def order_statistics(x: Array, ranks: Sequence[int]) -> list[float]:
    """The entries of these ranks (rising, from 0) of a flat array without NaN, which is rearranged.

    The middle rank parts the array, and only one side of it has to be looked at for each of the others: an eighth of
    the time of `numpy.partition` with all of them, and less than a sort.
    """
    if not ranks:
        return []
    middle = len(ranks) // 2
    rank = ranks[middle]
    x.partition(rank)
    found = float(x[rank])
    below, above = ranks[:middle], [r - rank - 1 for r in ranks[middle + 1 :] if r > rank]
    same = [found] * (1 + sum(r == rank for r in ranks[middle + 1 :]))
    # A rank among `below` may be `rank` itself, where there are few entries.
    return [*order_statistics(x[: rank + 1], below), *same, *order_statistics(x[rank + 1 :], above)]


def _moments(x: Array, largest: float) -> tuple[float | None, float | None]:
    """Mean and standard deviation; x is used up. Far from 1 its squares might overflow: it is scaled on the way."""
    if largest == 0:
        return 0.0, 0.0
    scale = 1.0 if 1e-100 < largest < 1e100 else largest
    if scale != 1.0:
        x /= scale
    mean = float(x.mean())
    x -= mean
    mean, std = mean * scale, math.sqrt(float(x @ x) / x.size) * scale
    return (mean if math.isfinite(mean) else None), (std if math.isfinite(std) else None)
