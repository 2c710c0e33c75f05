"""What is known of a function before its maxima are looked for: points of its domain, and its ends."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from heapq import heappop, heappush
from typing import Any

import sympy as sp
from flint import arb, ctx

from numerics.deadline import Deadline, OutOfTimeError, interrupted_after
from numerics.enclosure.interval import Interval, fraction, precision
from numerics.enclosure.program import UnsupportedError, enclose
from numerics.extrema.concave import Terrain
from numerics.extrema.recognition import shortened
from numerics.proof.asymptotics import limit_at_infinity, sign_at_infinity
from numerics.proof.exact import constant_sign
from numerics.proof.goal import Domain, Goal, Range
from numerics.proof.search import Box, Subdivision, _split

SCOUTED, ROUNDS, MOST_TOPS, BOXES = 150, 60, 40, 6000
_FAILURES = (OutOfTimeError, UnsupportedError, ValueError, ZeroDivisionError, RecursionError, NotImplementedError)
Point = tuple[Fraction, ...]


@dataclass(frozen=True)
class Top:
    """A place where f comes up to its supremum over a part of the domain, which lies in [lo, hi] (None: +∞).

    `exact` is that supremum where its closed form is certain. `attained` is None where that is not decided.
    `where` maps the variables to exact numbers, to intervals, or to what they tend to.
    """

    lo: Fraction | None
    hi: Fraction | None
    exact: sp.Expr | None
    attained: bool | None
    where: dict[sp.Symbol, Any]
    by: str


def exactly(value: sp.Expr, attained: bool, where: dict[sp.Symbol, Any], by: str) -> Top:
    """The top whose value is an exact number or +∞."""
    if value is sp.S.Infinity:
        return Top(None, None, value, False, where, by)
    with precision(max(256, ctx.prec)):
        around = enclose(value)
    return Top(fraction(around.lo), fraction(around.hi), value, attained, where, by)


@dataclass
class Found:
    """The tops of one part; `complete` says that f is certainly below them everywhere else on it."""

    tops: list[Top] = field(default_factory=list)
    complete: bool = False
    notes: list[str] = field(default_factory=list)


class Approach:
    """f over one domain without kinks. `bits` is the working precision."""

    def __init__(self, f: sp.Expr, domain: Domain, bits: int, deadline: Deadline):
        self.f, self.domain, self.bits, self.deadline = f, domain, bits, deadline
        goal = Goal(f, False, domain)
        self.variables = goal.variables
        self.found = Found()
        self.tried: set[Point] = set()
        self.scouted: list[Point] | None = None

    # -- ends ----------------------------------------------------------------------------------------------------

    def grows(self) -> bool:
        """Whether f tends to +∞ along an axis inside the domain."""
        if len(self.variables) == 1 and not self.domain.constraints:
            return False
        for point in self.scouts()[:2]:
            for v, bounds in self.domain.ranges.items():
                others: dict[Any, Any] = {u: rational(x) for u, x in zip(self.variables, point, strict=True) if u != v}
                for end, side in ((bounds.lo, 1), (bounds.hi, -1)):
                    if self.grows_towards(v, end, side, others):
                        where = {**others, v: towards(end, side)}
                        self.found = Found([exactly(sp.S.Infinity, False, where, "expansion")], True)
                        return True
        return False

    def grows_towards(self, v: sp.Symbol, end: sp.Expr, side: int, others: dict[Any, Any]) -> bool:
        s, image = _image(end, side)
        along = {**others, v: image}
        try:
            if limit_at_infinity(self.f.subs(along), s) is not sp.S.Infinity:
                return False
            for g, _ in self.domain.constraints:
                inside: Any = g.subs(along)
                sign = constant_sign(inside) if not inside.free_symbols else (sign_at_infinity(inside, s) or (0,))[0]
                if sign != 1:
                    return False
            return True
        except _FAILURES:
            return False

    def ends(self) -> None:
        """One variable: cut off an end where f is not smooth or which is infinite, once f is monotone beside it."""
        (x,) = self.variables
        for side in (1, -1):
            bounds = self.domain.ranges[x]
            end, is_open = (bounds.lo, bounds.lo_open) if side > 0 else (bounds.hi, bounds.hi_open)
            if not end.is_infinite and self.smooth_beside(end, side):
                continue
            tail = self.tail(end, side)
            if tail is None:
                continue
            value, rising, start = tail
            if rising:
                self.found.tops.append(exactly(value, False, {x: towards(end, side)}, "expansion at the end"))
            if not end.is_infinite and not is_open:
                at_end: Any = self.f.subs(x, end)
                self.found.tops.append(exactly(shortened(at_end), True, {x: end}, "value at the end"))
            new = replace(bounds, lo=start, lo_open=False) if side > 0 else replace(bounds, hi=start, hi_open=False)
            self.domain, self.scouted = self.domain.with_range(x, new), None

    def smooth_beside(self, end: sp.Expr, side: int) -> bool:
        short = Interval(arb(0), arb(2) ** -20)
        piece = enclose(end) + (short if side > 0 else -short)
        jets = Terrain(self.f, Domain({self.variables[0]: Range()}), self.variables).jets([piece])[0]
        return jets[0].finite and jets[1][0].finite and jets[2][0][0].finite

    def tail(self, end: sp.Expr, side: int) -> tuple[sp.Expr, bool, sp.Expr] | None:
        """(limit, whether f rises towards the end, where the monotone piece starts); None where no expansion tells."""
        s, image = _image(end, side)
        along: Any = self.f.subs(self.variables[0], image)
        try:
            with interrupted_after(max(0.01, self.deadline.share(0.2, 5.0).left)):
                slope = sign_at_infinity(sp.diff(along, s), s)
                if slope is None or not slope[0]:
                    return None
                rising, start = slope[0] > 0, sp.Integer(slope[1])
                value = limit_at_infinity(along, s) if rising else sp.S.Zero
                bounds = self.domain.ranges[self.variables[0]]
                other = bounds.hi if side > 0 else bounds.lo
                while not other.is_infinite and constant_sign(image.subs(s, start) - other) not in (-side, None):
                    start *= 2
        except _FAILURES:
            return None
        return None if value is None else (shortened(value), rising, image.subs(s, start))

    # -- between -------------------------------------------------------------------------------------------------

    def scouts(self) -> list[Point]:
        """Points of the domain, the highest first, from a short search by enclosures."""
        if self.scouted is None:
            self.scouted = self.scout()
        return self.scouted

    def scout(self) -> list[Point]:
        search = Subdivision(Goal(-self.f, True, self.domain))
        heap: list[tuple[float, int, Box]] = [(-1e300, 0, search.whole())]
        seen: list[tuple[float, Point]] = []
        for count in range(SCOUTED):
            if not heap or self.deadline.left <= 0:
                break
            _, _, piece = heappop(heap)
            if search.excluded(piece):
                continue
            found = search.step(piece) or (0.0, [None] * len(piece))
            for point in _samples(piece):
                if self.admits(point):
                    value = search.program.run([interval(x) for x in point])[0]
                    if value.finite:
                        seen.append((float(value.hi), point))
            for place, part in enumerate(_split(piece, found[1], 1e-6) or ()):
                heappush(heap, (found[0], 2 * count + place, part))
        seen.sort(key=lambda one: one[0])
        best: list[Point] = []
        for _, point in seen:
            if all(max(abs(a - b) for a, b in zip(point, other, strict=True)) > Fraction(1, 50) for other in best):
                best.append(point)
            if len(best) == 4:
                break
        return best

    def admits(self, point: Point, closed: bool = False) -> bool:
        """Whether the exact point certainly lies in the domain (in its closure of weak inequalities)."""
        values = dict(zip(self.variables, map(rational, point), strict=True))
        return self.holds_at(values, closed)

    def holds_at(self, values: dict[Any, Any], closed: bool = False) -> bool:
        for g, strict in self.sides():
            at: Any = g.subs(values)
            sign = sign_of(at, self.bits)
            if sign is None or sign < 0 or (sign == 0 and strict and not closed):
                return False
        return True

    def sides(self) -> Iterator[tuple[sp.Expr, bool]]:
        for v, bounds in self.domain.ranges.items():
            if not bounds.lo.is_infinite:
                yield v - bounds.lo, bounds.lo_open
            if not bounds.hi.is_infinite:
                yield bounds.hi - v, bounds.hi_open
        yield from self.domain.constraints


def _image(end: sp.Expr, side: int) -> tuple[sp.Symbol, sp.Expr]:
    """s and x(s) with x(s) → end from inside as s → ∞."""
    s = sp.Dummy("s", real=True)
    if end.is_infinite:
        return s, s if end is sp.S.Infinity else -s
    return s, end + side / s


def towards(end: sp.Expr, side: int) -> str:
    from theory.statement import show

    return f"-> {show(end)}" + ("" if end.is_infinite else "+" if side > 0 else "-")


def rational(x: Fraction) -> Any:
    return sp.Rational(x.numerator, x.denominator)


def interval(x: Fraction) -> Interval:
    return Interval.exact(*x.as_integer_ratio())


def sign_of(value: Any, bits: int) -> int | None:
    """The sign of an exact constant, at the working precision first."""
    if not value.is_Rational:
        with precision(max(bits, ctx.prec)):
            around = enclose(value)
        if not around.contains_zero():
            return 1 if around.lo > 0 else -1
    return constant_sign(value)


def below(x: arb) -> Fraction:
    """A fraction at or below x; a short one where x is next to zero, as e^(−10^9) is."""
    if x > 0 or x.is_zero():
        return Fraction(0) if x < arb(2) ** (-8 * ctx.prec) else fraction(x)
    least = Fraction(-1, 2 ** (8 * ctx.prec))
    return least if x > interval(least).hi else fraction(x)


def _samples(piece: Box) -> Iterator[Point]:
    yield tuple(x.middle() for x in piece)
    if all(x.finite for x in piece) and len(piece) == 1:
        yield from ((fraction(end),) for end in (piece[0].lo, piece[0].hi))


def within(point: Point, box: Sequence[Interval]) -> bool:
    return all(x.lo <= interval(p).lo and interval(p).hi <= x.hi for p, x in zip(point, box, strict=True))
