"""Arithmetic with expansions at infinity, in the scale e^{q s² + b s} · s^a · (log s)^c, with a certain remainder.

An expansion is a sum of terms with exact coefficients, plus a remainder: a sum of terms whose coefficients are
intervals, valid on all of [A, ∞). Soundness: every operation is an identity plus a Lagrange remainder enclosed over
[A, ∞); a monomial that decays is bounded by its value at A once it is shown to decrease from A on.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import sympy as sp
from flint import arb

from numerics.enclosure import elementary
from numerics.enclosure.interval import INFINITY, Interval
from numerics.enclosure.program import compile_expressions, enclose
from numerics.enclosure.taylor import coefficients
from numerics.proof.exact import reduces_to_zero

Monomial = tuple[Fraction, Fraction, Fraction, Fraction]
"""The exponents (q, b, a, c) of e^{q s² + b s} · s^a · (log s)^c; larger in dictionary order is larger at infinity."""

CONSTANT: Monomial = (Fraction(0), Fraction(0), Fraction(0), Fraction(0))
MOST_TERMS = 60


class NoExpansionError(Exception):
    """The expression has no expansion in this scale, or not from this A on."""


@dataclass(frozen=True)
class Expansion:
    """Σ exact[m]·m + Σ rest[m]·m for every s ≥ A, each coefficient of `rest` some number of its interval."""

    exact: dict[Monomial, sp.Expr]
    rest: dict[Monomial, Interval]

    def lead(self) -> tuple[Monomial, sp.Expr]:
        """The dominating exact term; NoExpansionError where there is none or the remainder reaches it."""
        if not self.exact:
            raise NoExpansionError("nothing is left but a remainder")
        monomial = max(self.exact)
        if any(m >= monomial for m in self.rest):
            raise NoExpansionError("the remainder is as large as the leading term")
        return monomial, self.exact[monomial]


def times(m: Monomial, n: Monomial) -> Monomial:
    return (m[0] + n[0], m[1] + n[1], m[2] + n[2], m[3] + n[3])


def to_power(m: Monomial, r: Fraction) -> Monomial:
    return (m[0] * r, m[1] * r, m[2] * r, m[3] * r)


def as_fraction(value: Any) -> Fraction:
    """A SymPy rational as a fraction; NoExpansionError for anything else."""
    if not getattr(value, "is_Rational", False):
        raise NoExpansionError(f"the exponent {value} is not rational")
    return Fraction(int(value.p), int(value.q))


class Scale:
    """Expansions that hold on [start, ∞), with `order` exact terms of each Taylor series."""

    def __init__(self, start: int, order: int):
        self.start, self.order = start, order
        self.ray = Interval(arb(start), INFINITY)

    # -- sizes ---------------------------------------------------------------------------------------------------

    def value(self, m: Monomial, s: Interval) -> Interval:
        q, b, a, c = m
        logarithm = elementary.log(s)
        exponent = _exact(q) * s.power(2) + _exact(b) * s + _exact(a) * logarithm
        if c:
            exponent = exponent + _exact(c) * elementary.log(logarithm)
        return elementary.exp(exponent)

    def decaying(self, m: Monomial) -> Interval:
        """[0, sup m] over the ray, for a monomial that decays; NoExpansionError where it still grows at the start."""
        if m == CONSTANT:
            return Interval(arb(1), arb(1))
        q, b, a, c = m
        # s · d/ds log m = s(2q s + b) + a + c/log s: where this is ≤ 0 on the ray, m decreases there.
        s = self.ray
        slope = s * (_exact(2 * q) * s + _exact(b)) + _exact(a) + _exact(c) * elementary.log(s).inverse()
        if m > CONSTANT or not slope.hi <= 0:
            raise NoExpansionError("a term still grows")
        start = Interval(arb(self.start), arb(self.start))
        return Interval(arb(0), self.value(m, start).hi)

    def bound(self, e: Expansion) -> Interval:
        """An enclosure of every value of an expansion without growing terms."""
        total = Interval.exact(0)
        for m, coefficient in e.exact.items():
            total = total + enclose(coefficient) * self.decaying(m)
        for m, coefficient in e.rest.items():
            total = total + coefficient * self.decaying(m)
        return total

    # -- arithmetic ----------------------------------------------------------------------------------------------

    def constant(self, value: sp.Expr) -> Expansion:
        return Expansion({CONSTANT: value} if value != 0 else {}, {})

    def add(self, e: Expansion, f: Expansion) -> Expansion:
        exact = dict(e.exact)
        for m, coefficient in f.exact.items():
            total = exact.pop(m, sp.S.Zero) + coefficient
            if not _is_zero(total):
                exact[m] = total
        rest = dict(e.rest)
        for m, interval in f.rest.items():
            rest[m] = rest[m] + interval if m in rest else interval
        return self.trimmed(exact, rest)

    def trimmed(self, exact: dict[Monomial, sp.Expr], rest: dict[Monomial, Interval]) -> Expansion:
        """Small exact terms beyond MOST_TERMS, and those below the remainder, join the remainder."""
        ceiling = max(rest) if rest else None
        kept = sorted(exact, reverse=True)
        for place, m in enumerate(kept):
            if place >= MOST_TERMS or (ceiling is not None and m <= ceiling):
                moved = enclose(exact.pop(m))
                target = m
                if ceiling is not None and m < ceiling:
                    # m = ceiling · (m/ceiling), and the quotient decays: one remainder term is enough.
                    moved, target = moved * self.decaying(times(m, to_power(ceiling, Fraction(-1)))), ceiling
                rest[target] = rest[target] + moved if target in rest else moved
        return Expansion(exact, self.merged(rest))

    def merged(self, rest: dict[Monomial, Interval]) -> dict[Monomial, Interval]:
        if len(rest) <= 1:
            return rest
        top = max(rest)
        total = rest[top]
        for m, interval in rest.items():
            if m != top:
                total = total + interval * self.decaying(times(m, to_power(top, Fraction(-1))))
        return {top: total}

    def mul(self, e: Expansion, f: Expansion) -> Expansion:
        exact: dict[Monomial, sp.Expr] = {}
        rest: dict[Monomial, Interval] = {}
        for m, a in e.exact.items():
            for n, b in f.exact.items():
                key = times(m, n)
                total = sp.expand(exact.pop(key, sp.S.Zero) + a * b)
                if not _is_zero(total):
                    exact[key] = total
        products = [(m, enclose(a), n, b) for m, a in e.exact.items() for n, b in f.rest.items()]
        products += [(m, a, n, enclose(b)) for m, a in e.rest.items() for n, b in f.exact.items()]
        products += [(m, a, n, b) for m, a in e.rest.items() for n, b in f.rest.items()]
        for m, a, n, b in products:
            key = times(m, n)
            rest[key] = rest[key] + a * b if key in rest else a * b
        return self.trimmed(exact, rest)

    def scaled(self, e: Expansion, factor: sp.Expr, m: Monomial = CONSTANT) -> Expansion:
        return self.mul(e, Expansion({m: factor}, {}))

    def relative(self, e: Expansion) -> tuple[Monomial, sp.Expr, Expansion]:
        """(m, κ, R) with e = κ·m·(1 + R), R decaying."""
        m, lead = e.lead()
        if enclose(lead).contains_zero():
            raise NoExpansionError(f"the sign of the coefficient {lead} is unknown")
        quotient = self.scaled(e, 1 / lead, to_power(m, Fraction(-1)))
        exact = {n: a for n, a in quotient.exact.items() if n != CONSTANT}
        return m, lead, Expansion(exact, quotient.rest)

    def analytic(self, function: sp.Expr, t: sp.Symbol, centre: sp.Expr, small: Expansion) -> Expansion:
        """function(centre + small) by its Taylor series at the centre, with Lagrange's remainder."""
        if any(m >= CONSTANT for m in (*small.exact, *small.rest)):
            raise NoExpansionError("the argument does not tend to the centre")
        result = self.constant(function.subs(t, centre))
        if not small.exact and not small.rest:
            return result
        power, derivative = self.constant(sp.S.One), function
        for j in range(1, self.order):
            power, derivative = self.mul(power, small), sp.diff(derivative, t)
            result = self.add(result, self.scaled(power, derivative.subs(t, centre) / sp.factorial(j)))
        program = compile_expressions([function], [t])
        values = enclose(centre) + self.bound(small)
        remainder = coefficients(program, values, self.order)[self.order]
        if not remainder.finite:
            raise NoExpansionError("the remainder of a Taylor series is unbounded here")
        tail = self.mul(self.mul(power, small), Expansion({}, {CONSTANT: remainder}))
        return self.add(result, tail)

    # -- the answer ----------------------------------------------------------------------------------------------

    def sign(self, e: Expansion) -> int:
        """The sign of the expansion on all of [start, ∞), never zero there; NoExpansionError where unknown."""
        m, lead = e.lead()
        over = to_power(m, Fraction(-1))
        total = enclose(lead)
        for n, coefficient in e.exact.items():
            if n != m:
                total = total + enclose(coefficient) * self.decaying(times(n, over))
        for n, interval in e.rest.items():
            total = total + interval * self.decaying(times(n, over))
        if total.contains_zero():
            raise NoExpansionError("the leading term does not outweigh the others yet")
        return 1 if total.lo > 0 else -1


def _exact(value: Fraction) -> Interval:
    return Interval.exact(value.numerator, value.denominator)


def _is_zero(value: sp.Expr) -> bool:
    if value.is_Rational:
        return bool(value == 0)
    if not enclose(value).contains_zero():
        return False
    return reduces_to_zero(value)
