"""A supremum is enclosed, named where its closed form is certain, and never said to be where it is not."""

from __future__ import annotations

from fractions import Fraction

import mpmath as mp
import pytest
import sympy as sp

from numerics.deadline import Deadline
from numerics.extrema.extremum import Extremum, extremum
from theory.errors import UndefinedError, VacuousError
from theory.parsing import parse_expression, parse_statement

pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")


def found(text: str, where: str = "", largest: bool = True, digits: int = 10, seconds: float = 20) -> Extremum:
    f, conditions = parse_expression(text)
    hypotheses = parse_statement(where).relations if where else ()
    return extremum(f, hypotheses, (), digits, Deadline.after(seconds), largest, conditions)


@pytest.mark.parametrize(
    ("text", "where", "value", "attained", "places"),
    [
        ("x*(1-x)", "", "1/4", True, [{"x": "1/2"}]),
        ("x*exp(-x)", "x >= 0", "exp(-1)", True, [{"x": "1"}]),
        ("x*y*(1-x-y)", "x >= 0, y >= 0, x + y <= 1", "1/27", True, [{"x": "1/3", "y": "1/3"}]),
        ("sin(x)/x", "x > 0", "1", False, [{"x": "-> 0+"}]),
        ("atan(x)", "", "pi/2", False, [{"x": "-> oo"}]),
        ("x**2", "", "oo", False, [{"x": "-> -oo"}, {"x": "-> oo"}]),
        ("1/x", "x > 0", "oo", False, [{"x": "-> 0+"}]),
        ("x*y", "x >= 0, y >= 0", "oo", False, None),
        pytest.param("abs(x - 1/3)*(1 - x)", "0 <= x, x <= 1", "1/3", True, [{"x": "0"}], marks=pytest.mark.slow),
        ("-abs(x - 1/3)", "", "0", True, [{"x": "1/3"}]),
        ("1 - x**4", "", "1", True, [{"x": "0"}]),
        ("x**2 + y**2", "x >= 0, y >= 0, x + y <= 1", "1", True, None),
        ("x + y", "x**2 + y**2 <= 1", "sqrt(2)", True, None),
        ("x", "x**2 <= 2", "sqrt(2)", True, [{"x": "sqrt(2)"}]),
        ("x", "0 < x, x < 1", "1", False, [{"x": "-> 1-"}]),
        ("x*y", "x + y == 1", "1/4", True, [{"x": "1/2", "y": "1/2"}]),
        pytest.param("max(x, 1 - x)", "0 <= x, x <= 1", "1", True, [{"x": "0"}, {"x": "1"}], marks=pytest.mark.slow),
        ("3", "", "3", True, None),
    ],
)
def test_a_supremum_with_a_closed_form_is_named_with_its_place(text, where, value, attained, places):
    result = found(text, where)
    assert result.certain
    assert (result.value, result.attained) == (value, attained)
    if places is not None:
        assert sorted(map(str, result.where)) == sorted(map(str, places))


@pytest.mark.parametrize(
    ("text", "where", "value", "attained"),
    [
        ("x**x", "x > 0", "exp(-exp(-1))", True),
        ("1/x", "x > 0", "0", False),
        pytest.param("x**4 - 2*x**2", "", "-1", True, marks=pytest.mark.slow),
    ],
)
def test_an_infimum_with_a_closed_form_is_named(text, where, value, attained):
    result = found(text, where, largest=False)
    assert (result.value, result.attained, result.certain) == (value, attained, True)


@pytest.mark.parametrize("digits", [pytest.param(10, marks=pytest.mark.slow), 50])
def test_the_maximum_of_the_gradient_of_one_layer_is_enclosed_to_any_number_of_digits(digits):
    result = found("u*(1 - tanh(u)**2)", digits=digits)
    with mp.workdps(2 * digits + 10):
        u = mp.findroot(lambda u: 2 * u * mp.tanh(u) - 1, mp.mpf("0.77"))
        maximum = u * (1 - mp.tanh(u) ** 2)
        lo, hi = (mp.mpf(end) for end in result.decimals or ())
        assert lo <= maximum <= hi
        assert hi - lo <= mp.mpf(10) ** -digits
        below, above = (mp.mpf(end) for end in result.where[0]["u"])
        assert below <= u <= above
        assert above - below <= mp.mpf(10) ** -digits
    assert result.attained
    assert result.certain


@pytest.mark.slow
def test_the_supremum_of_a_size_is_the_larger_one_of_two():
    size = found("abs(x*exp(-x**2/2) - tanh(x)/5)")
    assert size.decimals is not None
    lo, hi = map(mp.mpf, size.decimals)

    def gap(v):
        return abs(v * mp.exp(-(v**2) / 2) - mp.tanh(v) / 5)

    best = max(gap(mp.mpf(n) / 100) for n in range(-600, 601))
    assert 0 <= hi - best < mp.mpf("1e-3")
    assert hi - lo < mp.mpf("1e-9")
    assert len(size.where) == 2


def test_two_maxima_a_hair_apart_are_told_apart_and_two_equal_ones_are_both_named():
    tilted = found("-(x**2 - 1)**2 + x/10**6", "-2 <= x, x <= 2", digits=20)
    assert len(tilted.where) == 1
    assert Fraction(tilted.where[0]["x"][0]) > 0
    assert len(found("-(x**2 - 1)**2", "-2 <= x, x <= 2").where) == 2


@pytest.mark.parametrize("hair", [Fraction(1, 10**6), Fraction(1, 10**12)])
def test_a_side_maximum_higher_by_a_hair_is_not_missed(hair):
    result = found(f"max(x*(1 - x), 1/4 + {hair} - (x - 3)**2)", "0 <= x, x <= 4", digits=20)
    assert result.exact == sp.Rational(1, 4) + sp.Rational(hair.numerator, hair.denominator)
    assert result.where == ({"x": "3"},)


def test_nothing_is_said_about_nothing_and_about_what_is_not_a_number():
    with pytest.raises(VacuousError):
        found("x", "x > 1, x < 0")
    with pytest.raises(UndefinedError):
        found("log(x)")


@pytest.mark.slow
def test_what_is_not_bounded_in_time_is_left_open_with_a_lower_bound():
    result = found("exp(-x**2 - y**2)*x*y", seconds=3)
    if not result.certain:
        assert result.value is None
    assert result.lo is not None
    assert result.lo <= Fraction(str(mp.nstr(mp.exp(-1) / 2, 15))) + Fraction(1, 10**14)


@pytest.mark.slow
def test_the_sine_without_bounds_has_the_supremum_one():
    result = found("sin(x)")
    assert (result.value, result.attained) == ("1", True)
