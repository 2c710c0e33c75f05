"""One kind of layer over cells of its state: enclosures of its factor and of the next state, box by box.

A box is a cell of y times an interval of w. Everything here is an enclosure over every box, or at its centre, with
first derivatives, so that the value functions of `numerics.layers.value_function` have an error of second order.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from numerics.enclosure import cells
from numerics.enclosure.cell_slopes import differentiate
from numerics.enclosure.cells import Array, Cells, up
from numerics.enclosure.program import Program

_ZERO = Cells(0.0, 0.0)
_MOST_SPANNED = 3


@dataclass(frozen=True)
class Lines:
    """An upper bound on every cell [edges_j, edges_{j+1}]: height_j + slope_j·(y − centre_j); ∞ beyond the edges."""

    edges: Array
    height: Array
    slope: Array

    @property
    def centre(self) -> Array:
        return 0.5 * (self.edges[:-1] + self.edges[1:])

    @property
    def top(self) -> Array:
        """The greatest value of each line on its cell, rounded up."""
        reach = up(np.maximum(self.edges[1:] - self.centre, self.centre - self.edges[:-1]))
        return up(self.height + up(np.abs(self.slope) * reach))

    def over(self, image: Cells) -> tuple[Array, Array, Array]:
        """(α, β, o): every line met by the image lies below α + β·(y − o) on the part of its cell in the image.

        β is the slope from the value at one end of the image to that at the other, whatever lies between; α is raised
        so that the line passes above both ends of every part. An image across many cells takes coarser lines.
        """
        alpha, beta = np.full(image.lo.shape, np.inf), np.zeros(image.lo.shape)
        origin = np.clip(image.middle, self.edges[0], self.edges[-1])
        # Beyond the edges nothing is known.
        waiting = np.flatnonzero((image.lo >= self.edges[0]) & (image.hi <= self.edges[-1]))
        lines = self
        while len(waiting):
            part = Cells(image.lo[waiting], image.hi[waiting])
            first, last = lines.met(part)
            near = last - first <= _MOST_SPANNED
            now = waiting[near]
            found = lines._above(Cells(part.lo[near], part.hi[near]), origin[now], first[near], last[near])
            alpha[now], beta[now] = found
            waiting = waiting[~near]
            lines = lines.coarser() if len(waiting) else lines
        return alpha, beta, origin

    def met(self, image: Cells) -> tuple[Array, Array]:
        """The first and the last cell that covers the image between them; images lie inside the edges."""
        most = len(self.height) - 1
        first = np.clip(np.searchsorted(self.edges, image.lo, "right") - 1, 0, most)
        return first, np.clip(np.searchsorted(self.edges, image.hi, "left") - 1, first, most)

    def _above(self, image: Cells, origin: Array, first: Array, last: Array) -> tuple[Array, Array]:
        edges, centre = self.edges, self.centre
        with np.errstate(all="ignore"):
            at_first = self.height[first] + self.slope[first] * (image.lo - centre[first])
            at_last = self.height[last] + self.slope[last] * (image.hi - centre[last])
            chord = np.where(first == last, self.slope[first], (at_last - at_first) / (image.hi - image.lo))
        beta = np.where(np.isfinite(chord), chord, 0.0)
        alpha = np.full(first.shape, -np.inf)
        for step in range(_MOST_SPANNED + 1):
            place = np.minimum(first + step, last)
            height, slope, middle = self.height[place], self.slope[place], centre[place]
            for end in (np.maximum(image.lo, edges[place]), np.minimum(image.hi, edges[place + 1])):
                value = _gap(height, slope * (end - middle), beta * (end - origin))
                alpha = np.maximum(alpha, np.where(np.isnan(value), np.inf, value))
            if np.all(place == last):
                break
        return alpha, beta

    def coarser(self) -> Lines:
        """Lines on cells two by two, each above both."""
        if len(self.height) == 1:
            return self
        edges = np.unique(np.append(self.edges[::2], self.edges[-1]))
        pairs = Cells(edges[:-1], edges[1:])
        first, last = self.met(pairs)
        alpha, beta = self._above(pairs, 0.5 * (edges[:-1] + edges[1:]), first, last)
        return Lines(edges, alpha, beta)


def _gap(height: Array, there: Array, here: Array) -> Array:
    """height + there − here, rounded up; `there` and `here` are products slope·(y − o) of doubles, rounded twice."""
    # Six roundings, none of which moves the value by more than 2⁻⁵³ of the sum of these sizes.
    slack = 2.0**-49 * (np.abs(height) + np.abs(there) + np.abs(here)) + 1e-300
    with np.errstate(invalid="ignore"):
        return up(height + there - here + slack)


class Table:
    """The boxes of one kind of layer, sorted by their cells, and what is known on them."""

    def __init__(self, program: Program, edges: Array, weights: tuple[float, float], parts: int):
        self.program = program
        self.edges = edges
        cuts = np.linspace(*weights, parts + 1) if weights[0] < weights[1] else np.array(weights)
        cuts[0], cuts[-1] = weights
        count = len(edges) - 1
        self.cell = np.repeat(np.arange(count), len(cuts) - 1)
        self.low, self.high = np.tile(cuts[:-1], count), np.tile(cuts[1:], count)
        self.enclose()

    def __len__(self) -> int:
        return len(self.cell)

    def enclose(self) -> None:
        """Factor and next state: over each box with derivatives, and at its centre."""
        y = Cells(self.edges[self.cell], self.edges[self.cell + 1])
        w = Cells(self.low, self.high)
        y0, w0 = y.middle, w.middle
        self.reach_y = up(np.maximum(y.hi - y0, y0 - y.lo))
        self.reach_w = up(np.maximum(w.hi - w0, w0 - w.lo))
        with np.errstate(all="ignore"):
            factor, image = differentiate(self.program, [y, w])
            at = cells.run(self.program, [Cells(y0, y0), Cells(w0, w0)])
        self.factor_at, self.image_at = (self._full(value) for value in at)
        self.factor_slopes = [self._full(p or _ZERO) for p in factor.partials]
        self.image_slopes = [self._full(p or _ZERO) for p in image.partials]
        self.factor = self._sharper(self._full(factor.value), self.factor_at, self.factor_slopes)
        self.image = self._sharper(self._full(image.value), self.image_at, self.image_slopes)

    def _full(self, value: Cells) -> Cells:
        """The same for every box where a layer does not depend on y or w."""
        return Cells(np.broadcast_to(value.lo, self.cell.shape), np.broadcast_to(value.hi, self.cell.shape))

    def _sharper(self, value: Cells, centre: Cells, slopes: list[Cells]) -> Cells:
        """The enclosure met with the mean-value form f(centre) + Σ ∂f·[−r, r]."""
        with np.errstate(invalid="ignore"):
            reach = up(up(slopes[0].size * self.reach_y) + up(slopes[1].size * self.reach_w))
        reach = np.where(np.isnan(reach), np.inf, reach)
        return value.meet(Cells(cells.down(centre.lo - reach), up(centre.hi + reach)))

    def split(self, in_state: Array, in_weight: Array) -> None:
        """Cells (by flag) and boxes (by flag) halved; every box of a halved cell is kept for both halves."""
        count = len(self.edges) - 1
        centre = 0.5 * (self.edges[:-1] + self.edges[1:])
        # A cell or box with no double inside stays whole.
        in_state = in_state & (centre > self.edges[:-1]) & (centre < self.edges[1:])
        middle = 0.5 * (self.low + self.high)
        in_weight = in_weight & (middle > self.low) & (middle < self.high)
        low = np.concatenate([self.low, middle[in_weight]])
        high = np.concatenate([np.where(in_weight, middle, self.high), self.high[in_weight]])
        cell = np.concatenate([self.cell, self.cell[in_weight]])
        moved = np.arange(count) + np.concatenate([[0], np.cumsum(in_state)[:-1]])
        again = in_state[cell]
        cell, low, high = (
            np.concatenate([moved[cell], moved[cell[again]] + 1]),
            np.concatenate([low, low[again]]),
            np.concatenate([high, high[again]]),
        )
        order = np.lexsort((low, cell))
        self.cell, self.low, self.high = cell[order], low[order], high[order]
        self.edges = np.sort(np.concatenate([self.edges, centre[in_state]]))
        self.enclose()
