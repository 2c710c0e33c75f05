"""A concrete point at which a product over layers is large: what the value functions suggest, then Newton's method.

Nothing here is certain; a point counts once it is confirmed exactly elsewhere.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import sympy as sp

from numerics.enclosure import cells
from numerics.enclosure.cell_slopes import differentiate
from numerics.enclosure.cells import Array, Cells
from numerics.layers.tables import Lines
from numerics.layers.value_function import Pass, ValueFunctions, ends
from numerics.proof.goal import Range

_WEIGHTS = 161
_STARTS = 24
_HOPELESS = 0.96
"""Newton's method adds a few per cent to what the lines suggest: further below what is enough it is not tried."""
_ROUNDS = 40
_STEPS = 0.5 ** np.arange(14)
_BUMP = 1e-5


class Rollout:
    """The product as a function of (start, w_1, …, w_l), in doubles."""

    def __init__(self, functions: ValueFunctions):
        self.functions = functions
        self.programs = [functions.programs[kind] for kind in functions.kind]
        problem = functions.problem
        sides = [problem.states, *(layer.weights for layer in problem.layers)]
        self.low, self.high = (np.array(side) for side in zip(*map(ends, sides), strict=True))

    def point(self, steps: list[Pass], enough: float = np.inf, rounds: int = _ROUNDS) -> tuple[float, Array]:
        """The best point found from the lines of the steps, and the product there; `enough` ends the search."""
        points = self.greedy(steps)
        values = self.product(points)
        start = points[:, int(np.nanargmax(values))]
        if float(np.nanmax(values)) < _HOPELESS * enough < np.inf:
            return float(np.nanmax(values)), start
        return self.polished(start, enough, rounds)

    def greedy(self, steps: list[Pass]) -> Array:
        """From several starts, the weight at every layer that maximises its factor times the line of the next state."""
        y = np.linspace(self.low[0], self.high[0], _STARTS)
        rows = [y]
        for place, program in enumerate(self.programs):
            w = np.linspace(self.low[place + 1], self.high[place + 1], _WEIGHTS)
            factor, following = (_middle(c, (len(y), len(w))) for c in _at(program, y[:, None], w[None, :]))
            last = place + 1 == len(self.programs)
            value = factor if last else factor * _line(steps[place + 1].lines, following)
            best = np.argmax(np.nan_to_num(value, nan=-1.0, posinf=-1.0), axis=1)
            rows.append(w[best])
            y = following[np.arange(len(y)), best]
        return np.array(rows)

    def product(self, points: Array) -> Array:
        """The product at every column of points."""
        y, total = points[0], np.ones(points.shape[1])
        for program, w in zip(self.programs, points[1:], strict=True):
            factor, following = (_middle(c, y.shape) for c in _at(program, y, w))
            total, y = total * factor, following
        return total

    def gradients(self, points: Array) -> Array:
        """∇ log product at every column, from the last layer to the first."""
        y, slopes = points[0], []
        for program, w in zip(self.programs, points[1:], strict=True):
            factor, following = differentiate(program, [Cells(y, y), Cells(w, w)])
            f = _middle(factor.value, y.shape)
            slopes.append([*(_slope(p, y) / f for p in factor.partials), *(_slope(p, y) for p in following.partials)])
            y = _middle(following.value, y.shape)
        rows, later = [], np.zeros(points.shape[1])
        for fy, fw, sy, sw in reversed(slopes):
            rows.append(fw + sw * later)
            later = fy + sy * later
        return np.array([later, *reversed(rows)])

    def polished(self, point: Array, enough: float, rounds: int) -> tuple[float, Array]:
        """Newton's method for log product on the box, with steps cut back until the product grows."""
        value = float(self.product(point[:, None])[0])
        for _ in range(rounds):
            if value > enough * (1 + 1e-9):
                break
            with np.errstate(all="ignore"):
                direction = self.direction(point)
            trials = np.clip(point[:, None] + direction[:, None] * _STEPS, self.low[:, None], self.high[:, None])
            values = np.nan_to_num(self.product(trials), nan=-1.0)
            best = int(np.argmax(values))
            if not values[best] > value:
                break
            gain, value, point = values[best] - value, float(values[best]), trials[:, best]
            if gain < 1e-15 * value:
                break
        return value, point

    def direction(self, point: Array) -> Array:
        scale = _BUMP * np.maximum(self.high - self.low, 1e-12)
        bumps = point[:, None] + np.concatenate([np.diag(scale), -np.diag(scale)], axis=1)
        all_slopes = self.gradients(np.concatenate([point[:, None], bumps], axis=1))
        n = len(point)
        slope = all_slopes[:, 0]
        hessian = (all_slopes[:, 1 : n + 1] - all_slopes[:, n + 1 :]) / (2 * scale)
        held = ((point <= self.low) & (slope <= 0)) | ((point >= self.high) & (slope >= 0))
        free = np.flatnonzero(~held & np.isfinite(slope))
        direction = np.zeros(n)
        if len(free) and np.all(np.isfinite(hessian[np.ix_(free, free)])):
            # Curvatures that are not negative are taken with the other sign: uphill in every direction.
            part = hessian[np.ix_(free, free)]
            curvature, axes = np.linalg.eigh((part + part.T) / 2)
            size = np.maximum(np.abs(curvature), 1e-6 * max(1.0, float(np.max(np.abs(curvature)))))
            direction[free] = axes @ ((axes.T @ slope[free]) / size)
        return direction

    def exact(self, point: Array) -> dict[sp.Symbol, Fraction]:
        """The point in exact numbers inside the ranges, by variable."""
        problem = self.functions.problem
        found: dict[sp.Symbol, Fraction] = {problem.start: _inside(float(point[0]), problem.states)}
        for layer, value in zip(problem.layers, point[1:], strict=True):
            if layer.variable is not None:
                found[layer.variable] = _inside(float(value), layer.weights)
        return found


def _inside(value: float, bounds: Range) -> Fraction:
    """An exact number in the range, at the value or next to it; at an end of the range that belongs to it, the end."""
    low, high = ends(bounds)
    exact = Fraction(value)
    for end, at, is_open, side in ((bounds.lo, low, bounds.lo_open, 1), (bounds.hi, high, bounds.hi_open, -1)):
        near = (value - at) * side <= 1e-13 * max(abs(at), high - low)
        if near and isinstance(end, sp.Rational) and not is_open:
            return Fraction(int(end.p), int(end.q))
        if near:
            # A little inside, for an end that is open or irrational.
            exact = Fraction(at) + side * Fraction(max(high - low, 0.0)) / 10**10
    return exact


def _at(program: Any, y: Array, w: Array) -> list[Cells]:
    with np.errstate(all="ignore"):
        return cells.run(program, [Cells(y, y), Cells(w, w)])


def _middle(value: Cells, shape: tuple[int, ...]) -> Array:
    return np.broadcast_to(value.middle, shape)


def _slope(partial: Cells | None, like: Array) -> Array:
    return np.zeros_like(like) if partial is None else np.broadcast_to(partial.middle, like.shape)


def _line(lines: Lines, y: Array) -> Array:
    place = np.clip(np.searchsorted(lines.edges, y, "right") - 1, 0, len(lines.height) - 1)
    return lines.height[place] + lines.slope[place] * (y - lines.centre[place])
