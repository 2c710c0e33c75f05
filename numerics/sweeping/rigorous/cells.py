"""From the orbits at the corners to bounds of log|∂g/∂θ_k| over cells, and the verdicts.

See `numerics.sweeping.rigorous` for why these are bounds.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from numerics.sweeping.rigorous.elementary import logarithm_down, logarithm_up
from numerics.sweeping.rigorous.rounded import add_down, add_up, div_down, div_up
from numerics.sweeping.rigorous.sides import slopes
from theory.activations import Activation

Array = np.ndarray
ABOVE, BELOW, UNDECIDED = 1, -1, 0
_PIECE = 2**13
"""Boxes that are split at a time."""


class Kernels(Protocol):
    HASH: str

    def run(self, side: str, theta: Array, start: Array, depth: int, marks: Array) -> Array: ...


@dataclass(frozen=True)
class Chains:
    """The chains of a sweep: f, how deep, which layers, and what runs their orbits."""

    f: Activation
    depth: int
    marks: Array
    kernels: Any

    def corners(self, theta: Array, x: Array, alpha: Array) -> tuple[Array, Array]:
        """Bounds at every corner of batches of boxes, from sizes |θ|, |x| and α of shapes (…, n).

        Two arrays of shape (3 + layers, …, θ, x, α). The first has lower bounds of log y_l and log y_{l−1}, and upper
        bounds of log(f(z_l)/z_l) and of Σ_{i≥k} log e(z_i); in the second it is the other way around.
        """
        weights = theta[..., :, None, None]
        sizes, scales = x[..., None, :, None], alpha[..., None, None, :]
        shape = np.broadcast_shapes(weights.shape, sizes.shape, scales.shape)
        weights = np.broadcast_to(weights, shape).ravel()
        live = (weights != 0) & np.broadcast_to(sizes != 0, shape).ravel()
        found = []
        for side, divided in (("lower", div_down), ("upper", div_up)):
            starts = np.where(scales == 1, sizes, divided(sizes, scales))
            starts = np.broadcast_to(starts, shape).ravel()
            values = self._at_zero(side, weights, starts)
            if live.any():
                values[:, live] = self.kernels.run(side, weights[live], starts[live], self.depth, self.marks)
            found.append(values.reshape(-1, *shape))
        return found[0], found[1]

    def _at_zero(self, side: str, weights: Array, starts: Array) -> Array:
        """The bounds where θ = 0 or x = 0: every output after the first y_0 is 0, and e(0) = 1."""
        values = np.zeros((3 + self.marks.size, starts.size))
        values[:2] = -np.inf
        if self.depth == 1:
            only = (weights == 0) & (starts > 0)
            log = logarithm_down if side == "lower" else logarithm_up
            values[1, only] = log(starts[only], np.zeros(int(only.sum())))
        values[2] = slopes(self.f)["LOG_SLOPE_UP" if side == "lower" else "LOG_SLOPE_DOWN"]
        return values

    def bounds(self, theta: Ends, x: Ends, alpha: Ends) -> tuple[Array, Array]:
        """Certain lower and upper bounds, of shape (layers, …, θ, x, α) with the numbers of cells along each axis."""
        low, high = self.corners(theta.nodes, x.nodes, alpha.nodes)
        t, p, a = theta.low, x.low, alpha.low
        T, P, A = theta.high, x.high, alpha.high
        with np.errstate(invalid="ignore", divide="ignore"):
            # Of the two bounds of y_l/θ the better one; NaN stands for none, where θ = 0.
            through = add_down(_at(low[0], t, p, a), -_logs(logarithm_up, theta)[..., T, None, None])
            before = add_down(_at(low[1], t, p, a), _at(high[2], T, p, a))
            lower = add_down(np.fmax(through, before), _logs(logarithm_down, alpha)[..., None, None, a])
            lower = add_down(lower, _at(high[3:], T, P, a))
            through = add_up(_at(high[0], T, P, A), -_logs(logarithm_down, theta)[..., t, None, None])
            before = add_up(_at(high[1], T, P, A), _at(low[2], t, P, A))
            upper = add_up(np.fmin(through, before), _logs(logarithm_up, alpha)[..., None, None, A])
            upper = add_up(upper, _at(low[3:], t, p, A))
        return lower, upper


@dataclass(frozen=True)
class Ends:
    """Cells along an axis: sizes, and for each cell the places of the least and of the greatest size in it."""

    nodes: Array
    low: Array
    high: Array

    @classmethod
    def between(cls, values: Array) -> Ends:
        """The cells between neighbours of the axis, by size: one across 0 has the least size 0."""
        low, high = (values, values) if values.size == 1 else (values[:-1], values[1:])
        least = np.where((low < 0) & (high > 0), 0.0, np.minimum(np.abs(low), np.abs(high)))
        greatest = np.maximum(np.abs(low), np.abs(high))
        nodes = np.unique(np.concatenate([least, greatest]))
        return cls(nodes, np.searchsorted(nodes, least), np.searchsorted(nodes, greatest))

    @property
    def boxes(self) -> Array:
        """The least and the greatest size of each cell, of shape (cells, 2)."""
        return np.stack([self.nodes[self.low], self.nodes[self.high]], axis=-1)

    @classmethod
    def halved(cls, boxes: Array) -> Ends:
        """The two halves of each [low, high], shape (n, 2); an end that is a point stays one."""
        if (boxes[:, 0] == boxes[:, 1]).all():
            return cls(boxes[:, :1], np.array([0]), np.array([0]))
        middle = boxes[:, :1] + (boxes[:, 1:] - boxes[:, :1]) / 2
        return cls(np.concatenate([boxes[:, :1], middle, boxes[:, 1:]], axis=1), np.array([0, 1]), np.array([1, 2]))


def _at(values: Array, theta: Array, x: Array, alpha: Array) -> Array:
    return values[..., theta[:, None, None], x[None, :, None], alpha[None, None, :]]


def _logs(logarithm: Any, ends: Ends) -> Array:
    """log of the sizes, −∞ at 0."""
    positive = np.where(ends.nodes > 0, ends.nodes, 1.0)
    exact = np.where(ends.nodes == 1, 0.0, logarithm(positive, np.zeros_like(positive)))
    return np.where(ends.nodes > 0, exact, -np.inf)


@dataclass
class Found:
    """Bounds, verdicts, and the share of each box that is certainly at least ε, and certainly below it."""

    lower: Array
    upper: Array
    verdict: Array
    share_above: Array
    share_below: Array


def decided(lower: Array, upper: Array, log_epsilon: tuple[float, float]) -> Array:
    """ABOVE where the gradient is at least ε in the whole box, BELOW where it is less, else UNDECIDED."""
    above, below = lower >= log_epsilon[1], upper < log_epsilon[0]
    return np.where(above, ABOVE, np.where(below, BELOW, UNDECIDED)).astype(np.int8)


def refined(
    chains: Chains, boxes: Array, lower: Array, upper: Array, log_epsilon: tuple[float, float], levels: int
) -> Found:
    """The verdicts on boxes (n, 3, 2), those that are undecided halved along each axis, `levels` times over.

    Bounds over a box are the least and the greatest over its parts, and each part also has those of the whole.
    """
    verdict = decided(lower, upper, log_epsilon)
    found = Found(lower.copy(), upper.copy(), verdict, (verdict == ABOVE) * 1.0, (verdict == BELOW) * 1.0)
    open_boxes = np.flatnonzero((verdict == UNDECIDED).any(axis=0)) if levels else np.empty(0, int)
    for begin in range(0, open_boxes.size, _PIECE):
        _split(chains, boxes, found, open_boxes[begin : begin + _PIECE], log_epsilon, levels)
    return found


def _split(
    chains: Chains, boxes: Array, found: Found, which: Array, log_epsilon: tuple[float, float], levels: int
) -> None:
    ends = [Ends.halved(boxes[which, axis]) for axis in range(3)]
    low, high = chains.bounds(*ends)
    layers, n = low.shape[:2]
    parts = low[0, 0].size
    low = np.maximum(low.reshape(layers, n, parts), found.lower[:, which, None]).reshape(layers, -1)
    high = np.minimum(high.reshape(layers, n, parts), found.upper[:, which, None]).reshape(layers, -1)
    below = refined(chains, _products(ends), low, high, log_epsilon, levels - 1)
    found.lower[:, which] = below.lower.reshape(layers, n, parts).min(axis=-1)
    found.upper[:, which] = below.upper.reshape(layers, n, parts).max(axis=-1)
    found.verdict[:, which] = decided(found.lower[:, which], found.upper[:, which], log_epsilon)
    found.share_above[:, which] = below.share_above.reshape(layers, n, parts).mean(axis=-1)
    found.share_below[:, which] = below.share_below.reshape(layers, n, parts).mean(axis=-1)


def _products(ends: list[Ends]) -> Array:
    """The boxes of all parts, of shape (n · parts, 3, 2)."""
    sides = [np.stack([end.nodes[:, end.low], end.nodes[:, end.high]], axis=-1) for end in ends]
    n, (t, x, a) = sides[0].shape[0], (side.shape[1] for side in sides)
    whole = np.empty((n, t, x, a, 3, 2))
    whole[..., 0, :] = sides[0][:, :, None, None]
    whole[..., 1, :] = sides[1][:, None, :, None]
    whole[..., 2, :] = sides[2][:, None, None, :]
    return whole.reshape(-1, 3, 2)
