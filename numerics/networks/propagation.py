"""Pushes inputs through thousands of layers, and the gradient back, without storing the network or its activations.

Forward, one layer of activations is held at a time. Backward, the activations are needed again: those of every √L-th
layer were kept, and a stretch of √L layers is computed anew from each. The weights are drawn anew from their seed.
Nothing here is certain in the sense of a proof: these are doubles.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np

from numerics.networks.elementwise import elementwise
from numerics.networks.initializing import INPUTS, TARGETS, Weights, stream
from theory.errors import StatementError
from theory.networks import checked_widths

Array = np.ndarray
QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)
NEAR = 0.01
"""Saturated: the slope is at most this part of the slope at 0 (of 1 at a kink). Collapsed: f(z) is this near f(0)."""
BUDGET = 2**30
"""Bytes for activations that are kept; what needs more is done in groups of inputs."""


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


@dataclass
class Propagation:
    """A network of `widths` n_0, …, n_L and its inputs; `run` goes through it once in each direction.

    `every` reports each such layer, and the last. `tick` is called once for each layer and direction.
    """

    weights: Weights
    widths: tuple[int, ...]
    inputs: Array
    residual: bool = False
    gradient: bool = True
    every: int = 1
    tick: Callable[[], None] = lambda: None
    _kept: dict[int, Array] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.widths = checked_widths(self.widths)
        if self.inputs.ndim != 2 or self.inputs.shape[0] != self.widths[0]:
            raise StatementError(f"the inputs have the shape {self.inputs.shape}: give {self.widths[0]} rows, n_0")
        check_size(max(self.widths), self.inputs.shape[1])
        if not np.isfinite(self.inputs).all():
            raise StatementError("the inputs hold NaN or infinity: give finite numbers")
        self.value, self.slope = elementwise(self.weights.f)

    @property
    def depth(self) -> int:
        return len(self.widths) - 1

    @property
    def stride(self) -> int:
        return math.isqrt(max(1, self.depth - 1)) + 1

    @property
    def group(self) -> int:
        """So many inputs go back at a time: their kept layers, and one stretch with its z, stay within the budget."""
        return max(1, BUDGET // (8 * max(self.widths) * (3 * self.stride + 8)))

    def run(self) -> list[Layer]:
        """The report on each layer, from the first to the last."""
        together = self.inputs.shape[1] <= self.group
        with np.errstate(all="ignore"):
            rows: list[Layer] = []
            last = self.inputs
            for l, z, value, a in self.forward(self.inputs, 1, self.depth):
                self.tick()
                if l % self.every == 0 or l == self.depth:
                    rows.append(self.report(l, z, value, a))
                if together and l % self.stride == 0 and self.gradient:
                    self._kept[l] = a
                last = a
            if self.gradient:
                logs = self.backward(last if together else None)
                for row in rows:
                    row.gradient, row.log10_gradient = _told(logs[row.layer])
        self._kept = {}
        return rows

    def weight(self, l: int) -> Array:
        return self.weights.layer(l, self.widths[l], self.widths[l - 1])

    def forward(self, a: Array, first: int, last: int) -> Iterator[tuple[int, Array, Array, Array]]:
        """(l, z^{(l)}, σ(z^{(l)}), a^{(l)}) for l = first, …, last, from a = a^{(first−1)}."""
        for l in range(first, last + 1):
            z = self.weight(l) @ a
            value = self.value(z)
            a = value + a if self.shortcut(l) else value
            yield l, z, value, a

    def shortcut(self, l: int) -> bool:
        return self.residual and self.widths[l] == self.widths[l - 1]

    def report(self, l: int, z: Array, value: Array, a: Array) -> Layer:
        f = self.weights.f
        steepest = 1.0 if f.slope_at_zero is None else abs(float(f.slope_at_zero))
        finite = np.isfinite(a)
        overflowed = 1 - float(finite.mean())
        spread = mean = std = None
        if not overflowed:
            mean, std = _moments(a)
            ordered = np.sort(a, axis=None)
            spread = tuple(float(ordered[round(level * (a.size - 1))]) for level in QUANTILES)
        flat = float(np.mean(np.abs(self.slope(z)) <= NEAR * steepest))
        still = float(np.mean(np.abs(value - float(f.value_at_zero)) <= NEAR))
        return Layer(l, mean, std, spread, flat, still, overflowed)

    def backward(self, last: Array | None) -> Array:
        """log of the mean square of ‖δ^{(l)}‖ at the place l; −∞ where it is 0, NaN where it is no number."""
        count = self.inputs.shape[1]
        targets = stream(self.weights.seed, *TARGETS).standard_normal((self.widths[-1], count))
        logs = np.full(self.depth + 1, -np.inf)
        for begin in range(0, count, self.group):
            part = slice(begin, begin + self.group)
            if last is None:
                self._kept = {}
                final = self.inputs[:, part]
                for l, _, _, final in self.forward(self.inputs[:, part], 1, self.depth):
                    if l % self.stride == 0:
                        self._kept[l] = final
            else:
                final = last
            found = self._group_backward(self.inputs[:, part], final - targets[:, part])
            logs = np.logaddexp(logs, found)
        return logs - math.log(count)

    def _group_backward(self, inputs: Array, reaching: Array) -> Array:
        logs = np.full(self.depth + 1, -np.inf)
        scale = 0.0  # the true signal is e^scale times the one at hand, which neither overflows nor underflows
        for begin in range((self.depth - 1) // self.stride * self.stride, -1, -self.stride):
            start = inputs if begin == 0 else self._kept.pop(begin)
            stretch = list(self.forward(start, begin + 1, min(begin + self.stride, self.depth)))
            while stretch:
                l, z, _, _ = stretch.pop()
                delta = reaching * self.slope(z)
                through = self.weight(l).T @ delta
                reaching = through + reaching if self.shortcut(l) else through
                logs[l] = 2 * scale + np.log(np.einsum("ij,ij->", delta, delta))
                largest = float(np.abs(reaching).max())
                if 0 < largest < math.inf and not 1e-50 < largest < 1e50:
                    reaching = reaching / largest
                    scale += math.log(largest)
                self.tick()
        return logs


def check_size(width: int, count: int) -> None:
    """StatementError where one layer of all inputs, with what is computed from it, does not fit into 4 GiB."""
    if 6 * 8 * width * count > 4 * BUDGET:
        size = f"{count} inputs of width {width}"
        raise StatementError(f"{size} need more than 4 GiB for one layer: give fewer inputs, or a smaller width")


def gaussian_inputs(width: int, count: int, seed: int) -> Array:
    """Inputs x ∼ N(0, 1), of shape (width, count)."""
    return stream(seed, *INPUTS).standard_normal((width, count))


def _moments(a: Array) -> tuple[float | None, float | None]:
    """Mean and standard deviation; divided by the largest entry on the way, whose square may overflow."""
    largest = float(np.abs(a).max())
    if largest == 0:
        return 0.0, 0.0
    scaled = a / largest
    mean, std = float(scaled.mean()) * largest, float(scaled.std()) * largest
    return (mean if math.isfinite(mean) else None), (std if math.isfinite(std) else None)


def _told(log: float) -> tuple[float | None, float | None]:
    """The gradient and its decimal logarithm, from the logarithm of its square."""
    if math.isnan(log) or log == math.inf:
        return None, None
    if log == -math.inf:
        return 0.0, None
    half = log / 2
    return (math.exp(half) if half < 709 else None), half / math.log(10)
