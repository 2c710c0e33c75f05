"""Adaptive subdivision: cover a box by smaller ones on each of which an enclosure shows f ≥ 0 (or > 0).

On each box the natural enclosure, the mean-value form and monotonicity are tried before it is split; a variable in
which f is certainly monotone is set to the end where f is least. The middle of a box is evaluated at rising
precision: a certainly negative value there refutes the goal at an exact point.
"""

from __future__ import annotations

import heapq
from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction

import sympy as sp
from flint import arb

from numerics.deadline import Deadline
from numerics.enclosure.derivative import Dual, differentiate
from numerics.enclosure.interval import Interval, precision
from numerics.enclosure.program import Program, UnsupportedError, compile_expressions, enclose
from numerics.enclosure.taylor import coefficients
from numerics.proof.goal import Goal

_TAYLOR_ORDER = 5
POINT_PRECISIONS = (64, 128, 256, 512)
Box = tuple[Interval, ...]
Point = dict[sp.Symbol, Fraction]


@dataclass
class Cover:
    """What a subdivision found.

    `proved`: the boxes settled. `left`: boxes that it did not settle. `witness`: an exact point of the domain at
    which the goal certainly fails. `margin`: a certain lower bound of f over the boxes that are left.
    """

    proved: list[Box] = field(default_factory=list)
    left: list[Box] = field(default_factory=list)
    witness: Point | None = None
    margin: arb | None = None

    @property
    def complete(self) -> bool:
        return self.witness is None and not self.left


class Subdivision:
    """The search for one goal; `run` may be called for several boxes."""

    def __init__(self, goal: Goal):
        self.goal = goal
        self.variables = goal.variables
        constraints = goal.domain.constraints
        self.program = compile_expressions([goal.expression], self.variables)
        self.guards = [(compile_expressions([g], self.variables), strict) for g, strict in constraints]
        used = set().union(*(g.free_symbols for g, _ in constraints)) if constraints else set()
        # The ends of the ranges, enclosed: a rounded end may lie outside the domain, where f is another number.
        ranges = [goal.domain.ranges[symbol] for symbol in self.variables]
        self.edges = [(_edge(bounds.lo), _edge(bounds.hi)) for bounds in ranges]
        # A variable in a constraint is not moved to the end of its range: the constraint may forbid it there.
        self.movable = [symbol not in used for symbol in self.variables]

    def whole(self) -> Box:
        box = self.goal.domain.box()
        return tuple(box[symbol] for symbol in self.variables)

    def run(self, box: Box, deadline: Deadline, most_boxes: int = 4000, smallest: float = 1e-9) -> Cover:
        """Cover `box`. Boxes narrower than `smallest` (relative to their distance from 0, at least 1) are left."""
        cover = Cover()
        heap: list[tuple[float, int, Box]] = [(0.0, 0, box)]
        count = 0
        while heap:
            _, _, piece = heapq.heappop(heap)
            count += 1
            if count > most_boxes or deadline.left <= 0:
                cover.left += [piece, *(rest for _, _, rest in heap)]
                break
            result = self.step(piece)
            if result is None:
                cover.proved.append(piece)
                continue
            bound, slopes = result
            witness = self.witness(piece)
            if witness is not None:
                cover.witness = witness
                return cover
            parts = _split(piece, slopes, smallest)
            if parts is None:
                cover.left.append(piece)
                continue
            # Best first: the box whose lower bound is worst holds the counterexample, if there is one.
            for part in parts:
                heapq.heappush(heap, (bound, count * 2 + (part is parts[1]), part))
        if cover.left:
            cover.margin = self.lower_bound(cover.left)
        return cover

    def lower_bound(self, boxes: Sequence[Box]) -> arb:
        lows = [self.program.run(list(piece))[0].lo for piece in boxes[:200]]
        if len(boxes) > 200:
            return arb.neg_inf()
        least = lows[0]
        for low in lows[1:]:
            least = low if low < least else least
        return least

    def settled(self, value: Interval) -> bool:
        return bool(value.lo > 0) or (not self.goal.strict and bool(value.lo >= 0))

    def excluded(self, piece: Box) -> bool:
        """Whether a constraint certainly fails on the whole piece."""
        for guard, strict in self.guards:
            high = guard.run(list(piece))[0].hi
            if high < 0 or (strict and high <= 0):
                return True
        return False

    def step(self, piece: Box) -> tuple[float, list[Interval | None]] | None:
        """None where the piece is settled; else a lower bound of f and the slopes, to choose the split."""
        if self.excluded(piece):
            return None
        for _ in range(len(piece) + 1):
            dual = differentiate(self.program, piece)[0]
            value = self.mean_value(piece, dual)
            if self.settled(value) or (len(piece) == 1 and self.settled(self.taylor(piece[0], value))):
                return None
            moved = self.to_lower_end(piece, dual)
            if moved is None:
                break
            piece = moved
        return (float(value.lo) if value.lo.is_finite() else -1e308), list(dual.partials)

    def mean_value(self, piece: Box, dual: Dual) -> Interval:
        """The natural enclosure met with f(m) + Σ ∂f/∂x_i(X)·(X_i − m_i), m the middle."""
        if not all(x.finite for x in piece) or not _finite(dual):
            return dual.value
        middle = [_midpoint(x) for x in piece]
        total = self.program.run(middle)[0]
        for x, m, slope in zip(piece, middle, dual.partials, strict=True):
            if slope is not None:
                total = total + slope * (x - m)
        return dual.value.meet(total) or dual.value

    def taylor(self, x: Interval, otherwise: Interval) -> Interval:
        """One variable: Σ_{j<n} f^{(j)}(m)/j!·(X − m)^j + f^{(n)}(X)/n!·(X − m)^n, sharp on small pieces."""
        if not x.finite or x.lo == x.hi or x.width > 1:
            return otherwise
        middle = _midpoint(x)
        try:
            at_middle = coefficients(self.program, middle, _TAYLOR_ORDER)
            over = coefficients(self.program, x, _TAYLOR_ORDER)[_TAYLOR_ORDER]
        except UnsupportedError:
            return otherwise
        step, total = x - middle, over * (x - middle).power(_TAYLOR_ORDER)
        for j in range(_TAYLOR_ORDER):
            total = total + at_middle[j] * step.power(j)
        return otherwise.meet(total) or otherwise

    def to_lower_end(self, piece: Box, dual: Dual) -> Box | None:
        """The face on which f is least, where some variable is certainly monotone; None where none is."""
        ends = list(piece)
        for i, (x, slope) in enumerate(zip(piece, dual.partials, strict=True)):
            if not self.movable[i] or x.lo == x.hi:
                continue
            if slope is None or slope.lo >= 0:
                end = self.exact_end(i, x.lo)
            elif slope.hi <= 0:
                end = self.exact_end(i, x.hi)
            else:
                continue
            if end is not None:
                ends[i] = end
        return None if all(a is b for a, b in zip(ends, piece, strict=True)) else tuple(ends)

    def exact_end(self, place: int, end: arb) -> Interval | None:
        for edge in self.edges[place]:
            if edge is not None and not (end > edge.hi or end < edge.lo):
                return edge
        return Interval(end, end) if end.is_finite() else None

    def witness(self, piece: Box) -> Point | None:
        """The middle of the piece, where the goal certainly fails there."""
        point = {symbol: x.middle() for symbol, x in zip(self.variables, piece, strict=True)}
        return point if self.fails_at(point) else None

    def fails_at(self, point: Point) -> bool:
        """Whether the hypotheses certainly hold at the exact point and the goal certainly fails."""
        for symbol in self.variables:
            value = Interval.exact(*point[symbol].as_integer_ratio())
            if not self.goal.domain.ranges[symbol].certainly_contains(value):
                return False
        for guard, strict in self.guards:
            if sign_at(guard, self.variables, point) not in ((1,) if strict else (0, 1)):
                return False
        return sign_at(self.program, self.variables, point) in ((-1, 0) if self.goal.strict else (-1,))


def _edge(end: sp.Expr) -> Interval | None:
    return None if end.is_infinite else enclose(end)


def sign_at(program: Program, variables: Sequence[sp.Symbol], point: Point) -> int | None:
    """The sign of the first output at an exact point, by rising precision; None where it stays undecided."""
    for bits in POINT_PRECISIONS:
        with precision(bits):
            value = program.run([Interval.exact(*point[s].as_integer_ratio()) for s in variables])[0]
            if value.lo > 0:
                return 1
            if value.hi < 0:
                return -1
            if value.lo == 0 and value.hi == 0:
                return 0
    return None


def _finite(dual: Dual) -> bool:
    return all(slope is None or slope.finite for slope in dual.partials)


def _midpoint(x: Interval) -> Interval:
    middle = ((x.lo + x.hi) / 2).mid()
    return Interval(middle, middle)


def _split(piece: Box, slopes: Sequence[Interval | None], smallest: float) -> tuple[Box, Box] | None:
    """Two halves along the variable that moves f most; None where the piece is as small as it may get."""
    best, widest = -1.0, -1
    for i, (x, slope) in enumerate(zip(piece, slopes, strict=True)):
        weight = _weight(x, slope, smallest)
        if weight > best:
            best, widest = weight, i
    if best <= 0:
        return None
    lower, upper = _halves(piece[widest])
    return (*piece[:widest], lower, *piece[widest + 1 :]), (*piece[:widest], upper, *piece[widest + 1 :])


def _weight(x: Interval, slope: Interval | None, smallest: float) -> float:
    if not x.finite:
        return 1e300 if _reach(x) < 1e9 else 0.0
    width = float(x.width)
    scale = max(1.0, abs(float(x.lo)), abs(float(x.hi)))
    if width <= smallest * scale:
        return 0.0
    if slope is None:
        return width * 1e-12
    size = max(abs(float(slope.lo)), abs(float(slope.hi))) if slope.finite else 1e30
    return width * min(max(size, 1e-12), 1e30)


def _reach(x: Interval) -> float:
    return max((abs(float(end)) for end in (x.lo, x.hi) if end.is_finite()), default=0.0)


def _halves(x: Interval) -> tuple[Interval, Interval]:
    if x.finite:
        cut = ((x.lo + x.hi) / 2).mid()
    elif x.lo.is_finite():
        cut = arb(1) if x.lo < 0 else (2 * x.lo + 1).mid()
    elif x.hi.is_finite():
        cut = arb(-1) if x.hi > 0 else (2 * x.hi - 1).mid()
    else:
        cut = arb(0)
    return Interval(x.lo, cut), Interval(cut, x.hi)
