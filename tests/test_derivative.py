"""Derivatives over a box contain the true ones, for random expressions of every function, by mpmath at 60 digits."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import mpmath
import pytest
import sympy as sp
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from numerics.enclosure.derivative import SLOPES, differentiate
from numerics.enclosure.elementary import FUNCTIONS
from numerics.enclosure.interval import Interval, fraction, precision
from numerics.enclosure.program import UnsupportedError, compile_expressions
from numerics.precision import UndecidedError, slack_at

x, y = sp.symbols("x y", real=True)
BOUNDED = (sp.sin, sp.cos, sp.tanh, sp.sech, sp.atan, sp.asinh, sp.erf, sp.erfc)
ANYWHERE = (*BOUNDED, sp.exp, sp.sinh, sp.cosh)


def _tame(u: sp.Expr) -> sp.Expr:
    return sp.atan(u)


COMPOSED = [
    *(lambda u, f=f: f(u) for f in BOUNDED),
    *(lambda u, f=f: f(_tame(u)) for f in (sp.exp, sp.sinh, sp.cosh)),
    lambda u: sp.log(1 + u**2), lambda u: sp.sqrt(1 + u**2), lambda u: (2 + sp.sin(u)) ** sp.Rational(2, 3),
    lambda u: (1 + u**2) ** sp.Rational(-1, 3), lambda u: 1 / (2 + sp.cos(u)), lambda u: sp.asin(sp.tanh(u) / 2),
    lambda u: sp.acos(sp.tanh(u) / 2), lambda u: sp.acosh(2 + sp.tanh(u)), lambda u: sp.atanh(sp.sin(u) / 2),
    lambda u: sp.tan(sp.sin(u)), lambda u: sp.coth(2 + sp.sin(u)), lambda u: sp.csch(2 + sp.sin(u)),
    lambda u: sp.sec(sp.sin(u)), lambda u: sp.cot(2 + sp.sin(u) / 2), lambda u: sp.csc(2 + sp.sin(u) / 2),
    lambda u: (2 + sp.sin(u)) ** sp.atan(u), lambda u: sp.atan(u) ** 3, lambda u: (3 + sp.tanh(u)) ** -2,
]  # fmt: skip
"""Unary pieces that are real and of moderate size everywhere."""
CONSTANTS = (sp.Rational(1, 3), sp.Rational(-7, 10), sp.Integer(2), sp.pi / 4)


@st.composite
def expressions(draw: Any, variables: tuple[sp.Symbol, ...] = (x, y), depth: int = 3) -> sp.Expr:
    """A random expression of two to four levels."""
    if depth == 0 or draw(st.integers(0, 9)) == 0:
        return draw(st.sampled_from([*variables, *variables, *CONSTANTS]))
    kind = draw(st.sampled_from(["sum", "product", "call", "call"]))
    first = draw(expressions(variables, depth - 1))
    if kind == "call":
        return draw(st.sampled_from(COMPOSED))(first)
    second = draw(expressions(variables, depth - 1))
    return first + second if kind == "sum" else first * second


coordinates = st.builds(Fraction, st.integers(-160, 160), st.just(64))
widths = st.sampled_from([Fraction(0), Fraction(1, 2**40), Fraction(1, 64), Fraction(1, 2), Fraction(3)])


@st.composite
def boxes(draw: Any, n: int) -> tuple[list[Interval], list[Fraction]]:
    """A box and a point of it."""
    box, point = [], []
    for _ in range(n):
        low, width = draw(coordinates), draw(widths)
        box.append(Interval.exact(*low.as_integer_ratio()).hull(Interval.exact(*(low + width).as_integer_ratio())))
        point.append(low + width * draw(st.sampled_from([Fraction(0), Fraction(1), Fraction(1, 3), Fraction(1, 2)])))
    return box, point


def contains(interval: Interval, value: Any) -> bool:
    """Whether the interval contains the number, give or take one unit of its fiftieth digit."""
    sign, mantissa, exponent, _ = value._mpf_
    number = (-1) ** sign * Fraction(int(mantissa)) * Fraction(2) ** int(exponent)
    slack = abs(number) / 10**50
    above = not interval.lo.is_finite() or fraction(interval.lo) <= number + slack
    return above and (not interval.hi.is_finite() or number - slack <= fraction(interval.hi))


def value_at(expression: sp.Expr, point: dict[Any, Fraction]) -> Any:
    try:
        return slack_at(expression, point, 55)
    except UndecidedError:
        return mpmath.mpf(0)


@settings(max_examples=60)
@given(expressions(), boxes(2), st.sampled_from([53, 64, 200]))
def test_values_and_partials_contain_the_true_ones(f: sp.Expr, drawn: Any, bits: int) -> None:
    box, point = drawn
    assume(f.free_symbols and not f.has(sp.zoo, sp.nan, sp.I))
    with precision(bits):
        dual = differentiate(compile_expressions([f], [x, y]), box)[0]
    at = dict(zip((x, y), point, strict=True))
    assert contains(dual.value, value_at(f, at))
    for symbol, partial in zip((x, y), dual.partials, strict=True):
        slope = value_at(sp.diff(f, symbol), at)
        assert (slope == 0) if partial is None else contains(partial, slope)


KINKS = [
    (sp.Abs(x), -1, 1), (sp.Max(x, 0), 0, 1), (sp.Min(2 * x, x), 1, 2), (sp.Abs(x) - sp.Max(x, 0), -1, 0),
    (sp.Max(x, 0, evaluate=False) + sp.Min(x, 0, evaluate=False), 0, 2),
]  # fmt: skip


@pytest.mark.parametrize(("f", "lo", "hi"), KINKS)
def test_at_a_kink_the_partial_holds_both_one_sided_slopes(f: sp.Expr, lo: int, hi: int) -> None:
    box = [Interval.exact(-1).hull(Interval.exact(1))]
    (partial,) = differentiate(compile_expressions([f], [x]), box)[0].partials
    assert partial is not None
    assert partial.lo <= lo
    assert partial.hi >= hi


def test_a_jump_has_no_bounded_slope() -> None:
    step = sp.Piecewise((sp.Integer(0), x < 0), (sp.Integer(1), True))
    box = [Interval.exact(-1).hull(Interval.exact(1))]
    dual = differentiate(compile_expressions([step], [x]), box)[0]
    assert not dual.partials[0].finite  # pyright: ignore[reportOptionalMemberAccess]


def test_every_function_has_a_slope() -> None:
    assert set(SLOPES) | {"sqrt"} == set(FUNCTIONS)


@pytest.mark.parametrize("f", [sp.gamma(x), sp.floor(x), sp.sign(x), sp.Heaviside(x)])
def test_what_has_no_enclosure_is_refused_and_not_guessed(f: sp.Expr) -> None:
    with pytest.raises(UnsupportedError):
        compile_expressions([f], [x])


@pytest.mark.parametrize("f", [(-1) ** sp.Symbol("n", integer=True), x ** sp.Symbol("n", integer=True)])
def test_a_power_with_a_whole_exponent_may_be_negative(f: sp.Expr) -> None:
    # exp(n·log(−1)) is not (−1)ⁿ: either the power is refused, or its enclosure has both signs.
    symbols: list[Any] = sorted(f.free_symbols, key=str)
    try:
        value = compile_expressions([f], symbols).run([Interval.exact(-1).hull(Interval.exact(3))] * len(symbols))[0]
    except UnsupportedError:
        return
    assert value.lo < 0 < value.hi
