"""Interval arithmetic contains what it says: against exact fractions and against mpmath at 100 digits."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import Any

import mpmath
import pytest
from flint import arb
from hypothesis import assume, example, given
from hypothesis import strategies as st

from numerics.enclosure.interval import (
    ENTIRE,
    INFINITY,
    MINUS_INFINITY,
    Interval,
    fraction,
    precision,
    simplest_fraction,
)

PRECISIONS = (53, 64, 200)
LIMITS: Any = (MINUS_INFINITY, INFINITY)
INFINITE = Fraction(10) ** 40
"""A point that stands for "very far out" in an unbounded interval."""


def dyadic(mantissa: int, exponent: int) -> Fraction:
    return Fraction(mantissa) * Fraction(2) ** exponent


numbers = st.one_of(
    st.sampled_from([Fraction(0), Fraction(1), Fraction(-1), Fraction(1, 2), dyadic(2**70 + 1, 0)]),
    st.builds(dyadic, st.integers(-(2**30), 2**30), st.integers(-40, 10)),
    st.builds(dyadic, st.integers(-(2**90), 2**90), st.sampled_from([-900, -100, -88, 0, 100, 900])),
)
shares = st.sampled_from([Fraction(0), Fraction(1), Fraction(1, 2), Fraction(1, 3), Fraction(1, 10**9)])


def exact(value: Fraction) -> arb:
    """A binary fraction as an exact Arb number, whatever the precision."""
    with precision(4000):
        end = Interval.exact(value.numerator, value.denominator)
        assert end.lo == end.hi
        return end.lo


@st.composite
def intervals(draw: Any) -> tuple[Interval, Fraction]:
    """An interval, possibly unbounded or one point, and a number of it."""
    a, b = sorted((draw(numbers), draw(numbers)))
    kind = draw(st.sampled_from(["finite", "finite", "point", "above", "below", "entire"]))
    if kind == "point":
        return Interval(exact(a), exact(a)), a
    share = draw(shares)
    if kind == "finite":
        return Interval(exact(a), exact(b)), a + share * (b - a)
    if kind == "above":
        return Interval(exact(a), INFINITY), a + share * INFINITE
    if kind == "below":
        return Interval(MINUS_INFINITY, exact(a)), a - share * INFINITE
    return ENTIRE, draw(numbers)


def holds(interval: Interval, value: Fraction) -> bool:
    """Whether the exact number lies in the interval."""
    assert interval.lo.is_exact()
    assert interval.hi.is_exact()
    above = not interval.lo.is_finite() or fraction(interval.lo) <= value
    below = not interval.hi.is_finite() or value <= fraction(interval.hi)
    return above and below and interval.lo != INFINITY and interval.hi != MINUS_INFINITY


LONG = dyadic(2**60 + 1, 0)


@given(intervals(), intervals(), st.sampled_from(PRECISIONS))
@example((Interval(exact(LONG), exact(LONG)), LONG), (Interval(exact(-LONG), exact(-LONG)), -LONG), 53)
def test_arithmetic_contains_the_exact_result(first: Any, second: Any, bits: int) -> None:
    (x, a), (y, b) = first, second
    with precision(bits):
        assert holds(x + y, a + b)
        assert holds(x - y, a - b)
        assert holds(x * y, a * b)
        assert holds(-x, -a)
        assert holds(abs(x), abs(a))
        assert holds(x.maximum(y), max(a, b))
        assert holds(x.minimum(y), min(a, b))
        assert holds(x.hull(y), a)
        assert holds(x.hull(y), b)
        if a:
            assert holds(x.inverse(), 1 / a)


@given(intervals(), st.integers(-7, 9), st.sampled_from(PRECISIONS))
def test_whole_powers_contain_the_exact_result(drawn: Any, n: int, bits: int) -> None:
    x, a = drawn
    assume(a or n >= 0)
    with precision(bits):
        assert holds(x.power(n), a**n)
        assert n % 2 or n < 1 or x.power(n).lo >= 0


@given(intervals(), st.integers(-7, 9), st.integers(2, 7), st.sampled_from(PRECISIONS))
def test_roots_contain_the_root(drawn: Any, p: int, q: int, bits: int) -> None:
    x, a = drawn
    assume(a > 0 or (a == 0 and p > 0))
    with precision(bits):
        value = x.root_power(p, q)
    # y = a^(p/q) lies in [lo, hi], lo ≥ 0, exactly if y^q = a^p lies in [lo^q, hi^q].
    assert value.lo >= 0
    assert not value.lo.is_finite() or fraction(value.lo) ** q <= a**p
    assert not value.hi.is_finite() or a**p <= fraction(value.hi) ** q


@given(intervals(), intervals())
def test_the_common_part_holds_what_both_hold(first: Any, second: Any) -> None:
    (x, a), (y, _) = first, second
    common = x.meet(y)
    if holds(y, a):
        assert common is not None
        assert holds(common, a)


@given(intervals())
def test_the_middle_lies_inside(drawn: Any) -> None:
    x, _ = drawn
    assert holds(x, x.middle())


@given(st.fractions(-9, 9, max_denominator=90), st.fractions(0, 2, max_denominator=90))
def test_no_fraction_with_a_smaller_denominator_lies_between(lo: Fraction, length: Fraction) -> None:
    simple = simplest_fraction(lo, lo + length)
    assert lo <= simple <= lo + length
    for denominator in range(1, simple.denominator):
        assert math.ceil(lo * denominator) > math.floor((lo + length) * denominator)


def test_an_empty_interval_has_no_simplest_fraction() -> None:
    with pytest.raises(ValueError, match="empty interval"):
        simplest_fraction(Fraction(1), Fraction(0))


@pytest.mark.parametrize("bits", PRECISIONS)
def test_the_negative_of_a_number_with_more_bits_than_the_precision_keeps_exact_ends(bits: int) -> None:
    # Arb rounds in −x, and a ball as an end makes the choice of the smaller end wrong by a rounding.
    long, short = Interval.exact(2**300 + 1), Interval.exact(-(2**300))
    with precision(bits):
        assert holds(-long, -Fraction(2**300 + 1))
        assert holds((-long).hull(short), -Fraction(2**300 + 1))
        assert holds((-long).minimum(short), -Fraction(2**300 + 1))
        assert holds(abs(-long), Fraction(2**300 + 1))


def test_a_nan_end_says_nothing() -> None:
    unknown = Interval(arb("nan"), arb("nan"))
    assert (unknown.lo, unknown.hi) == LIMITS
    difference = ENTIRE - ENTIRE
    assert (difference.lo, difference.hi) == LIMITS


def test_zero_times_infinity_is_zero_between_ends() -> None:
    product = Interval.exact(0) * ENTIRE
    assert product.lo == 0 == product.hi


def test_decimal_fractions_are_enclosed_and_not_rounded() -> None:
    tenth = Interval.exact(1, 10)
    assert holds(tenth, Fraction(1, 10))
    assert tenth.lo < tenth.hi


def test_the_exponential_contains_what_mpmath_own_intervals_miss() -> None:
    # mpmath issue 1181: `iv.exp` can miss exp x by a rounding. Every point is tried, also those that it gets right.
    for numerator in range(1, 400):
        enclosed = Interval.around(exact(Fraction(numerator, 1024)).exp())
        with mpmath.workprec(400):
            true = mpmath.exp(mpmath.mpf(numerator) / 1024)
            lo, hi = (
                mpmath.mpf(fraction(end).numerator) / fraction(end).denominator for end in (enclosed.lo, enclosed.hi)
            )
            assert lo < true < hi
