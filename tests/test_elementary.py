"""Every elementary function contains its values: against mpmath at 120 digits, at random points of random intervals."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

import mpmath
import pytest
from flint import arb
from hypothesis import example, given, settings
from hypothesis import strategies as st
from sympy.parsing.sympy_parser import parse_expr

from numerics.enclosure import elementary
from numerics.enclosure.elementary import FUNCTIONS
from numerics.enclosure.interval import INFINITY, MINUS_INFINITY, Interval, fraction, precision
from numerics.enclosure.program import enclose

PRECISIONS = (53, 64, 200)
DIGITS = 120
OUTWARD = Fraction(1) / 10**110
"""mpmath's own rounding at that many digits, relative."""

REAL: Callable[[Fraction], bool] = lambda a: True  # noqa: E731
WHERE_REAL: dict[str, Callable[[Fraction], bool]] = {
    "log": lambda a: a > 0, "log1p": lambda a: a > -1, "atanh": lambda a: -1 < a < 1, "asin": lambda a: -1 <= a <= 1,
    "acos": lambda a: -1 <= a <= 1, "acosh": lambda a: a >= 1, "sqrt": lambda a: a >= 0,
}  # fmt: skip
MPMATH: dict[str, Callable[[Any], Any]] = {
    **{name: getattr(mpmath, name) for name in FUNCTIONS if name != "cbrt"},
    "cbrt": lambda x: mpmath.sign(x) * mpmath.cbrt(abs(x)),
}


def test_every_function_is_tested() -> None:
    assert set(MPMATH) == set(FUNCTIONS)


def as_fraction(value: Any) -> Fraction:
    sign, mantissa, exponent, _ = value._mpf_
    return (-1) ** sign * Fraction(int(mantissa)) * Fraction(2) ** int(exponent)


def exact(value: Fraction) -> arb:
    with precision(4000):
        return Interval.exact(value.numerator, value.denominator).lo


def contains(interval: Interval, value: Any) -> bool:
    """Whether an mpmath number, give or take its own rounding, lies in the interval."""
    number = as_fraction(value)
    slack = abs(number) * OUTWARD
    above = not interval.lo.is_finite() or fraction(interval.lo) <= number + slack
    return above and (not interval.hi.is_finite() or number - slack <= fraction(interval.hi))


def dyadic(mantissa: int, exponent: int) -> Fraction:
    return Fraction(mantissa) * Fraction(2) ** exponent


numbers = st.one_of(
    st.sampled_from([Fraction(n, 2) for n in (-4, -2, -1, 0, 1, 2, 3, 20)]),
    st.builds(dyadic, st.integers(-(2**20), 2**20), st.integers(-40, -10)),
    st.builds(dyadic, st.integers(-(2**70), 2**70), st.sampled_from([-400, -200, -70, -69, -64])),
    st.builds(lambda n, e: 1 + dyadic(n, e), st.integers(-3, 3), st.sampled_from([-60, -53, -30])),
    st.builds(lambda n, e: -1 + dyadic(n, e), st.integers(-3, 3), st.sampled_from([-60, -53, -30])),
)
shares = st.sampled_from([Fraction(0), Fraction(1), Fraction(1, 2), Fraction(1, 3), Fraction(1, 10**9)])


@st.composite
def cases(draw: Any) -> tuple[str, Interval, list[Fraction], int]:
    """A function, an interval, numbers of it, and a precision."""
    name = draw(st.sampled_from(sorted(FUNCTIONS)))
    a, b = sorted((draw(numbers), draw(numbers)))
    lo, hi = exact(a), exact(b)
    kind = draw(st.sampled_from(["finite", "finite", "point", "above", "below"]))
    if kind == "point":
        b, hi = a, lo
    elif kind == "above":
        b, hi = a + 100, INFINITY
    elif kind == "below":
        a, lo = b - 100, MINUS_INFINITY
    points = [a + share * (b - a) for share in draw(st.lists(shares, min_size=1, max_size=3))]
    return name, Interval(lo, hi), points, draw(st.sampled_from(PRECISIONS))


@settings(max_examples=300)
@given(cases())
@example(("exp", Interval(exact(Fraction(-(2**60) - 1, 2**60)), exact(Fraction(0))), [Fraction(-1, 2)], 53))
def test_a_function_contains_its_values(case: tuple[str, Interval, list[Fraction], int]) -> None:
    name, x, points, bits = case
    with precision(bits):
        image = FUNCTIONS[name](x)
    assert image.lo.is_exact()
    assert image.hi.is_exact()
    for point in points:
        if WHERE_REAL.get(name, REAL)(point):
            with mpmath.workdps(DIGITS):
                value = MPMATH[name](mpmath.mpf(point.numerator) / point.denominator)
            # sin and tan of a huge binary number are exact functions of it, but 1/3 of the way is not binary.
            if abs(point) < 2**60:
                assert contains(image, value), (name, x, point, value)


@pytest.mark.parametrize("name", sorted(FUNCTIONS))
@pytest.mark.parametrize("bits", PRECISIONS)
def test_the_image_of_the_whole_line_is_the_range_of_the_function(name: str, bits: int) -> None:
    ranges = {
        "exp": (0, None), "expm1": (-1, None), "cosh": (1, None), "acosh": (0, None), "sqrt": (0, None),
        "tanh": (-1, 1), "erf": (-1, 1), "sin": (-1, 1), "cos": (-1, 1), "sech": (0, 1), "erfc": (0, 2),
    }  # fmt: skip
    with precision(bits):
        image = FUNCTIONS[name](Interval(MINUS_INFINITY, INFINITY))
    if name in ranges:
        lo, hi = ranges[name]
        assert image.lo == lo
        assert image.hi == hi if hi is not None else image.hi == INFINITY
    else:
        for point in (-100, -2, -1, 0, 0.5, 1, 100):
            if WHERE_REAL.get(name, REAL)(Fraction(point)) and abs(point) != (1 if name == "atanh" else None):
                with mpmath.workdps(DIGITS):
                    assert contains(image, MPMATH[name](mpmath.mpf(point)))


@given(st.integers(-1000, 1000), st.integers(30, 60), st.sampled_from(PRECISIONS))
def test_a_crest_between_two_points_is_seen(k: int, exponent: int, bits: int) -> None:
    with mpmath.workdps(DIGITS):
        crest = as_fraction(mpmath.pi * k + mpmath.pi / 2)
    width = Fraction(1, 2**exponent)
    with precision(2000):
        x = Interval(exact(_binary(crest - width)), exact(_binary(crest + width)))
    with precision(bits):
        image = elementary.sin(x)
        assert image.hi == 1 if k % 2 == 0 else image.lo == -1
        pole = elementary.tan(x)
        assert not pole.finite


def _binary(value: Fraction) -> Fraction:
    return Fraction(round(value * 2**100), 2**100)


@pytest.mark.parametrize("x", [10, 20, 50, 200, 5000])
def test_one_minus_tanh_squared_does_not_cancel_in_sech(x: int) -> None:
    # In floats 1 − tanh² is 0 from x = 20 on; an enclosure of sech² keeps all its digits.
    square = elementary.sech(Interval.exact(x)).power(2)
    with mpmath.workdps(DIGITS):
        true = mpmath.sech(x) ** 2
        assert contains(square, true)
        assert 0 < as_fraction(true) * (1 - Fraction(1, 10**12)) < fraction(square.lo)
        difference = Interval.exact(1) - elementary.tanh(Interval.exact(x)).power(2)
        assert contains(difference, true)


@pytest.mark.parametrize("u", ["sqrt(2) - 3*sqrt(2)/3", "exp(1/3)*exp(-1/3) - 1", "sin(pi/7)**2 + cos(pi/7)**2 - 1"])
def test_an_enclosure_of_an_exact_zero_contains_zero(u: str) -> None:
    assert enclose(parse_expr(u, evaluate=False)).contains_zero()
