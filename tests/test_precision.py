"""High-precision evaluation: right to the digits asked, and loud where there is no number."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import mpmath
import pytest
import sympy as sp
from hypothesis import given
from hypothesis import strategies as st
from sympy.codegen.cfunctions import Cbrt, expm1, log1p

from numerics.precision import UndecidedError, slack_at
from theory.statement import Relation

x, y = sp.symbols("x y", real=True)
THIRD, SEVENTH = Fraction(1, 3), Fraction(1, 7)
EVERYTHING = [
    2 * sp.sqrt(2) * x / 3, sp.sqrt(2) * sp.Rational(2, 3), x / 3 + sp.Rational(1, 10), x ** sp.Rational(1, 3),
    sp.pi / 2, sp.E, sp.sech(x) + sp.coth(x) + sp.csch(x), sp.erf(x) + sp.erfc(x) ** 2, sp.Abs(x - 1),
    sp.Max(x, sp.Rational(1, 3), y), sp.Min(x, sp.Rational(1, 3), y), sp.sign(x) / 3, sp.atanh(x),
    sp.asin(x) + sp.acos(y),
    sp.Piecewise((x / 3, x > sp.Rational(1, 10)), (sp.Rational(1, 7), True)), sp.sec(x) + sp.csc(x) + sp.cot(x),
    log1p(x), expm1(x), x**y, sp.Rational(1, 3) ** x, 2 ** sp.Rational(1, 3), sp.acosh(1 + x), sp.asinh(x),
]  # fmt: skip


@pytest.mark.parametrize("f", EVERYTHING, ids=str)
@pytest.mark.parametrize("digits", [1, 16, 50, 300])
def test_every_function_is_right_to_the_digits_asked(f: sp.Expr, digits: int) -> None:
    value = slack_at(f, {x: THIRD, y: SEVENTH}, digits)
    plain = f.replace(log1p, lambda u: sp.log(1 + u)).replace(expm1, lambda u: sp.exp(u) - 1)
    true = sp.N(plain.subs({x: sp.Rational(1, 3), y: sp.Rational(1, 7)}), digits + 20)
    with mpmath.workdps(digits + 20):
        assert abs(value - mpmath.mpf(str(true))) <= abs(value) * mpmath.mpf(10) ** -digits


def test_the_real_cube_root_is_odd() -> None:
    root: Any = Cbrt(x)
    assert slack_at(root, {x: -8}, 30) == -2


@pytest.mark.parametrize("far", [10, 100, 1000, 2500])
def test_a_difference_that_cancels_keeps_its_digits(far: int) -> None:
    value = slack_at(1 - sp.tanh(x), {x: far}, 30)
    with mpmath.workdps(5 * far):
        true = 2 / (1 + mpmath.exp(2 * far))
        assert abs(value - true) <= true / 10**30


@given(st.fractions(), st.fractions(), st.integers(1, 60))
def test_a_polynomial_is_right_against_exact_fractions(a: Fraction, b: Fraction, digits: int) -> None:
    true = a**3 - 3 * a * b + b / 7
    if not true:
        return
    value = slack_at(x**3 - 3 * x * y + y / 7, {x: a, y: b}, digits)
    sign, mantissa, exponent, _ = value._mpf_
    number = (-1) ** sign * Fraction(int(mantissa)) * Fraction(2) ** int(exponent)
    assert abs(number - true) * 10**digits <= abs(true)


def test_a_relation_is_read_by_its_slack() -> None:
    assert slack_at(Relation(x, "<=", y), {x: 1, y: 3}, 10) == 2
    assert slack_at(Relation(x, ">", y), {x: 1, y: 3}, 10) == -2
    assert slack_at(Relation(x, "==", y), {x: 1, y: sp.Integer(3)}, 10) == -2


def test_a_hair_is_seen_however_thin() -> None:
    hair = sp.Rational(1, 10**900)
    assert slack_at(Relation(sp.exp(x), "<=", sp.exp(x) - hair), {x: SEVENTH}, 5) < 0
    assert slack_at(Relation(sp.exp(x), "<=", sp.exp(x) + hair), {x: SEVENTH}, 5) > 0


@pytest.mark.parametrize("f", [sp.exp(x) - sp.exp(y), (x - y) * sp.pi, 1 - sp.tanh(x) ** 2 - sp.sech(x) ** 2], ids=str)
def test_zero_is_never_said_but_undecided(f: sp.Expr) -> None:
    with pytest.raises(UndecidedError, match=r"7680 digits, the highest precision tried"):
        slack_at(f, {x: 2, y: 2}, 5)


NOWHERE: list[tuple[sp.Expr, Any]] = [
    (sp.log(x), -1), (sp.log(x), 0), (1 / x, 0), (sp.sqrt(x), -1), (sp.Abs(sp.sqrt(x)), -1), (sp.asin(x), 2),
    (sp.atan(sp.log(x)), 0), (1 / sp.log(x), 0), (sp.cos(sp.log(x)), -1), (x ** sp.Rational(1, 3), -1),
    (sp.coth(x), 0), (sp.csch(x), 0), (sp.acosh(x), Fraction(1, 2)), (sp.atanh(x), 1), (sp.exp(1 / sp.atanh(x)), 1),
    (sp.Max(sp.sqrt(x), 1), -1), (x ** sp.Rational(-1, 2), 0),
]  # fmt: skip


@pytest.mark.parametrize(("f", "at"), NOWHERE, ids=str)
def test_a_point_where_there_is_no_number_is_refused_and_quoted(f: sp.Expr, at: Any) -> None:
    with pytest.raises(ValueError, match=rf"is not a real number at x = {at}"):
        slack_at(f, {x: at}, 10)


def test_the_case_that_does_not_hold_is_not_evaluated() -> None:
    f = sp.Piecewise((sp.sin(x) / x + sp.cos(x) / x, sp.Ne(x, 0)), (sp.Integer(1), True))
    assert slack_at(f, {x: 0}, 10) == 1


def test_a_missing_variable_is_named() -> None:
    with pytest.raises(ValueError, match=r"needs a value for y; given: x = 1"):
        slack_at(x + y, {x: 1}, 10)


@pytest.mark.parametrize("value", [0.5, mpmath.mpf(1), sp.Float("0.5"), sp.pi, "1/2", sp.oo])
def test_a_value_that_is_not_rational_is_refused(value: Any) -> None:
    with pytest.raises(ValueError, match="not an exact rational"):
        slack_at(x, {x: value}, 10)


@pytest.mark.parametrize("digits", [0, -3])
def test_no_digits_are_refused(digits: int) -> None:
    with pytest.raises(ValueError, match=f"digits = {digits}"):
        slack_at(x, {x: 1}, digits)


def test_the_precision_of_mpmath_is_not_touched() -> None:
    with mpmath.workdps(23):
        slack_at(sp.exp(x), {x: THIRD}, 200)
        assert mpmath.mp.dps == 23
    with mpmath.workdps(5):
        assert abs(slack_at(sp.exp(x), {x: 1}, 40) - mpmath.mp.e) < 1e-4
        with mpmath.workdps(60):
            assert abs(slack_at(sp.exp(x), {x: 1}, 40) - mpmath.mp.e) < mpmath.mpf(10) ** -40
