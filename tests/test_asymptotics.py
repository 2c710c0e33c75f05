"""Where an expansion at infinity names a sign and a place, the sign holds from that place on."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest
import sympy as sp
from hypothesis import given, settings
from hypothesis import strategies as st

from numerics.precision import UndecidedError, slack_at
from numerics.proof.asymptotics import sign_at_infinity

x = sp.Symbol("x", real=True)
HAIR = sp.Rational(1, 10**9)
STEEP = (sp.exp, sp.sinh, sp.cosh, sp.tanh, sp.coth, sp.sech, sp.erf, sp.erfc)
"""What comes so near to its limit that thousands of digits agree with it far out."""
FAR = [
    Fraction(1), 1 + Fraction(1, 10**12), 1 + Fraction(1, 100), Fraction(3, 2), Fraction(2), Fraction(10),
    Fraction(1000), Fraction(10**6),
]  # fmt: skip


def sign_at(f: sp.Expr, at: Fraction) -> int:
    value = slack_at(f, {x: at}, 8)
    return (value > 0) - (value < 0)


def holds(f: sp.Expr, answer: tuple[int, int], farthest: int = 10**9) -> bool:
    """Whether the sign is right at many points from the named place on."""
    sign, start = answer
    points = [start * share for share in FAR if start * share <= farthest]
    return all(sign_at(f, Fraction(point)) == sign for point in points)


DECIDED = [
    # Far out on the left, behind a factor that SymPy does not take the sign out of; and irrational exponents.
    (1 + sp.tanh(sp.sqrt(2) * (-x - x**3) / 3) - sp.exp(-x), -1), (sp.sech(sp.sqrt(2) * (-x - x**3)) - sp.exp(-x), -1),
    (sp.exp(sp.sqrt(2) * x - x**2) - sp.exp(-x), -1), (sp.exp(-sp.sqrt(2) * x) - 1 / x, -1),
    (2 - sp.erfc((1 - x) / sp.sqrt(2)) - sp.exp(-x), -1), (1 + sp.erf((1 - x) * sp.sqrt(2)) - sp.exp(-x), -1),
    (x - sp.log(x), 1), (sp.log(x) - sp.sqrt(x), -1), (sp.exp(-x) - 1 / x**9, -1), (1 - sp.tanh(x), 1),
    (sp.tanh(x) - 1 + 2 * sp.exp(-2 * x), 1), (sp.tanh(x) - 1 + 2 * sp.exp(-2 * x) - 2 * sp.exp(-4 * x), -1),
    (sp.sqrt(x**2 + 1) - x - 1 / (2 * x), -1), (sp.sqrt(x**2 + 1) - x - 1 / (2 * x) + 1 / (8 * x**3), 1),
    (sp.pi / 2 - sp.atan(x) - 1 / x, -1), (sp.pi / 2 - sp.atan(x) - 1 / x + 1 / (3 * x**3), 1),
    (x / (1 + x) - (1 - HAIR), 1), (x + sp.sin(x), 1), (x**2 + x * sp.cos(x), 1), (sp.erfc(x) - sp.exp(-(x**2)), -1),
    (sp.erf(x) - 1 + sp.exp(-x), 1), (x**x - sp.exp(x), 1), (x ** (1 / x) - 1, 1), (sp.Abs(1 - x) - x, -1),
    (sp.log(1 + sp.exp(x)) - x, 1), (sp.log(1 + sp.exp(-x)) - sp.exp(-x), -1), (sp.coth(x) - 1, 1),
    (sp.asinh(x) - sp.log(2 * x), 1), (sp.acosh(x) - sp.log(2 * x), -1), (sp.exp(1 / x) - 1 - 1 / x, 1),
    ((1 + 1 / x) ** x - sp.E, -1), ((1 + 1 / x) ** (x + 1) - sp.E, 1), (sp.Max(x, 3) - sp.Min(x, 3), 1),
    (sp.exp(x) - sp.exp(x) * (1 - sp.exp(-x) / 2), 1), (sp.sinh(x) - sp.cosh(x), -1), (sp.sech(x) - 2 * sp.exp(-x), -1),
    (sp.sin(1 / x) - 1 / x, -1), (sp.cos(1 / x) - 1 + 1 / (2 * x**2), 1), (x * sp.log(1 + 1 / x) - 1, -1),
    (sp.sqrt(x + sp.sqrt(x)) - sp.sqrt(x) - sp.Rational(1, 2), -1), (sp.cbrt(x**3 + x**2) - x - sp.Rational(1, 3), -1),
]  # fmt: skip


@pytest.mark.parametrize(("f", "sign"), DECIDED, ids=lambda value: str(value)[:50])
def test_a_named_sign_holds_from_the_named_place_on(f: sp.Expr, sign: int) -> None:
    answer = sign_at_infinity(f, x)
    if answer is not None:
        assert answer[0] == sign
        assert holds(f, answer, 1000 if f.has(*STEEP) else 10**9)


def test_most_of_them_are_decided() -> None:
    undecided = [f for f, _ in DECIDED if sign_at_infinity(f, x) is None]
    assert len(undecided) <= 6, undecided


WITHOUT_SIGN = [
    sp.sin(x), x * sp.sin(x), sp.sin(x) + 1, sp.sin(x) / x, sp.exp(-x) * sp.cos(x), x - x * sp.sin(x) ** 2,
    x + x * sp.sin(x), sp.sin(x**2) + sp.Rational(999, 1000), sp.Abs(sp.sin(x)), sp.Max(sp.sin(x), -HAIR),
    sp.tan(x), sp.atan(sp.tan(x)), sp.exp(sp.sin(x)) - 1, sp.log(2 + sp.sin(x)), sp.sin(sp.log(x)),
]  # fmt: skip


@pytest.mark.parametrize("f", WITHOUT_SIGN, ids=str)
def test_what_oscillates_has_no_sign(f: sp.Expr) -> None:
    assert sign_at_infinity(f, x) is None


@pytest.mark.parametrize("f", [x - x, sp.exp(x) * sp.exp(-x) - 1, sp.cosh(x) ** 2 - sp.sinh(x) ** 2 - 1], ids=str)
def test_zero_has_no_sign(f: sp.Expr) -> None:
    assert sign_at_infinity(f, x) is None


REFUSED = [
    sp.Piecewise((sp.Integer(1), sp.Eq(x, 3)), (-x, True)), sp.Piecewise((x, x > 5), (-x, True)), sp.floor(x),
    sp.sign(x) - 2, sp.log(-x), sp.sqrt(-x), sp.acos(x), sp.gamma(x), sp.log(sp.log(sp.log(x))), sp.exp(sp.exp(x)),
    x**sp.pi, sp.exp(sp.pi * x), sp.Heaviside(x - 1),
]  # fmt: skip


@pytest.mark.parametrize("f", REFUSED, ids=str)
def test_what_has_no_expansion_is_answered_with_none_or_rightly(f: sp.Expr) -> None:
    answer = sign_at_infinity(f, x)
    assert answer is None or holds(f, answer, 100)


ALGEBRAIC = [sp.sqrt(x), x, x**2, 1 / x, sp.log(x), sp.log(x) / x, sp.Integer(1), x ** sp.Rational(-2, 3)]
SHAPES = [
    lambda u: u, lambda u: sp.sqrt(1 + u**2), lambda u: sp.log(1 + u**2), sp.atan, sp.asinh,
    lambda u: 1 / (1 + u**2), lambda u: sp.sin(1 / (1 + u**2)), sp.tanh, lambda u: sp.Abs(u - 2),
    lambda u: sp.Max(u, sp.Rational(1, 2)), sp.erf, lambda u: sp.exp(-(u**2) / (1 + u**2)),
]  # fmt: skip


@st.composite
def growing(draw: Any) -> sp.Expr:
    """A short sum of shapes of algebraic and logarithmic terms, often with leading terms that cancel."""
    terms = draw(st.lists(st.tuples(st.sampled_from(SHAPES), st.sampled_from(ALGEBRAIC)), min_size=1, max_size=3))
    total = sum((draw(st.sampled_from([1, -1, 2])) * shape(u) for shape, u in terms), sp.S.Zero)
    if draw(st.booleans()):
        shape, u = terms[0]
        total = total - shape(u) * (1 + draw(st.sampled_from([1, -1])) / x ** draw(st.integers(1, 3)))
    return total


@settings(max_examples=30)
@given(growing())
def test_a_random_sum_has_the_named_sign(f: sp.Expr) -> None:
    if f.has(x) and (answer := sign_at_infinity(f, x)) is not None:
        try:
            assert holds(f, answer, 10**4)
        except UndecidedError:
            assert answer is None
