"""The signs read off a structure are never too few: no sign that occurs at a point of the domain is missed."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest
import sympy as sp
from hypothesis import given, settings
from hypothesis import strategies as st

from numerics.precision import UndecidedError, slack_at
from numerics.proof.domain import EmptyDomainError, assume
from numerics.proof.goal import Domain, Range
from numerics.proof.sign import NON_NEGATIVE, POSITIVE, shows, sign

x, y = sp.symbols("x y", real=True)
LEAVES = [x, y, x - y, x + 1, y - sp.Rational(1, 3), sp.Integer(2), sp.Rational(-1, 3), sp.pi]
PARTS = [
    sp.exp, sp.tanh, sp.sinh, sp.cosh, sp.sech, sp.atan, sp.erf, sp.erfc, sp.Abs, sp.sin, sp.asinh,
    lambda u: u**2, lambda u: u**3, lambda u: 1 / u, lambda u: u**-2, sp.log, sp.sqrt,
    lambda u: u ** sp.Rational(-1, 3), sp.coth, sp.csch, lambda u: sp.Max(u, y),
    lambda u: sp.Min(u, 0), lambda u: u ** (u + 2), lambda u: -u, lambda u: u - 1, sp.acosh,
    sp.atanh, sp.asin, sp.tan, sp.cot,
    lambda u: sp.Piecewise((u, u > 0), (u / 10, True)),
]  # fmt: skip


@st.composite
def expressions(draw: Any, depth: int = 2) -> sp.Expr:
    if depth == 0:
        return draw(st.sampled_from(LEAVES))
    kind = draw(st.sampled_from(["sum", "product", "part", "part"]))
    first = draw(expressions(depth - 1))
    if kind == "part":
        return draw(st.sampled_from(PARTS))(first)
    second = draw(expressions(depth - 1))
    return first + second if kind == "sum" else first * second


ENDS = [sp.Integer(n) for n in (-2, -1, 0, 1, 3)] + [sp.Rational(1, 3), sp.sqrt(2)]


@st.composite
def ranges(draw: Any) -> Range:
    lo, hi = sorted(draw(st.lists(st.sampled_from(ENDS), min_size=2, max_size=2, unique=True)))
    kind = draw(st.sampled_from(["both", "above", "below", "line"]))
    lo = sp.S.NegativeInfinity if kind in ("below", "line") else lo
    hi = sp.S.Infinity if kind in ("above", "line") else hi
    return Range(lo, hi, lo.is_infinite or draw(st.booleans()), hi.is_infinite or draw(st.booleans()))


def inside(value: Fraction, bounds: Range) -> bool:
    number = sp.Rational(value.numerator, value.denominator)
    above = number > bounds.lo or (number == bounds.lo and not bounds.lo_open)
    return bool(above and (number < bounds.hi or (number == bounds.hi and not bounds.hi_open)))


POINTS = [Fraction(n, 12) for n in (-30, -24, -13, -12, -11, -1, 0, 1, 4, 5, 12, 13, 16, 17, 36, 40)]


def sign_at(f: sp.Expr, point: dict[Any, Fraction]) -> int | None:
    """The sign at a point; None where the expression is no real number there.

    A power with a variable exponent asks for a base above 0: x**(x + 2) is no number at x = −1, though (−1)**1 is.
    """
    if any(p.exp.free_symbols and p.base.subs(point) <= 0 for p in f.atoms(sp.Pow)):
        return None
    try:
        value = slack_at(f, point, 5)
    except UndecidedError:
        return 0
    except ValueError:
        return None
    return (value > 0) - (value < 0)


@settings(max_examples=100)
@given(expressions(), ranges(), ranges(), st.lists(st.tuples(expressions(1), st.booleans()), max_size=2))
def test_no_sign_that_occurs_is_missed(f: sp.Expr, of_x: Range, of_y: Range, constraints: Any) -> None:
    domain = Domain({x: of_x, y: of_y})
    if f.has(sp.zoo, sp.nan, sp.I, sp.oo):
        return
    try:
        for g, strict in constraints:
            if not g.has(sp.zoo, sp.nan, sp.I, sp.oo):
                domain = assume(domain, g, strict)
    except EmptyDomainError:
        return
    found = sign(f, domain)
    for a in POINTS[::2] if len(found) == 2 else POINTS:
        for b in POINTS[1::3]:
            if len(found) == 3 or not (inside(a, domain.ranges[x]) and inside(b, domain.ranges[y])):
                continue
            point = {x: a, y: b}
            if all(sign_at(g, point) in ((1,) if strict else (0, 1)) for g, strict in domain.constraints):
                assert sign_at(f, point) in {None, *found}, (f, str(domain), point)


def on(lo: Any, hi: Any, lo_open: bool, hi_open: bool) -> Domain:
    return Domain({x: Range(sp.sympify(lo), sp.sympify(hi), lo_open, hi_open)})


def test_an_open_end_makes_a_product_positive_and_a_closed_one_does_not() -> None:
    assert shows(x * sp.tanh(x), True, on(0, 5, True, False))
    assert not shows(x * sp.tanh(x), True, on(0, 5, False, False))
    assert shows(x * sp.tanh(x), False, on(0, 5, False, False))
    assert not shows(-x, True, on(-5, 0, False, False))
    assert shows(-x, True, on(-5, 0, False, True))


@pytest.mark.parametrize("f", [x**2 - HAIR for HAIR in (sp.Rational(1, 10**k) for k in (3, 6, 9, 12, 30))])
def test_a_square_less_a_hair_is_not_shown(f: sp.Expr) -> None:
    assert not shows(f, False, on(-1, 1, False, False))


def test_a_whole_exponent_leaves_the_sign_of_a_power_open() -> None:
    n = sp.Symbol("n", integer=True, nonnegative=True)
    whole = Domain({n: Range(sp.S.Zero, sp.S.Infinity, False, True), x: Range()})
    assert not sign((-1) ** n, whole) <= NON_NEGATIVE
    assert not sign(x**n, whole) <= NON_NEGATIVE


def test_zero_to_a_power_may_be_zero() -> None:
    assert not sign(sp.Pow(0, y), Domain({y: Range(sp.S.Zero, sp.S.Infinity, False, True)})) <= POSITIVE


def test_a_constraint_gives_its_sign_and_not_more() -> None:
    plane = Domain({x: Range(), y: Range()})
    weak, strict = assume(plane, x * y - 1, False), assume(plane, x * y - 1, True)
    assert sign(x * y - 1, strict) == POSITIVE
    assert sign(x * y - 1, weak) == NON_NEGATIVE
    assert sign(1 - x * y, weak) == frozenset((-1, 0))
    assert not shows(x * y - 1 - sp.Rational(1, 10**12), False, weak)
