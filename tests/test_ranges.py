"""The set of a parameter is exact: proved up to each end, refuted from it on, named where its form is certain."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import mpmath as mp
import pytest

from numerics.deadline import Deadline
from numerics.ranges.parameter_range import parameter_range
from numerics.verdict import Range
from theory.errors import StatementError
from theory.parsing import parse_claim

pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")


def found(statement: str, where: str = "", digits: int = 15, seconds: float = 120) -> Range | None:
    claim = parse_claim(statement, [where] if where else [], "t")
    assert claim.parameter is not None
    parts: tuple[Any, Any, Any, Any] = (claim.hypotheses, claim.conclusion, claim.variables, claim.parameter)
    return parameter_range(*parts, digits=digits, deadline=Deadline.after(seconds), conditions=claim.conditions)


@pytest.mark.parametrize(
    ("statement", "where", "expected"),
    [
        ("4*t <= (1 + t**2)**2", "0 < t, t < 1", "(0, CRootOf(t**3 + t**2 + 3*t - 1, 0)]"),
        ("tanh(log(1/t)) >= 1/2", "0 < t, t < 1", "(0, sqrt(3)/3]"),
        ("x**2 - t*x + 1 >= 0", "", "[-2, 2]"),
        pytest.param("x**2 - t*x + 1 > 0", "", "(-2, 2)", marks=pytest.mark.slow),
        ("sin(t) >= 1/2", "0 <= t, t <= 7", "[pi/6, 5*pi/6] ∪ [13*pi/6, 7]"),
        ("tanh(t*x) <= x", "x >= 0", "(-oo, 1]"),
        ("exp(x) >= t*x", "", "[0, E]"),
        pytest.param("cosh(x) <= exp(t*x**2)", "", "[1/2, oo)", marks=pytest.mark.slow),
        ("x + t >= 0", "0 <= x, x <= 1", "[0, oo)"),
        ("t*x > x", "x > 0", "(1, oo)"),
        ("x < t", "0 < x, x < 1", "[1, oo)"),
        ("t**2 + x**2 >= 0", "", "all"),
        ("t**2 + x**2 < 0", "", "empty"),
        ("t**2*(t - 1) >= 0", "", "{0} ∪ [1, oo)"),
        ("(t - 1)**2 > 0", "", "(-oo, 1) ∪ (1, oo)"),
    ],
)
def test_a_range_with_a_closed_form_is_named(statement, where, expected):
    result = found(statement, where)
    assert result is not None
    assert result.set == expected


@pytest.mark.parametrize("digits", [pytest.param(15, marks=pytest.mark.slow), 50])
def test_an_end_without_a_closed_form_is_bracketed_to_any_number_of_digits(digits):
    result = found("u*sech(u)**2 <= 2*t*log(1/t)", "1/exp(1) < t, t < 1", digits)
    assert result is not None
    assert result.bracket is not None
    lo, hi = map(Fraction, result.bracket)
    assert hi - lo <= Fraction(1, 10**digits)
    with mp.workdps(digits + 20):
        u = mp.findroot(lambda u: 2 * u * mp.tanh(u) - 1, mp.mpf("0.77"))
        peak = u * mp.sech(u) ** 2
        end = mp.findroot(lambda t: 2 * t * mp.log(1 / t) - peak, mp.mpf("0.74"))
        assert mp.mpf(result.bracket[0]) <= end <= mp.mpf(result.bracket[1])


@pytest.mark.parametrize("hair", [0, Fraction(1, 10**12), Fraction(-1, 10**12)])
def test_a_statement_that_is_true_or_false_by_a_hair_is_not_enclosed_wrongly(hair):
    result = found(f"x*(1 - x) <= 1/4 + {hair} - (t - 1)**2", "0 <= x, x <= 1")
    assert result is not None
    if hair < 0:
        assert result.set == "empty"
    elif hair == 0:
        assert result.set == "{1}"
    else:
        assert result.set == "[999999/1000000, 1000001/1000000]"


@pytest.mark.slow
def test_a_statement_that_cannot_be_solved_for_its_parameter_is_proved_and_refuted_piece_by_piece():
    result = found("(1 + x)**t >= 1 + t*x", "x > -1")
    assert result is not None
    assert result.set == "(-oo, 0] ∪ [1, oo)"
    assert result.brackets == (("0", "0"), ("1", "1"))


def test_a_parameter_that_does_not_occur_is_an_error():
    claim = parse_claim("x >= 0", [])
    t = parse_claim("t >= 0", [], "t").parameter
    assert t is not None
    with pytest.raises(StatementError, match="does not occur"):
        parameter_range((), claim.conclusion, claim.variables, t)  # pyright: ignore[reportArgumentType]


@pytest.mark.slow
def test_an_end_under_conditions_that_hold_the_parameter_is_bracketed():
    result = found("x**2 - t*x + t**2 <= 1 + t", "0 <= x, x <= t, 0 <= t, t <= 4")
    assert result is not None
    assert result.bracket is not None
    lo, hi = map(Fraction, result.bracket)
    assert (2 * lo - 1) ** 2 < 5 < (2 * hi - 1) ** 2
