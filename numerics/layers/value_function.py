"""Dynamic programming over layers: a bound over l + 1 variables as l bounds over two.

V_l ≡ 1 and V_{i−1}(y) = sup_w factor_i(y, w)·V_i(s_i(y, w)), so that ∏ factors ≤ V_0(start). Each V_i is bounded from
above by a line on every cell of the states.

Soundness. Let T(y, w) = factor(y, w)·L(s(y, w)) with L a line above V_i on the image of a box; factors are ≥ 0. By the
mean-value theorem T(y, w) − b·(y − c) ≤ T(c, d) + |∂T/∂y − b|·r_y + |∂T/∂w|·r_w on the box with centre (c, d), all of
it enclosed over the box, so that the maximum of the right-hand sides over the boxes of a cell, with slope b, is a line
above V_{i−1} there. The boxes of a cell cover its states and all weights. A state beyond the table has the bound ∞.
Nothing else is used: which boxes are small is the result of a search, and any choice gives a true bound.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import sympy as sp

from numerics.enclosure.cells import Array, Cells, down, run, up
from numerics.enclosure.program import Program, UnsupportedError, compile_expressions
from numerics.layers.product import STATE, WEIGHT, Layer, Layers
from numerics.layers.tables import Lines, Table
from numerics.proof.goal import Range

_FIRST_CELLS, _FIRST_PARTS = 24, 12
_COARSE = 32
_WIDENED = 1e-9
_MOST_EXTENSIONS = 6


@dataclass
class Pass:
    """What one layer's step found: the line of every cell, and per box its top and its two errors, for the search."""

    lines: Lines
    boxes: Array
    top: Array
    error_y: Array
    error_w: Array


def ends(bounds: Range) -> tuple[float, float]:
    """Doubles at or beyond the ends of a range."""
    x = Cells.of(bounds.interval())
    return float(x.lo), float(x.hi)


class ValueFunctions:
    """Upper bounds of V_0, …, V_l for a product over layers; `refine` makes them sharper."""

    def __init__(self, problem: Layers):
        self.problem = problem
        self.keys: list[tuple[sp.Expr, sp.Expr, Range]] = []
        self.programs: list[Program] = []
        self.kind: list[int] = []
        self.weights: list[tuple[float, float]] = []
        for factor, following, weights in map(self._normal, problem.layers):
            key = (factor, following, weights)
            if key not in self.keys:
                self.programs.append(compile_expressions([factor, following], [STATE, WEIGHT]))
                self.keys.append(key)
                self.weights.append(ends(weights))
            self.kind.append(self.keys.index(key))
        self.states = self._reachable()
        self.tables = [self._table(k) for k in range(len(self.keys))]
        self._extend()

    def _normal(self, layer: Layer) -> tuple[sp.Expr, sp.Expr, Range]:
        """The layer with a factor ≥ 0; the last one goes on like another with its factor, for V_l is 1 anywhere."""
        factor = 1 / sp.Abs(layer.factor) if self.problem.at_least else sp.Abs(layer.factor)
        following = layer.following
        for other in self.problem.layers if following is None else ():
            if (other.factor, other.weights) == (layer.factor, layer.weights) and other.following is not None:
                following = other.following
        return factor, STATE if following is None else following, layer.weights

    # -- states ------------------------------------------------------------------------------------------------

    def _reachable(self) -> list[tuple[float, float]]:
        """An interval of states before every layer, from the first on."""
        found = [ends(self.problem.states)]
        for place, kind in enumerate(self.kind[:-1]):
            table = Table(self.programs[kind], _cut([found[place]], _COARSE), self.weights[kind], _COARSE)
            found.append(_widened(float(np.min(table.image.lo)), float(np.max(table.image.hi))))
            if not np.all(np.isfinite(found[-1])):
                raise UnsupportedError("the states of a layer are not bounded")
        return found

    def _table(self, kind: int) -> Table:
        states = [s for s, k in zip(self.states, self.kind, strict=True) if k == kind]
        return Table(self.programs[kind], _cut(states, _FIRST_CELLS), self.weights[kind], _FIRST_PARTS)

    def _extend(self) -> None:
        """Widens the states until every image of a cell of layer i lies in those of layer i + 1."""
        for _ in range(_MOST_EXTENSIONS):
            whole = True
            for place in range(len(self.kind) - 1):
                table = self.tables[self.kind[place]]
                boxes = self.boxes(place)
                lo, hi = float(np.min(table.image.lo[boxes])), float(np.max(table.image.hi[boxes]))
                before = self.states[place + 1]
                if lo < before[0] or hi > before[1]:
                    self.states[place + 1] = _widened(min(lo, before[0]), max(hi, before[1]))
                    whole = False
            if whole:
                return
            self.tables = [self._table(k) for k in range(len(self.programs))]

    def cells(self, place: int) -> Array:
        """The cells of a layer's table that its states meet, by flag."""
        edges, (lo, hi) = self.tables[self.kind[place]].edges, self.states[place]
        return (edges[1:] > lo) & (edges[:-1] < hi) if lo < hi else (edges[1:] >= lo) & (edges[:-1] <= hi)

    def boxes(self, place: int) -> Array:
        """The numbers of the boxes on these cells."""
        return np.flatnonzero(self.cells(place)[self.tables[self.kind[place]].cell])

    # -- bounds ------------------------------------------------------------------------------------------------

    def backward(self) -> list[Pass]:
        """The steps from the last layer to the first; the lines of step i bound V_i from above."""
        steps: list[Pass] = []
        following: Lines | None = None
        for place in reversed(range(len(self.kind))):
            steps.append(step(self.tables[self.kind[place]], self.boxes(place), following))
            following = steps[-1].lines
        return steps[::-1]

    def bound(self, steps: list[Pass]) -> float:
        """An upper bound of the product."""
        return float(np.max(steps[0].lines.top))

    def certainly_positive(self) -> bool:
        """Whether the product of the factors themselves is certainly positive, from their signs on all boxes."""
        sign = 1
        for place, (kind, layer) in enumerate(zip(self.kind, self.problem.layers, strict=True)):
            table, boxes = self.tables[kind], self.boxes(place)
            cell = table.cell[boxes]
            box = [Cells(table.edges[cell], table.edges[cell + 1]), Cells(table.low[boxes], table.high[boxes])]
            (factor,) = run(compile_expressions([layer.factor], [STATE, WEIGHT]), box)
            if not (np.all(factor.lo > 0) or np.all(factor.hi < 0)):
                return False
            sign = sign if np.all(factor.lo > 0) else -sign
        return sign > 0

    def forward(self, place: int, before: Array) -> Array:
        """A bound of the product up to and with this layer, by the cell of the next one, from that by cell of this."""
        table, after = self.tables[self.kind[place]], self.tables[self.kind[place + 1]]
        boxes = self.boxes(place)
        value = before[table.cell[boxes]] * table.factor.hi[boxes]
        boxes, value = boxes[value > 0], value[value > 0]
        count = len(after.edges) - 1
        first = np.clip(np.searchsorted(after.edges, table.image.lo[boxes], "right") - 1, 0, count - 1)
        last = np.clip(np.searchsorted(after.edges, table.image.hi[boxes], "left") - 1, first, count - 1)
        found = np.zeros(count)
        while len(first):
            np.maximum.at(found, first, value)
            more = first < last
            first, last, value = first[more] + 1, last[more], value[more]
        return found

    def refine(self, steps: list[Pass], limit: float, tolerance: float) -> bool:
        """Halves the cells and boxes that keep the bound above `limit`; whether there were any.

        A box matters in a layer where the product through it may exceed the limit; it is halved where its error there
        is more than `tolerance` of its bound, in the direction of the larger error.
        """
        in_state = [np.zeros(len(t.edges) - 1, dtype=bool) for t in self.tables]
        in_weight = [np.zeros(len(t), dtype=bool) for t in self.tables]
        worst = [(np.zeros(len(t)), np.zeros(len(t))) for t in self.tables]
        before = self.cells(0).astype(float)
        for place, one in enumerate(steps):
            kind = self.kind[place]
            table = self.tables[kind]
            matters = before[table.cell[one.boxes]] * one.top > limit
            for found, error in zip(worst[kind], (one.error_y, one.error_w), strict=True):
                with np.errstate(all="ignore"):
                    relative = np.where(matters, error / one.top, 0.0)
                relative = np.where(np.isnan(relative), 1.0, relative)
                found[one.boxes] = np.maximum(found[one.boxes], relative)
            if place + 1 < len(steps):
                before = self.forward(place, before)
        largest = max(float(np.max(np.maximum(ey, ew))) for ey, ew in worst)
        threshold = min(0.5 * largest, max(tolerance, 0.2 * largest))
        for kind, (ey, ew) in enumerate(worst):
            by_state = (ey > threshold) & (ey >= 0.5 * ew)
            in_state[kind][self.tables[kind].cell[by_state]] = True
            in_weight[kind] = (ew > threshold) & (ew >= 0.5 * ey)
        if not any(np.any(flags) for flags in (*in_state, *in_weight)):
            return False
        for table, states, weights in zip(self.tables, in_state, in_weight, strict=True):
            if np.any(states) or np.any(weights):
                table.split(states, weights)
        return True


def step(table: Table, boxes: Array, following: Lines | None, tilted: bool = True) -> Pass:
    """The lines above sup_w factor·V∘s on the cells of these boxes, for V below the lines of `following` (or V ≡ 1).

    Lines that are not tilted are constants: less sharp inside a cell, sharper where the greatest value is at its end.
    """
    cell = table.cell[boxes]
    pick = _picker(boxes)
    if following is None:
        alpha, beta, origin = np.ones(len(boxes)), np.zeros(len(boxes)), np.zeros(len(boxes))
    else:
        alpha, beta, origin = following.over(pick(table.image))
    with np.errstate(all="ignore"):
        slope, shift = Cells(beta, beta), Cells(alpha, alpha)
        # The value function is ≥ 0, and so is a line above it.
        line = shift + slope * (pick(table.image) - Cells(origin, origin))
        line = Cells(np.maximum(line.lo, 0.0), np.maximum(line.hi, 0.0))
        line_at = shift + slope * (pick(table.image_at) - Cells(origin, origin))
        factor = pick(table.factor)
        at = pick(table.factor_at) * line_at
        along = [
            pick(df) * line + factor * (slope * pick(ds))
            for df, ds in zip(table.factor_slopes, table.image_slopes, strict=True)
        ]
        first = np.flatnonzero(np.concatenate([[True], cell[1:] != cell[:-1]]))
        order = np.cumsum(np.concatenate([[0], cell[1:] != cell[:-1]]))
        middle = np.where(np.isfinite(at.middle), at.middle, 0.0)
        best = np.flatnonzero(middle == np.maximum.reduceat(middle, first)[order])
        tilts = np.zeros(len(first))
        if tilted:
            tilts[order[best]] = np.nan_to_num(along[0].middle[best], posinf=0.0, neginf=0.0)
        tilt = tilts[order]
        reach_y, reach_w = table.reach_y[boxes], table.reach_w[boxes]
        error_y = up((along[0] - Cells(tilt, tilt)).size * reach_y)
        sway = up(along[1].size * reach_w)
        sharp = up(up(at.hi + error_y) + sway)
        plain = up((factor * line).hi + up(np.abs(tilt) * reach_y))
        bound = np.where(np.isnan(sharp), plain, np.fmin(sharp, plain))
        bound = np.where(np.isnan(bound) | ~np.isfinite(alpha), np.inf, bound)
        error_w = (along[1].hi - along[1].lo) * reach_w
    # The cells of the states of a layer are neighbours; of others nothing is said.
    covered = cell[first]
    lines = Lines(table.edges[covered[0] : covered[-1] + 2], np.maximum.reduceat(bound, first), tilts)
    return Pass(lines, boxes, bound + np.abs(tilt) * reach_y, error_y, error_w)


def _picker(boxes: Array):
    return lambda value: Cells(value.lo[boxes], value.hi[boxes])


def _cut(states: list[tuple[float, float]], parts: int) -> Array:
    """Edges of cells that cover the intervals, with the ends of each among them."""
    lo, hi = min(s[0] for s in states), max(s[1] for s in states)
    if lo == hi:
        return np.array([lo, hi])
    even = np.linspace(lo, hi, parts + 1)[1:-1]
    return np.unique(np.concatenate([even, *([a, b] for a, b in states)]))


def _widened(lo: float, hi: float) -> tuple[float, float]:
    """A little more than the interval: images of its cells, enclosed anew, stay inside."""
    more = _WIDENED * max(hi - lo, abs(lo), abs(hi), 1e-300)
    return float(down(np.array(lo - more))), float(up(np.array(hi + more)))
