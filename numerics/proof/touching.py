"""Bounds that touch: the sign of f next to a point, or next to infinity, where no enclosure of f can tell.

At a finite point c: if f and its first m − 1 derivatives vanish at c exactly, then f(x) = (x − c)^m f^{(m)}(ξ)/m!,
and the sign of an enclosure of f^{(m)} near c is the sign of f there. Where f has no Taylor series at c, or c is
infinite, x = c ± 1/s (x = ±s) and an expansion for s → ∞ say the same.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

import sympy as sp
from flint import arb

from numerics.deadline import OutOfTimeError, interrupted_after
from numerics.enclosure.interval import Interval, fraction, precision, simplest_fraction
from numerics.enclosure.program import Program, UnsupportedError, compile_expressions, enclose
from numerics.enclosure.taylor import coefficients
from numerics.proof.asymptotics import sign_at_infinity
from numerics.proof.exact import constant_sign

HIGHEST_ORDER = 10
_SECONDS = 2.0


@dataclass(frozen=True)
class Neighbourhood:
    """f has a certain sign on (c, c + reach) for side = 1, on (c − reach, c) for side = −1; never zero there.

    For an infinite c the reach is the A from which on, x ≥ A or x ≤ −A, the sign holds.
    """

    sign: int
    reach: Fraction
    by: str


def vanishing_order(f: sp.Expr, x: sp.Symbol, c: sp.Expr, side: int) -> int | None:
    """The least m with f^{(m)}(c) ≠ 0, all lower ones being exactly zero; None where that is not certain."""
    try:
        # A tenth derivative may be larger than what SymPy can write down in a minute.
        with interrupted_after(_SECONDS):
            return _vanishing_order(f, x, c, side)
    except OutOfTimeError:
        return None


def _vanishing_order(f: sp.Expr, x: sp.Symbol, c: sp.Expr, side: int) -> int | None:
    program = compile_expressions([f], [x])
    if f.has(sp.Abs, sp.Max, sp.Min):
        return None
    with precision(256):
        at_c = coefficients(program, enclose(c), HIGHEST_ORDER)
        # 0 · ∞ counts as 0: only where a coefficient is bounded beside c as well does f have that derivative at c.
        short = Interval(arb(0), arb(2) ** -40)
        beside_c = coefficients(program, enclose(c) + (short if side > 0 else -short), HIGHEST_ORDER)
    for order, coefficient in enumerate(at_c):
        if not coefficient.finite or not beside_c[order].finite:
            return None
        if not coefficient.contains_zero():
            return order
        exactly_zero = coefficient.lo == 0 and coefficient.hi == 0
        if not exactly_zero and constant_sign(sp.diff(f, x, order).subs(x, c)) != 0:
            return None
    return None


def _taylor_reach(
    program: Program, c: Interval, order: int, side: int, widest: Fraction
) -> tuple[int, Fraction] | None:
    """(sign, reach): the coefficient of the given order has a certain sign on the whole of [c, c ± reach]."""
    reach = min(Fraction(1), widest)
    for _ in range(48):
        step = Interval.exact(*reach.as_integer_ratio())
        other = c + step if side > 0 else c - step
        coefficient = coefficients(program, c.hull(other), order)[order]
        if not coefficient.contains_zero():
            sign = 1 if coefficient.lo > 0 else -1
            return (sign if side > 0 or order % 2 == 0 else -sign), reach
        reach /= 2
    return None


def beside(f: sp.Expr, x: sp.Symbol, c: sp.Expr, side: int, widest: Fraction = Fraction(1)) -> Neighbourhood | None:
    """The sign of f right next to c on one side; None where it cannot be told."""
    if c.is_infinite:
        found = sign_at_infinity(f.subs(x, -x) if c is sp.S.NegativeInfinity else f, x)
        return found and Neighbourhood(found[0], Fraction(found[1]), "expansion at infinity")
    try:
        order = vanishing_order(f, x, c, side)
        if order is not None:
            found = _taylor_reach(compile_expressions([f], [x]), enclose(c), order, side, widest)
            if found:
                return Neighbourhood(found[0], found[1], f"Taylor coefficient of order {order} at {c}")
    except UnsupportedError:
        pass
    return _by_inversion(f, x, c, side)


def _by_inversion(f: sp.Expr, x: sp.Symbol, c: sp.Expr, side: int) -> Neighbourhood | None:
    s = sp.Dummy("s", real=True)
    found = sign_at_infinity(f.subs(x, c + side / s), s)
    return found and Neighbourhood(found[0], Fraction(1, found[1]), f"expansion in 1/s at {c} {'+-'[side < 0]} 1/s")


def nearby_constant(low: arb, high: arb, f: sp.Expr, x: sp.Symbol) -> sp.Expr | None:
    """An exact point c in [low, high] with f(c) = 0 exactly, where one of the usual constants is such a point."""
    for candidate in _candidates(low, high, f, x):
        inside = enclose(candidate)
        if inside.lo >= low and inside.hi <= high and constant_sign(f.subs(x, candidate)) == 0:
            return candidate
    return None


def _candidates(low: arb, high: arb, f: sp.Expr, x: sp.Symbol) -> list[sp.Expr]:
    middle = Interval(low, high).middle()
    # A point in the middle may miss the one with the smallest denominator of all.
    simplest = simplest_fraction(fraction(low), fraction(high))
    found: list[sp.Expr] = [sp.Rational(q.numerator, q.denominator) for q in (simplest, middle)]
    width = float((high - low).upper())
    for unit in (sp.pi, sp.sqrt(2), sp.sqrt(3), sp.log(2), sp.E, sp.exp(-1), sp.sqrt(5), sp.exp(-sp.S.Half)):
        size = float(enclose(unit).lo)
        ratio = Fraction(float(middle) / size).limit_denominator(12)
        if ratio and abs(float(ratio) * size - float(middle)) <= width:
            found.append(sp.Rational(ratio.numerator, ratio.denominator) * unit)
    return found + _critical_points(f, x)


def _critical_points(f: sp.Expr, x: sp.Symbol) -> list[sp.Expr]:
    """Exact roots of f′, where it is a polynomial that SymPy can solve."""
    numerator = sp.fraction(sp.together(sp.diff(f, x)))[0]
    if not numerator.is_polynomial(x) or sp.Poly(numerator, x).degree() > 8:
        return []
    return [root for root in sp.roots(sp.Poly(numerator, x)) if root.is_real]
