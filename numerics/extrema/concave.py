"""A box around a maximiser on which a Lagrangian is concave: the certified maximum of f there, to any precision.

Let g_j ≥ 0 on the domain, X a box, λ_j ≥ 0, and ρ_j ≥ 0 with ρ_j·g_j ≤ λ_j on X. Then on the domain inside X

    f ≤ L = f + Σ λ_j g_j − ρ_j g_j²,   and, where L is concave on X,   L(x) ≤ L(p) + Σ |∂_iL(p)|·r_i

for every p in X, r_i the width of X. At a Karush–Kuhn–Tucker point p the last sum is as small as the precision of p,
so that a hundred digits of the maximum cost no more than one enclosure of the second derivatives over X. No point
needs to be proved critical. The term ρ_j g_j² bends L down across an active face, where f alone may be convex.

Reference: D. P. Bertsekas, Nonlinear Programming (2016), ch. 4 (sufficiency; augmented Lagrangians).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import chain, combinations

import numpy as np
import sympy as sp
from flint import arb, arb_mat, ctx

from numerics.enclosure.interval import INFINITY, MINUS_INFINITY, Interval, fraction, precision
from numerics.enclosure.program import Program, compile_expressions, enclose
from numerics.proof.goal import Domain
from theory.definedness import conditions

_STEPS, _MOST_SETS, _WIDEST, _NARROWEST = 60, 40, 1, 26
_BENDS = (0, Fraction(1, 8), 1)
_ZERO = Interval.exact(0)
Vector = list[arb]


@dataclass(frozen=True)
class Side:
    """What bounds the domain: g ≥ 0, or g > 0 where strict; an end of a range, or a constraint."""

    g: sp.Expr
    strict: bool


@dataclass(frozen=True)
class Peak:
    """A point p near a local maximiser, exact, with a multiplier for each active side of the domain."""

    point: tuple[Fraction, ...]
    multipliers: dict[int, Fraction]
    value: float


@dataclass(frozen=True)
class Hill:
    """A box X on which L is concave with −∂²L ≥ curvature ≥ 0: there f ≤ `upper`, at every point of the domain.

    `covers` is the box without its ends where they are those of the domain: no point of the domain lies beyond.
    """

    box: tuple[Interval, ...]
    covers: tuple[Interval, ...]
    upper: Interval
    peak: Peak
    curvature: arb
    slope: arb
    inner: bool


class Terrain:
    """f and the sides of its domain, with first and second derivatives, as one program."""

    def __init__(self, f: sp.Expr, domain: Domain, variables: Sequence[sp.Symbol]):
        self.f, self.domain, self.variables = f, domain, tuple(variables)
        self.sides = list(_sides(domain, self.variables))
        functions = [f, *(side.g for side in self.sides)]
        slopes = [sp.diff(h, v) for h in functions for v in self.variables]
        places = [(a, b) for a in range(len(self.variables)) for b in range(a + 1)]
        second = [sp.diff(h, self.variables[a], self.variables[b]) for h in functions for a, b in places]
        self.values = compile_expressions(functions, self.variables)
        self.program: Program = compile_expressions([*functions, *slopes, *second], self.variables)
        # On a segment that leaves the place where f is defined, concavity says nothing; an interval has none such.
        needed = [c.slack for h in functions for c in conditions(h)] if domain.constraints or len(variables) > 1 else []
        self.needed = compile_expressions(needed, self.variables)

    def jets(self, box: Sequence[Interval]) -> list[tuple[Interval, list[Interval], list[list[Interval]]]]:
        """(value, gradient, Hessian) of f and of every side over the box."""
        n, m = len(self.variables), 1 + len(self.sides)
        out = self.program.run(list(box))
        found = []
        for k in range(m):
            half = out[m + m * n + k * (n * (n + 1) // 2) :]
            hessian = [[half[max(a, b) * (max(a, b) + 1) // 2 + min(a, b)] for b in range(n)] for a in range(n)]
            found.append((out[k], out[m + k * n : m + (k + 1) * n], hessian))
        return found

    # -- approximation: nothing here is certain ------------------------------------------------------------------

    def peaks(self, start: Sequence[Fraction]) -> Iterator[Peak]:
        """Points that satisfy the Karush–Kuhn–Tucker conditions, near the start, at the working precision."""
        near = self.nearby(start)
        sets = [c for size in range(len(self.variables) + 1) for c in combinations(near, size)]
        for active in sets[:_MOST_SETS]:
            found = self.climb(start, active)
            if found is not None:
                yield found

    def nearby(self, start: Sequence[Fraction]) -> list[int]:
        values = self.values.run([_exact(x) for x in start])
        scored = [(float(v.lo), j) for j, v in enumerate(values[1:]) if v.finite]
        scale = max(1.0, *(abs(float(x)) for x in start))
        return [j for size, j in sorted(scored) if size < scale][: 2 * len(self.variables)]

    def climb(self, start: Sequence[Fraction], active: Sequence[int]) -> Peak | None:
        """Newton's method on ∇f + Σ λ_j ∇g_j = 0, g_j = 0; None where it leads nowhere or the signs are wrong."""
        full = ctx.prec
        found: tuple[Vector, Vector] | None = ([_of(x) for x in start], self.first_weights(start, active))
        with precision(64):
            found = self.newton(*found, active)
        if found is None:
            return None
        with precision(full):
            found = self.newton(*found, active)
        return found and self.accepted(*found, active)

    def first_weights(self, start: Sequence[Fraction], active: Sequence[int]) -> Vector:
        """The λ_j with which ∇f + Σ λ_j ∇g_j is least at the start."""
        jets = self.jets([_exact(x) for x in start])
        slopes = np.array([[float(s.lo) for s in jets[k][1]] for k in (0, *(1 + j for j in active))])
        if not active or not np.all(np.isfinite(slopes)):
            return [arb(0)] * len(active)
        return [arb(float(w)) for w in np.linalg.lstsq(slopes[1:].T, -slopes[0], rcond=None)[0]]

    def newton(self, x: Vector, weights: Vector, active: Sequence[int]) -> tuple[Vector, Vector] | None:
        size = arb(1)
        for _ in range(_STEPS):
            step = self.step(x, weights, active)
            if step is None:
                return None
            n, scale = len(x), 1 + max(abs(float(v)) for v in x)
            before, size = size, max((abs(s) for s in step[:n]), key=float)
            damping = min(1.0, 0.4 * scale / float(size)) if size > 0 else 1.0
            x = [(v + s * damping).mid() for v, s in zip(x, step[:n], strict=True)]
            weights = [(w + s * damping).mid() for w, s in zip(weights, step[n:], strict=True)]
            if size < arb(2) ** (8 - ctx.prec) * scale:
                return x, weights
        # A flat maximum is approached one digit at a time: what was reached is good enough to start from.
        return (x, weights) if size <= before else None

    def step(self, x: Vector, weights: Vector, active: Sequence[int]) -> Vector | None:
        jets = [_middles(jet) for jet in self.jets([Interval(v, v) for v in x])]
        n, m = len(x), len(active)
        used = [jets[0], *(jets[1 + j] for j in active)]
        if not all(v.is_finite() for value, slope, bend in used for v in (value, *slope, *chain(*bend))):
            return None
        factors = [arb(1), *weights]
        matrix = [[arb(0)] * (n + m) for _ in range(n + m)]
        right = [arb(0)] * (n + m)
        for a in range(n):
            for b in range(n):
                matrix[a][b] = sum((w * jet[2][a][b] for w, jet in zip(factors, used, strict=True)), arb(0)).mid()
            right[a] = -sum((w * jet[1][a] for w, jet in zip(factors, used, strict=True)), arb(0)).mid()
            for k in range(m):
                matrix[a][n + k] = matrix[n + k][a] = used[1 + k][1][a]
        for k in range(m):
            right[n + k] = -used[1 + k][0]
        try:
            solved = arb_mat(matrix).solve(arb_mat([[r] for r in right]))
        except ZeroDivisionError:
            return None
        step = [solved[i, 0].mid() for i in range(n + m)]
        return step if all(s.is_finite() for s in step) else None

    def accepted(self, x: Vector, weights: Vector, active: Sequence[int]) -> Peak | None:
        tiny = arb(2) ** (-ctx.prec // 2)
        values = self.values.run([Interval(v, v) for v in x])
        if any(not v.finite or v.hi < -tiny for v in values[1:]) or not values[0].finite:
            return None
        if any(w < -tiny for w in weights):
            return None
        multipliers = {j: max(fraction(w), Fraction(0)) for j, w in zip(active, weights, strict=True)}
        point = tuple(self.inside(v, fraction(c)) for v, c in zip(self.variables, x, strict=True))
        return Peak(point, multipliers, float(values[0].lo))

    def inside(self, v: sp.Symbol, x: Fraction) -> Fraction:
        """x itself, or the nearest fraction in the closed range of v: a point beyond it is in no box."""
        bounds, tiny = self.domain.ranges[v], Fraction(1, 2 ** (ctx.prec // 2))
        for end, side in ((bounds.lo, 1), (bounds.hi, -1)):
            if end.is_infinite:
                continue
            around = enclose(end)
            inner = around.hi if side > 0 else around.lo
            if side * (x - fraction(inner)) <= tiny:
                return Fraction(int(end.p), int(end.q)) if isinstance(end, sp.Rational) else fraction(inner)
        return x

    # -- certification -------------------------------------------------------------------------------------------

    def hill(self, peak: Peak) -> Hill | None:
        """The widest box around the peak on which its Lagrangian is certainly concave; None where there is none."""
        found = None
        for size in range(_WIDEST, _NARROWEST):
            found = self.hill_of(peak, Fraction(1, 2**size))
            if found is not None:
                break
        return found

    def hill_of(self, peak: Peak, size: Fraction) -> Hill | None:
        box: list[Interval] = []
        for v, x in zip(self.variables, peak.point, strict=True):
            reach = size * max(Fraction(1), abs(x)) if size * abs(x) < 1 else size
            around = _exact(x - reach).hull(_exact(x + reach))
            inside = around.meet(self.domain.ranges[v].interval())
            if inside is None:
                return None
            box.append(inside)
        weights = {j: _exact(w) for j, w in peak.multipliers.items()}
        found = self.concave(box, weights)
        if found is None:
            return None
        curvature, bends, inner = found
        upper, slope = self.top(peak, box, weights, bends)
        if not upper.finite:
            return None
        covers = [self.unbounded(v, x) for v, x in zip(self.variables, box, strict=True)]
        return Hill(tuple(box), tuple(covers), upper, peak, curvature, slope, inner)

    def unbounded(self, v: sp.Symbol, x: Interval) -> Interval:
        whole = self.domain.ranges[v].interval()
        return Interval(MINUS_INFINITY if x.lo == whole.lo else x.lo, INFINITY if x.hi == whole.hi else x.hi)

    def concave(
        self, box: Sequence[Interval], weights: Mapping[int, Interval]
    ) -> tuple[arb, dict[int, Fraction | int], bool] | None:
        """(μ, ρ, inner): −∂²L ≥ μ on the box, and whether every strict side certainly holds on all of it."""
        with precision(96):
            if any(not slack.lo >= 0 for slack in self.needed.run(list(box))):
                return None
            jets = self.jets(box)
            inner = all(jets[1 + j][0].lo > 0 for j, side in enumerate(self.sides) if side.strict)
            for part in _BENDS if weights else (0,):
                bends: dict[int, Fraction | int] = {j: part * _bend(w, jets[1 + j][0]) for j, w in weights.items()}
                curvature = _definite(self.curvature(jets, weights, bends))
                if curvature is not None:
                    return curvature, bends, inner
        return None

    def curvature(
        self, jets, weights: Mapping[int, Interval], bends: Mapping[int, Fraction | int]
    ) -> list[list[Interval]]:
        """The Hessian of −L over the box."""
        n = len(self.variables)
        matrix = [[-jets[0][2][a][b] for b in range(n)] for a in range(n)]
        for j, w in weights.items():
            g, slope, second = jets[1 + j]
            r = _exact(Fraction(2 * bends[j]))
            for a in range(n):
                for b in range(n):
                    square = slope[a].power(2) if a == b else slope[a] * slope[b]
                    matrix[a][b] = matrix[a][b] + r * (square + g * second[a][b]) - w * second[a][b]
        return matrix

    def top(
        self, peak: Peak, box: Sequence[Interval], weights: Mapping[int, Interval], bends: Mapping[int, Fraction | int]
    ) -> tuple[Interval, arb]:
        """L(p) + Σ |∂_iL(p)|·r_i, enclosed, and |∇L(p)|₁."""
        jets = self.jets([_exact(x) for x in peak.point])
        value, gradient = jets[0][0], list(jets[0][1])
        for j, w in weights.items():
            g, slope, _ = jets[1 + j]
            r = _exact(Fraction(bends[j]))
            value = value + w * g - r * g.power(2)
            factor = w - (r + r) * g
            gradient = [d + factor * s for d, s in zip(gradient, slope, strict=True)]
        slack = _ZERO
        for d, x in zip(gradient, box, strict=True):
            slack = slack + abs(d) * Interval(x.width, x.width)
        steep = arb(0)
        for d in gradient:
            steep = (steep + abs(d).hi).upper()
        return Interval(value.lo, (value + slack).hi), steep


def _sides(domain: Domain, variables: Sequence[sp.Symbol]) -> Iterator[Side]:
    for v in variables:
        bounds = domain.ranges[v]
        if not bounds.lo.is_infinite:
            yield Side(v - bounds.lo, bounds.lo_open)
        if not bounds.hi.is_infinite:
            yield Side(bounds.hi - v, bounds.hi_open)
    for g, strict in domain.constraints:
        yield Side(g, strict)


def _exact(x: Fraction) -> Interval:
    return Interval.exact(*x.as_integer_ratio())


def _bend(weight: Interval, over: Interval) -> Fraction:
    """The most that ρ may be: 0 ≤ ρ·g < λ where 0 < g on the box."""
    if not (weight.lo > 0 and over.hi > 0 and over.hi.is_finite()):
        return Fraction(0)
    return fraction(weight.lo) / (2 * fraction(over.hi))


def _of(x: Fraction) -> arb:
    return _exact(x).lo


def _middle(x: Interval) -> arb:
    return ((x.lo + x.hi) / 2).mid()


def _middles(jet) -> tuple[arb, Vector, list[Vector]]:
    value, slope, bend = jet
    return _middle(value), [_middle(s) for s in slope], [[_middle(s) for s in row] for row in bend]


def _definite(matrix: list[list[Interval]]) -> arb | None:
    """μ ≥ 0 such that every symmetric matrix in the interval matrix has all eigenvalues ≥ μ; None where unknown."""
    n = len(matrix)
    if not all(entry.finite for row in matrix for entry in row):
        return None
    if n == 1:
        return matrix[0][0].lo if matrix[0][0].lo >= 0 else None
    least = min((matrix[a][a].lo for a in range(n)), key=float)
    if least > 0:
        for k in range(1, 12):
            shift = (least / 2**k).mid()
            if _pivots(matrix, shift):
                return shift
    # Gershgorin's discs decide where an eigenvalue is exactly zero.
    for a in range(n):
        rest = _ZERO
        for b in range(n):
            rest = rest if a == b else rest + abs(matrix[a][b])
        if not (matrix[a][a] - rest).lo >= 0:
            return None
    return arb(0)


def _pivots(matrix: list[list[Interval]], shift: arb) -> bool:
    """Whether elimination finds positive pivots only: then matrix − shift·1 is positive definite."""
    n, moved = len(matrix), Interval(shift, shift)
    rows = [[entry - moved if a == b else entry for b, entry in enumerate(row)] for a, row in enumerate(matrix)]
    for k in range(n):
        if not rows[k][k].lo > 0:
            return False
        for a in range(k + 1, n):
            factor = rows[a][k] * rows[k][k].inverse()
            for b in range(k + 1, n):
                rows[a][b] = rows[a][b] - factor * rows[k][b]
    return True
