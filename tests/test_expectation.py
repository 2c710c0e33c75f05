"""Expectations under a normal law: enclosures that contain the value, and refusals where there is none."""

from __future__ import annotations

from fractions import Fraction

import mpmath as mp
import pytest
import sympy as sp
from flint import arb, ctx

from numerics.enclosure.interval import Interval, fraction, precision
from numerics.enclosure.program import UnsupportedError, enclose
from numerics.expectation import expected_logarithm, gaussian_expectation
from numerics.precision import UndecidedError
from theory.errors import StatementError

z = sp.Symbol("z", real=True)
HALF, THREE_HALVES = sp.Rational(1, 2), sp.Rational(3, 2)

EXACT = [
    (sp.Integer(3), 0, 1, 3),
    (z**2, 0, 1, 1),
    (z**6, 0, 1, 15),
    (z**2, 3, 2, 13),
    (sp.Max(0, z) ** 2, 0, THREE_HALVES, sp.Rational(9, 8)),
    (sp.Abs(z), 0, 1, sp.sqrt(2 / sp.pi)),
    (sp.exp(z), 0, 1, sp.exp(HALF)),
    (sp.exp(-2 * z), 1, 1, 1),
    (1 / (1 + sp.exp(-z)), 0, 1, HALF),
    (sp.erf(z), 0, 5, 0),
    ((1 + sp.erf(z / sp.sqrt(2))) / 2, 1, 1, (1 + sp.erf(HALF)) / 2),
    (sp.Piecewise((z, z > 0), (0, True)), 0, 1, 1 / sp.sqrt(2 * sp.pi)),
    (sp.Min(z, 1) + sp.Max(z, 1), 0, 1, 1),
    (sp.cos(z), 0, 1, sp.exp(-HALF)),
]


def contains(found: Interval, value: sp.Expr) -> bool:
    with precision(200):
        exact = enclose(sp.sympify(value))
    return bool(found.lo <= exact.hi and exact.lo <= found.hi)


@pytest.mark.parametrize(("expression", "mean", "deviation", "value"), EXACT)
def test_a_known_expectation_lies_in_its_enclosure(expression, mean, deviation, value):
    found = gaussian_expectation(expression, z, 20, mean, deviation)
    assert contains(found, value)
    assert not contains(found, value + sp.Rational(1, 10**15))
    assert found.width <= arb(10) ** -20 * (1 + abs(found).hi)


@pytest.mark.parametrize("deviation", [HALF, 1, 3])
def test_the_enclosure_contains_what_another_quadrature_finds(deviation):
    expression = sp.tanh(z) ** 2
    found = gaussian_expectation(expression, z, 30, 0, deviation)
    with mp.workdps(40):
        s = mp.mpf(int(2 * deviation)) / 2
        density = lambda w: mp.tanh(s * w) ** 2 * mp.npdf(w)  # noqa: E731
        value = 2 * mp.quad(density, [0, 1, 2, 4, 8, 16])
        assert mp.mpf(float(found.lo)) - 1e-12 < value < mp.mpf(float(found.hi)) + 1e-12
        assert abs(mp.mpf(found.lo.mid().str(38, radius=False)) - value) < mp.mpf(10) ** -28


def test_the_logarithm_of_a_centred_gain_is_known_in_closed_form():
    found = expected_logarithm(0, 1, 25)
    with mp.workdps(40):
        value = (mp.log(2) + mp.digamma(mp.mpf(1) / 2)) / 2
        assert abs(mp.mpf(found.lo.mid().str(35, radius=False)) - value) < mp.mpf(10) ** -24


@pytest.mark.parametrize(("mean", "deviation"), [(1, 1), (sp.Rational(5, 4), 1), (-3, HALF), (HALF, 7), (0, sp.pi)])
def test_the_logarithm_of_a_gain_agrees_with_the_series_of_its_law(mean, deviation):
    """E log|a| = log σ + (log 2 + E ψ(1/2 + J))/2, J Poisson with mean μ²/(2σ²)."""
    found = expected_logarithm(mean, deviation, 20)
    with mp.workdps(40):
        mu, sigma = (mp.mpf(str(sp.N(v, 45))) for v in map(sp.sympify, (mean, deviation)))
        rate = mu**2 / (2 * sigma**2)
        series = mp.nsum(lambda j: mp.exp(-rate) * rate**j / mp.factorial(j) * mp.digamma(j + mp.mpf(1) / 2), [0, 400])
        value = mp.log(sigma) + (mp.log(2) + series) / 2
        assert abs(mp.mpf(found.lo.mid().str(35, radius=False)) - value) < mp.mpf(10) ** -18


def test_the_working_precision_is_left_as_it_was():
    before = ctx.prec
    gaussian_expectation(sp.tanh(z), z, 40)
    expected_logarithm(1, 1, 40)
    assert ctx.prec == before


def test_more_digits_are_a_smaller_interval_inside_the_first():
    coarse, fine = (gaussian_expectation(sp.atan(z) ** 2, z, digits) for digits in (8, 40))
    assert fraction(coarse.lo) <= fraction(fine.lo) <= fraction(fine.hi) <= fraction(coarse.hi)
    assert fraction(fine.hi) - fraction(fine.lo) < Fraction(1, 10**40)


@pytest.mark.parametrize(
    ("expression", "error"),
    [
        (sp.exp(z**2), UnsupportedError),
        (sp.exp(z**2 / 2), UnsupportedError),
        (1 / z, StatementError),
        (sp.sqrt(z + 10), StatementError),
        (sp.log(z), StatementError),
        (sp.log(sp.Abs(z)), StatementError),
        (z * sp.Symbol("s", real=True), StatementError),
        (sp.gamma(1 + z**2), StatementError),
        ("tanh(z)", StatementError),
        (None, StatementError),
    ],
)
def test_what_has_no_expectation_or_no_bound_is_refused(expression, error):
    with pytest.raises(error):
        gaussian_expectation(expression, z)


@pytest.mark.parametrize("value", [0.5, sp.Float(1), sp.oo, sp.nan, "1/2", None, sp.I, z])
def test_a_parameter_that_is_no_exact_number_is_refused_and_quoted(value):
    for bad in ({"mean": value}, {"deviation": value}):
        with pytest.raises(StatementError, match="exact real number"):
            gaussian_expectation(sp.tanh(z), z, **bad)
    with pytest.raises(StatementError, match="exact real number"):
        expected_logarithm(value, 1)


@pytest.mark.parametrize("value", [0, -1, -sp.pi])
def test_a_deviation_that_is_not_positive_is_refused(value):
    with pytest.raises(StatementError, match="not > 0"):
        expected_logarithm(1, value)


@pytest.mark.parametrize("digits", [0, -3, 2.0, True, "10"])
def test_digits_are_a_positive_whole_number(digits):
    with pytest.raises(StatementError, match="at least one digit"):
        gaussian_expectation(z**2, z, digits)


def test_a_pole_between_the_ends_is_not_integrated_over():
    with pytest.raises((StatementError, UndecidedError)):
        gaussian_expectation(1 / (z - sp.Rational(1, 3)) ** 2, z, 10)
