"""A value between two fractions at a rational point, by partial sums: no tool that is measured has a say in it.

Only + · powers, roots, exp, sin, cos and tanh are known; that is what the false inequalities need.
"""

from __future__ import annotations

from fractions import Fraction
from math import isqrt
from typing import Any

import sympy as sp

from benchmarks.provers.inequalities import NAMES, Inequality

Pair = tuple[Fraction, Fraction]
_SMALL = Fraction(1, 2**200)


def certainly_fails(inequality: Inequality) -> bool:
    """Whether the point that the inequality names lies in its box and the slack is certainly negative there."""
    point = {NAMES[name]: Fraction(value) for name, value in (inequality.fails_at or {}).items()}
    inside = all(Fraction(lo) <= point[NAMES[v]] <= Fraction(hi) for v, (lo, hi) in inequality.box.items())
    return inside and value(inequality.slack, point)[1] < 0


def value(expression: Any, point: dict[sp.Symbol, Fraction]) -> Pair:
    """Two fractions with the value of the expression at the point between them."""
    if expression.is_Rational:
        return _exactly(Fraction(int(expression.p), int(expression.q)))
    if expression.is_Symbol:
        return _exactly(point[expression])
    parts = [value(part, point) for part in expression.args]
    match expression:
        case sp.Add():
            return sum(lo for lo, _ in parts) + Fraction(0), sum(hi for _, hi in parts) + Fraction(0)
        case sp.Mul():
            total = parts[0]
            for part in parts[1:]:
                total = _times(total, part)
            return total
        case sp.Pow() if expression.exp.is_Integer:
            return _power(parts[0], int(expression.exp))
        case sp.Pow() if expression.exp == sp.S.Half:
            return _root(parts[0][0]), _root(parts[0][1]) + _SMALL
        case sp.exp():
            return _exp(parts[0][0])[0], _exp(parts[0][1])[1]
        case sp.tanh():
            lo, hi = _exp(2 * parts[0][0])[0], _exp(2 * parts[0][1])[1]
            return 1 - 2 / (lo + 1), 1 - 2 / (hi + 1)
        case sp.sin() | sp.cos():
            return _trigonometric(parts[0], expression.func is sp.cos)
    raise ValueError(f"no partial sum is known here for {expression.func.__name__}")


def _exactly(x: Fraction) -> Pair:
    return x, x


def _times(a: Pair, b: Pair) -> Pair:
    products = [x * y for x in a for y in b]
    return min(products), max(products)


def _power(a: Pair, n: int) -> Pair:
    if n < 0:
        if a[0] <= 0 <= a[1]:
            raise ZeroDivisionError("the base of a negative power may be zero")
        return _power((1 / a[1], 1 / a[0]), -n)
    total = _exactly(Fraction(1))
    for _ in range(n):
        total = _times(total, a)
    return total


def _root(x: Fraction) -> Fraction:
    """The largest multiple of 2⁻²⁰⁰ whose square is ≤ x."""
    return Fraction(isqrt(int(x * 2**400)), 2**200)


def _exp(x: Fraction) -> Pair:
    if x < 0:
        lo, hi = _exp(-x)
        return 1 / hi, 1 / lo
    total, term, n = Fraction(0), Fraction(1), 0
    # From n ≥ 2x on each term is at most half of the one before, so the rest is at most twice the first one left out.
    while n < 2 * x or term > _SMALL:
        total, n = total + term, n + 1
        term = term * x / n
    return total, total + 2 * term


def _trigonometric(x: Pair, even: bool) -> Pair:
    if x[0] != x[1]:
        raise ValueError("sine and cosine are known here at exact points only")
    total, n = Fraction(0), 0 if even else 1
    term = Fraction(1) if even else x[0]
    while n < 2 * abs(x[0]) or abs(term) > _SMALL:
        total, n = total + term, n + 2
        term = -term * x[0] ** 2 / (n * (n - 1))
    return total - 2 * abs(term), total + 2 * abs(term)
