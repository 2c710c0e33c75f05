"""Gains p, q, p, q, … under which outputs stay in two intervals by turns, so that they have no limit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sympy as sp

from theory.errors import StatementError
from theory.parsing import parse_expression
from theory.statement import Relation
from theory.sufficient import Condition

_ROUNDS, _DIGITS, _FINEST = 80, 40, 9
_n = sp.Symbol("n", real=True)
_u, _v = sp.symbols("u v", real=True)


@dataclass(frozen=True)
class TwoIntervals:
    """φ_p sends I into J and φ_q sends J into I, with I and J apart on y > 0, and the start in I."""

    gains: tuple[Any, Any]
    conditions: tuple[Condition, ...]
    why: str


def two_intervals(map_: Any, variable: Any, gain: Any, gains: str, start: str) -> TwoIntervals | None:
    """The intervals around the points between which the outputs alternate, for gains that are written m + h·(−1)ⁿ.

    They are a proposal, and the conditions say what has to hold of them. None where the gains are not written so, or
    the outputs do not settle down to two values.
    """
    found = _period_two(gains)
    try:
        x = sp.Rational(start)
    except (TypeError, ValueError):
        return None
    if found is None or not x > 0:
        return None
    first, second = (sp.lambdify(variable, map_.xreplace({gain: g}), "mpmath") for g in found)
    y: Any = sp.Float(x, _DIGITS)
    for _ in range(_ROUNDS):
        y = sp.Float(second(first(y._to_mpmath(160))), _DIGITS)
    for k in range(1, _FINEST):
        radius = sp.Rational(1, 10**k)
        low, high = (_short(y + side * radius, k + 3) for side in (-1, 1))
        if not 0 < low <= x <= high:
            continue
        ends = sorted(_short(first(sp.Float(end, _DIGITS)._to_mpmath(160)), k + 4) for end in (low, high))
        slack = sp.Rational(1, 10 ** (k + 3))
        near, far = ends[0] - slack, ends[1] + slack
        if near > 0 and (far < low or high < near):
            return TwoIntervals(found, _conditions(map_, variable, gain, found, (low, high), (near, far), x), _WHY)
    return None


_WHY = (
    "with the gains p, q, p, q, … the outputs from the start lie in I and in J by turns, two intervals of positive "
    "numbers without a common point, and closed: |Φ_m(x)| has no limit"
)


def _conditions(map_: Any, x: Any, a: Any, gains: Any, inner: Any, image: Any, start: Any) -> tuple[Condition, ...]:
    (low, high), (near, far) = inner, image
    apart = Relation(far, "<", low) if far < low else Relation(high, "<", near)
    positive = (Relation(low, ">", sp.S.Zero), Relation(near, ">", sp.S.Zero))
    entered = (Relation(start, ">=", low), Relation(start, "<=", high))
    return (
        Condition("the intervals are apart, and of positive numbers", (*positive, apart)),
        Condition("the start lies in I", entered),
        _into("φ_p sends I into J", map_.xreplace({a: gains[0], x: _u}), _u, inner, image),
        _into("φ_q sends J into I", map_.xreplace({a: gains[1], x: _v}), _v, image, inner),
    )


def _into(name: str, value: Any, v: Any, inside: Any, target: Any) -> Condition:
    given = (Relation(v, ">=", inside[0]), Relation(v, "<=", inside[1]))
    return Condition(name, (Relation(value, ">=", target[0]), Relation(value, "<=", target[1])), given)


def _period_two(gains: str) -> tuple[Any, Any] | None:
    """The values at n = 1 and n = 2 of m + h·(−1)ⁿ; None for any other text."""
    try:
        written = parse_expression(gains.replace("(-1)**n", "w"))[0]
    except StatementError:
        return None
    w: Any = next(iter(written.free_symbols), _n)
    if len(written.free_symbols) != 1 or str(w) != "w" or not written.is_polynomial(w) or sp.degree(written, w) != 1:
        return None
    p, q = (sp.sympify(written.subs(w, sign)) for sign in (-1, 1))
    return (p, q) if p.is_Rational and q.is_Rational else None


def _short(value: Any, digits: int) -> Any:
    """A decimal of so many places near the value."""
    return sp.Rational(sp.floor(sp.Rational(str(value)) * 10**digits), 10**digits)
