"""Taylor coefficients over an interval contain the true ones, by SymPy's derivatives and mpmath at 60 digits."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import mpmath
import pytest
import sympy as sp
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from test_derivative import COMPOSED, boxes, contains, expressions, value_at, x

from numerics.enclosure.interval import Interval, precision
from numerics.enclosure.program import UnsupportedError, compile_expressions
from numerics.enclosure.taylor import coefficients
from numerics.proof.touching import beside


@settings(max_examples=30)
@given(expressions((x,)), boxes(1), st.integers(0, 5), st.sampled_from([53, 64, 200]))
def test_coefficients_contain_the_true_ones(f: sp.Expr, drawn: Any, order: int, bits: int) -> None:
    (box,), (point,) = drawn
    assume(f.has(x) and sp.count_ops(f) < 40)
    with precision(bits):
        enclosed = coefficients(compile_expressions([f], [x]), box, order)
    derivative = f
    for j in range(order + 1):
        if j:
            derivative = sp.diff(derivative, x)
        if sp.count_ops(derivative) > 1500:
            break
        value = value_at(derivative, {x: point})
        with mpmath.workdps(80):
            assert contains(enclosed[j], value / mpmath.factorial(j)), (f, j, point)


@pytest.mark.parametrize("place", range(len(COMPOSED)))
def test_every_function_has_the_right_series(place: int) -> None:
    f = COMPOSED[place](x)
    point = Fraction(3, 16)
    enclosed = coefficients(compile_expressions([f], [x]), Interval.exact(3, 16), 4)
    derivative = f
    for j in range(5):
        value = value_at(derivative, {x: point})
        with mpmath.workdps(80):
            assert contains(enclosed[j], value / mpmath.factorial(j)), (f, j)
            assert enclosed[j].finite
        derivative = sp.diff(derivative, x)


@pytest.mark.parametrize("name", ["log1p", "expm1", "Cbrt"])
def test_the_functions_of_code_have_the_right_series(name: str) -> None:
    function = getattr(__import__("sympy.codegen.cfunctions", fromlist=[name]), name)
    plain = {"log1p": sp.log(1 + x), "expm1": sp.exp(x) - 1, "Cbrt": sp.cbrt(x)}[name]
    enclosed = coefficients(compile_expressions([function(x)], [x]), Interval.exact(3, 16), 5)
    for j, coefficient in enumerate(enclosed):
        value = value_at(sp.diff(plain, x, j), {x: Fraction(3, 16)})
        with mpmath.workdps(80):
            assert contains(coefficient, value / mpmath.factorial(j))


def test_cases_have_no_series() -> None:
    f = sp.Piecewise((x, x > 0), (sp.Integer(0), True))
    with pytest.raises(UnsupportedError):
        coefficients(compile_expressions([f], [x]), Interval.exact(1), 2)


ROUGH = [
    x**2 - sp.sqrt(x), x**3 - x ** sp.Rational(3, 2), x**2 - x ** sp.Rational(4, 3), x**3 - sp.sqrt(x**3),
    x**4 - sp.acosh(1 + x**2), x**2 + sp.asin(1 - x**2) - sp.pi / 2, x**3 - sp.acosh(1 + x**4),
    x**2 - x * sp.sqrt(x) * sp.cos(x), x**3 + x ** sp.Rational(7, 3) - 2 * sp.sqrt(x) * x**2 - sp.sqrt(x),
]  # fmt: skip


@pytest.mark.parametrize("f", ROUGH)
def test_a_function_that_is_not_smooth_at_a_point_is_not_taken_for_smooth(f: sp.Expr) -> None:
    # 0 · ∞ counts as 0 between ends: by the recurrence alone every coefficient of √x at 0 would be zero.
    near = beside(f, x, sp.S.Zero, 1)
    assert near is None or near.sign < 0
    assert value_at(f, {x: Fraction(1, 10**9)}) < 0


@pytest.mark.parametrize("f", [x - sp.Abs(x) + x**2, sp.Min(2 * x, 0) + x**2, 3 * x**2 - sp.Max(-x, 0)])
def test_a_kink_has_a_sign_on_each_side_of_its_own(f: sp.Expr) -> None:
    near = beside(f, x, sp.S.Zero, -1)
    assert near is None or near.sign < 0
    assert value_at(f, {x: Fraction(-1, 10**9)}) < 0


TOUCHING = [
    (sp.sinh(x) - x, 3, 1), (1 - sp.cos(x), 2, 1), (x - sp.tanh(x), 3, 1), (sp.exp(x) - 1 - x - x**2 / 2, 3, 1),
    (sp.sin(x) - x, 3, -1), (sp.log(1 + x) - x, 2, -1), (sp.cosh(x) - sp.exp(x**2 / 2), 4, -1),
]  # fmt: skip


@pytest.mark.parametrize(("f", "order", "sign"), TOUCHING)
def test_the_order_of_a_touching_zero_and_the_sign_beside_it(f: sp.Expr, order: int, sign: int) -> None:
    for side in (1, -1):
        near = beside(f, x, sp.S.Zero, side)
        assert near is not None
        assert near.sign == (sign if side > 0 or order % 2 == 0 else -sign)
        for share in (Fraction(1, 10**6), Fraction(1, 3), Fraction(999, 1000)):
            value = value_at(f, {x: side * near.reach * share})
            assert (value > 0) == (near.sign > 0)
