"""Exact numbers that a decimal looks like: guesses only, each to be certified by whoever makes use of it."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import Any

import mpmath
import sympy as sp

from numerics.deadline import OutOfTimeError, interrupted_after
from numerics.proof.exact import constant_sign

_LARGEST = 2000
_FAILURES = (ValueError, TypeError, AttributeError, NotImplementedError, RecursionError, ZeroDivisionError)


def lookalikes(value: Fraction, digits: int) -> Iterator[sp.Expr]:
    """Short exact numbers within 10^(−digits) of the value: fractions, roots, multiples of π, powers of e, logarithms.

    At least 20 digits of the value should be right, or chance has its hand in it.
    """
    with mpmath.workdps(digits + 10):
        x = mpmath.mpf(value.numerator) / value.denominator
        tolerance = mpmath.mpf(10) ** -digits
        yield from _short(x, tolerance)
        for unit in (sp.pi, sp.E, sp.sqrt(2), sp.sqrt(3), sp.sqrt(5), sp.log(2), sp.sqrt(sp.pi)):
            if x:
                yield from (
                    q * unit for q in _short(x / unit.evalf(digits + 10)._to_mpmath(200 + 4 * digits), tolerance)
                )
        if x > 0 and abs(mpmath.log(x)) < 50:
            yield from (sp.exp(q) for q in _short(mpmath.log(x), tolerance) if q)
        if abs(x) < 20:
            yield from (sp.log(q) for q in _short(mpmath.exp(x), tolerance) if q != 1)
        for q in _short(x * x, tolerance):
            yield sp.sqrt(q) if x > 0 else -sp.sqrt(q)
        yield from _quadratic(x, tolerance, digits)


def _short(x: mpmath.mpf, tolerance: mpmath.mpf) -> Iterator[Any]:  # pyright: ignore[reportInvalidTypeForm]
    if abs(x) > 10**9:
        return
    near = Fraction(int(mpmath.nint(x * mpmath.mpf(2) ** 200)), 2**200).limit_denominator(_LARGEST)
    if abs(x - mpmath.mpf(near.numerator) / near.denominator) <= tolerance * max(1, abs(x)):
        yield sp.Rational(near.numerator, near.denominator)


def _quadratic(x, tolerance, digits: int) -> Iterator[sp.Expr]:
    """Roots of quadratic equations with small coefficients."""
    try:
        found = mpmath.findpoly(x, 2, maxcoeff=200, tol=mpmath.mpf(10) ** -(digits - 4))
    except _FAILURES:
        return
    if not found or len(found) != 3:
        return
    a, b, c = (sp.Integer(int(k)) for k in found)
    for sign in (1, -1):
        root = (-b + sign * sp.sqrt(b**2 - 4 * a * c)) / (2 * a)
        if abs(mpmath.mpf(sp.re(root.evalf(digits + 5))) - x) <= 10 * tolerance:
            yield sp.nsimplify(root) if root.is_Rational else sp.radsimp(root)


def exact_roots(f: sp.Expr, x: sp.Symbol, seconds: float) -> list[sp.Expr]:
    """Exact real zeros of f that algebra finds: candidates, not all of them, and not certain to be zeros."""
    found: list[sp.Expr] = []
    for form in (lambda e: e, _algebraic):
        try:
            with interrupted_after(seconds / 3):
                numerator = sp.fraction(sp.together(form(f)))[0]
                if numerator.is_polynomial(x):
                    found += _of_polynomial(sp.Poly(numerator, x))
        except (OutOfTimeError, sp.PolynomialError, *_FAILURES):
            continue
    if not found:
        try:
            with interrupted_after(seconds / 3):
                solved = sp.solve(f, x)
            found += [root for root in solved if isinstance(root, sp.Expr) and not root.free_symbols]
        except (OutOfTimeError, sp.PolynomialError, *_FAILURES):
            pass
    return list(dict.fromkeys(root for root in found if root.is_real is not False and not root.has(sp.LambertW)))


def _algebraic(f: sp.Expr) -> sp.Expr:
    return sp.simplify(sp.powsimp(sp.expand(f.rewrite(sp.exp))))


def _of_polynomial(polynomial: sp.Poly) -> list[sp.Expr]:
    roots: list[Any] = []
    for factor, _ in polynomial.factor_list()[1]:
        if not all(c.is_Rational for c in factor.all_coeffs()):
            continue
        # Cardano's formulas are longer than "the real root of this polynomial", and say less.
        roots += (
            sp.real_roots(factor)
            if factor.degree() <= 2
            else [sp.CRootOf(factor.as_expr(), k, radicals=False) for k in range(factor.count_roots())]
        )
    return roots


def shortened(value: sp.Expr, seconds: float = 1.0) -> sp.Expr:
    """The number as SymPy simplifies it, where that is shorter and where the difference reduces to zero once more."""
    best = value
    for rewrite in (sp.simplify, sp.radsimp):
        try:
            with interrupted_after(seconds):
                form = rewrite(value)
        except (OutOfTimeError, *_FAILURES):
            continue
        if sp.count_ops(form) >= sp.count_ops(best) or form.has(sp.I, sp.Piecewise):
            continue
        if constant_sign(value - form) == 0:
            best = form
    return best
