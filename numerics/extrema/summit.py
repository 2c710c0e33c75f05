"""The supremum of a smooth function over one domain: ends by expansions, a concave box around every maximum, the rest
by subdivision. Everything outside the boxes is certainly below a value that is taken inside."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from fractions import Fraction
from typing import Any

import numpy as np
import sympy as sp
from flint import arb

from numerics.deadline import OutOfTimeError, interrupted_after
from numerics.enclosure.derivative import Dual
from numerics.enclosure.interval import Interval, fraction, precision
from numerics.enclosure.program import UnsupportedError, compile_expressions, enclose
from numerics.extrema.concave import Hill, Peak, Terrain
from numerics.extrema.ends import (
    Approach,
    Found,
    Point,
    Top,
    below,
    exactly,
    interval,
    rational,
    sign_of,
    towards,
    within,
)
from numerics.extrema.recognition import exact_roots, lookalikes, shortened
from numerics.proof.exact import constant_sign
from numerics.proof.goal import Domain, Goal
from numerics.proof.prover import Prover
from numerics.proof.search import Box, Subdivision

SCOUTED, ROUNDS, MOST_TOPS, BOXES = 150, 60, 40, 6000
_FAILURES = (OutOfTimeError, UnsupportedError, ValueError, ZeroDivisionError, RecursionError, NotImplementedError)


class _Rest(Subdivision):
    """f ≤ cut outside the hills."""

    hills: Sequence[Hill] = ()

    def mean_value(self, piece: Box, dual: Dual) -> Interval:
        if any(_inside(piece, hill.covers) for hill in self.hills):
            return Interval.exact(1)
        return super().mean_value(piece, dual)

    def witness(self, piece: Box) -> dict[sp.Symbol, Fraction] | None:
        found = super().witness(piece)
        point = tuple(found[v] for v in self.variables) if found else None
        # In a hill the values are known; there f may be above the cut by less than its rounding.
        return None if point and any(within(point, hill.box) for hill in self.hills) else found


def _inside(piece: Box, box: Sequence[Interval]) -> bool:
    return all(x.lo >= y.lo and x.hi <= y.hi for x, y in zip(piece, box, strict=True))


class Summit(Approach):
    """The search for the supremum of f over one domain without kinks. `bits` is the working precision."""

    # -- the whole -----------------------------------------------------------------------------------------------

    def explore(self, cut: Fraction | None = None) -> Found:
        """The tops of f; where all of f is certainly below `cut`, none."""
        if not self.variables:
            where = {v: bounds.lo if bounds.lo == bounds.hi else None for v, bounds in self.domain.ranges.items()}
            top = exactly(shortened(self.f), True, {v: c for v, c in where.items() if c is not None}, "constant")
            return Found([top], True)
        self.domain = Domain({v: self.domain.ranges[v] for v in self.variables}, self.domain.constraints)
        if self.grows():
            return self.found
        if len(self.variables) == 1 and not self.domain.constraints:
            self.ends()
        if any(top.exact is sp.S.Infinity for top in self.found.tops):
            self.found.complete = True
            return self.found
        if self.remaining():
            self.climb(cut)
        else:
            self.found.complete = True
        return self.found

    def remaining(self) -> bool:
        bounds = self.domain.ranges[self.variables[0]]
        return bounds.lo.is_infinite or bounds.hi.is_infinite or constant_sign(bounds.hi - bounds.lo) != -1

    def climb(self, cut: Fraction | None) -> None:
        """Hills around the maxima, and the proof that f is below them elsewhere."""
        terrain = Terrain(self.f, self.domain, self.variables)
        hills: list[Hill] = []
        floors = [top.lo for top in self.found.tops if top.lo is not None]
        best: Any = max([*floors, *([] if cut is None else [cut])], default=None)
        waiting = self.scouts()
        value = compile_expressions([self.f], self.variables)
        for turn in range(ROUNDS):
            self.deadline.check()
            for point in waiting:
                low = self.lower(value, point)
                best = low if best is None or (low is not None and low > best) else best
                new, best = self.raised(terrain, value, point, hills, best)
                hills += new
            if best is None:
                self.found.notes.append("no point of the domain was found at which f has a certain value")
                return
            if turn == 0 and len(self.variables) > 1:
                self.confine(best)
            keep = best - Fraction(1, 2 ** (self.bits // 2)) * max(1, abs(best))
            hills = [hill for hill in hills if fraction(hill.upper.hi) >= keep][:MOST_TOPS]
            rest = _Rest(Goal(rational(best) - self.f, False, self.domain))
            rest.hills = hills
            cover = rest.run(rest.whole(), self.deadline.share(0.5), BOXES, 1e-7)
            if cover.complete:
                self.found.tops += [self.top_of(terrain, value, hill) for hill in hills]
                self.found.complete = True
                return
            waiting = self.next_starts(cover, hills)
            if not waiting:
                break
        self.by_prover(value, hills, best)

    def confine(self, best: Fraction) -> None:
        """Cut off what lies far out along an axis, where the prover shows that f is below the best value."""
        before = self.domain
        for v, bounds in before.ranges.items():
            for end, side in ((bounds.lo, 1), (bounds.hi, -1)):
                for far in (4, 32) if end.is_infinite else ():
                    now, at = self.domain.ranges[v], sp.Integer(-side * far)
                    tail = replace(now, hi=at, hi_open=False) if side > 0 else replace(now, lo=at, lo_open=False)
                    goal = Goal(rational(best) - self.f, False, self.domain.with_range(v, tail))
                    if Prover(self.deadline.share(0.2, 2.0)).prove(goal) is not None:
                        inner = replace(now, lo=at, lo_open=False) if side > 0 else replace(now, hi=at, hi_open=False)
                        self.domain = self.domain.with_range(v, inner)
                        break

    def next_starts(self, cover, hills: Sequence[Hill]) -> list[Point]:
        if cover.witness is not None:
            return [tuple(cover.witness[v] for v in self.variables)]
        if len(hills) >= MOST_TOPS or self.deadline.left <= 0:
            return []
        free = [box for box in cover.left if all(x.finite for x in box)]
        points = [tuple(x.middle() for x in box) for box in free[:: max(1, len(free) // 3)]]
        fresh = [point for point in points[:3] if point not in self.tried]
        self.tried.update(fresh)
        return fresh

    def raised(self, terrain: Terrain, value, start: Point, hills, best) -> tuple[list[Hill], Fraction | None]:
        """New hills near the start that are as high as any point known, and the best lower bound after that."""
        found: list[Hill] = []
        with precision(self.bits):
            for peak in terrain.peaks(start):
                if best is not None and peak.value < float(best) - 1e-9 * max(1.0, abs(float(best))):
                    continue
                if any(within(peak.point, hill.box) for hill in (*hills, *found)):
                    continue
                hill = terrain.hill(self.snapped(peak))
                if hill is None:
                    continue
                low = self.lower(value, peak.point, peak, terrain)
                if low is not None and (best is None or low > best):
                    best = low
                found.append(hill)
        return found, best

    def snapped(self, peak: Peak) -> Peak:
        """The peak at the short fractions that it is next to: a flat maximum is found to few digits only."""
        short = tuple(x.limit_denominator(1000) for x in peak.point)
        near = all(abs(a - b) <= Fraction(1, 10**9) for a, b in zip(short, peak.point, strict=True))
        return replace(peak, point=short) if near and self.admits(short, closed=True) else peak

    def lower(self, value, point: Point, peak: Peak | None = None, terrain: Terrain | None = None) -> Fraction | None:
        """A certain lower bound of the supremum: f at the point, moved inside where it lies beyond a side."""
        with precision(self.bits):
            for place in self.nearby(point, peak, terrain):
                if self.admits(place):
                    low = value.run([interval(x) for x in place])[0].lo
                    if low.is_finite() and abs(low) < arb(10) ** 1000:
                        return below(low)
        return None

    def nearby(self, point: Point, peak: Peak | None, terrain: Terrain | None) -> Iterator[Point]:
        yield point
        if peak is None or terrain is None:
            return
        tiny = Fraction(1, 2 ** (2 * self.bits // 3))
        at = [interval(x) for x in point]
        close = [j for j, jet in enumerate(terrain.jets(at)[1:]) if jet[0].lo < arb(2) ** (-self.bits // 3)]
        if close:
            slopes = np.array([[float(s.lo) for s in terrain.jets(at)[1 + j][1]] for j in close])
            inwards = np.linalg.lstsq(slopes, np.ones(len(close)), rcond=None)[0]
            yield tuple(x + tiny * Fraction(float(d)) for x, d in zip(point, inwards, strict=True))

    # -- exact values --------------------------------------------------------------------------------------------

    def top_of(self, terrain: Terrain, value, hill: Hill) -> Top:
        with precision(self.bits):
            exact = self.exact_top(terrain, hill)
            if exact is not None:
                return exact
            low = self.lower(value, hill.peak.point, hill.peak, terrain)
            attained = self.attained(terrain, hill)
            where: dict[sp.Symbol, Any] = dict(zip(self.variables, hill.box, strict=True))
            if low is not None and hill.curvature > 0:
                gap = (hill.upper.hi - interval(low).lo).upper()
                gap = gap if gap > 0 else arb(0)
                far = ((hill.slope + (hill.slope**2 + 2 * hill.curvature * gap).sqrt()) / hill.curvature).upper()
                where = {
                    v: interval(x) + Interval(-far, far) for v, x in zip(self.variables, hill.peak.point, strict=True)
                }
            return Top(low, fraction(hill.upper.hi), None, attained, where, "concave Lagrangian and subdivision")

    def attained(self, terrain: Terrain, hill: Hill) -> bool | None:
        """Whether a maximum over the closure inside the box lies in the domain itself."""
        if hill.inner:
            return True
        jets = terrain.jets(list(hill.box))
        for place, v in enumerate(self.variables):
            bounds, slope = self.domain.ranges[v], jets[0][1][place]
            if any(g.has(v) for g, _ in self.domain.constraints):
                continue
            if (bounds.hi_open and slope.lo > 0) or (bounds.lo_open and slope.hi < 0):
                return False
        return None

    def exact_top(self, terrain: Terrain, hill: Hill) -> Top | None:
        """The top at an exact Karush–Kuhn–Tucker point; None where none is known."""
        for point in self.exact_points(hill):
            values: dict[Any, Any] = dict(zip(self.variables, point, strict=True))
            try:
                weights = self.exact_weights(terrain, hill, values)
                if weights is None or not all(
                    around.lo >= x.lo and around.hi <= x.hi
                    for around, x in zip(map(enclose, point), hill.box, strict=True)
                ):
                    continue
                found = terrain.concave(hill.box, {j: enclose(w) for j, w in weights.items()})
                if found is None or not self.holds_at(values, closed=True):
                    continue
                height: Any = self.f.subs(values)
                with interrupted_after(max(0.05, self.deadline.share(0.2, 3.0).left)):
                    height = shortened(height)
                strict = [j for j, side in enumerate(terrain.sides) if side.strict]
                missing = [j for j in strict if sign_of(terrain.sides[j].g.subs(values), self.bits) == 0]
                attained = None if missing else True
                if missing and (found[0] > 0 or any(constant_sign(weights.get(j, sp.S.Zero)) == 1 for j in missing)):
                    attained = False
                shown = {
                    v: (towards(c, 1 if c == self.domain.ranges[v].lo else -1) if attained is False else c)
                    for v, c in values.items()
                }
                top = exactly(height, True, shown, "exact critical point, concave Lagrangian and subdivision")
                return replace(top, attained=attained)
            except _FAILURES:
                continue
        return None

    def exact_points(self, hill: Hill) -> Iterator[tuple[sp.Expr, ...]]:
        digits = min(60, max(20, int(self.bits * 0.3) // 2))
        choices = []
        for x in hill.peak.point:
            choices.append(list(dict.fromkeys(lookalikes(x, digits)))[:2])
        if all(choices):
            yield tuple(options[0] for options in choices)
            if len(choices) == 1:
                yield from ((option,) for option in choices[0][1:])
        if len(self.variables) == 1:
            (x,) = self.variables
            for root in exact_roots(sp.diff(self.f, x), x, self.deadline.share(0.2, 3.0).left):
                if not root.has(sp.CRootOf):
                    yield (root,)

    def exact_weights(self, terrain: Terrain, hill: Hill, values) -> dict[int, sp.Expr] | None:
        """Exact multipliers ≥ 0 with ∇f + Σ λ_j ∇g_j = 0 and g_j = 0 at the exact point; None where there are none."""
        active = [j for j, w in hill.peak.multipliers.items() if w > Fraction(1, 2 ** (self.bits // 3))]
        if any(constant_sign(terrain.sides[j].g.subs(values)) != 0 for j in active):
            return None
        slope: Any = sp.Matrix([sp.diff(self.f, v).subs(values) for v in self.variables])
        if active:
            rows = sp.Matrix([[sp.diff(terrain.sides[j].g, v).subs(values) for v in self.variables] for j in active])
            solved = (rows * rows.T).LUsolve(-rows * slope)
            slope = slope + rows.T * solved
            weights = {j: sp.simplify(w) for j, w in zip(active, solved, strict=True)}
        else:
            weights = {}
        if any(constant_sign(w) not in (0, 1) for w in weights.values()):
            return None
        return weights if all(constant_sign(entry) == 0 for entry in slope) else None

    def by_prover(self, value, hills: Sequence[Hill], best: Fraction) -> None:
        """f ≤ c by the prover, for a value c that f takes at an exact point next to a peak or a scout."""
        starts = [hill.peak.point for hill in hills] + self.scouts()[:2]
        for start in starts[:3]:
            if self.deadline.left <= 0:
                break
            with precision(self.bits):
                options = [list(lookalikes(x, 25))[:2] or [rational(x)] for x in start]
            point: dict[Any, Any] = {v: option[0] for v, option in zip(self.variables, options, strict=True)}
            if not self.holds_at(point):
                continue
            height = shortened(self.f.subs(point))
            if constant_sign(height - rational(best)) == -1:
                continue
            proof = Prover(self.deadline.share(0.5, 15.0)).prove(Goal(height - self.f, False, self.domain))
            if proof is not None:
                self.found.tops.append(exactly(height, True, point, "prover"))
                self.found.complete = True
                return
        if best is not None:
            tops = [Top(best, None, None, None, {}, "a point of the domain")]
            self.found.tops += tops
        self.found.notes.append("no certain upper bound was found near the best point")
