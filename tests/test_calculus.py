"""Forms of calculus: what is true is settled; what is false by a hair, or declared wrongly, is not proved."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import mpmath as mp
import pytest
import sympy as sp

from numerics.deadline import Deadline
from numerics.enclosure.program import UnsupportedError
from numerics.forms import settle_form
from numerics.verdict import Outcome
from theory.calculus import GaussianMean, LeastUpperBound, Near, OnlySolution, Product, Smooth, SupremumNorm, margin
from theory.errors import VacuousError
from theory.ledger import CLAIMS
from theory.statement import Form, Image, Relation

x, y, w, a, s = sp.symbols("x y w a s", real=True)
ZERO, ONE, HALF, QUARTER = sp.S.Zero, sp.S.One, sp.Rational(1, 2), sp.Rational(1, 4)
HAIR = sp.Rational(1, 10**9)
LOGISTIC: Any = 1 / (1 + sp.exp(-x))
SLOPE: Any = LOGISTIC * (1 - LOGISTIC)
POSITIVE = Relation(a, ">", ZERO)
PROVED, REFUTED, OPEN = Outcome.PROVED, Outcome.REFUTED, Outcome.OPEN


def outcome(form: Form, *hypotheses: Relation, seconds: float = 8) -> Outcome:
    return settle_form(form, hypotheses, Deadline.after(seconds)).outcome


def elu(alpha: Any) -> Any:
    return sp.Piecewise((x, x > 0), (alpha * (sp.exp(x) - 1), True))


# -- least upper bounds ----------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_a_least_upper_bound_is_one_only_with_its_value_and_its_places():
    best = LeastUpperBound(SLOPE, x, QUARTER, (Near(ZERO),), only=(ZERO,))
    assert outcome(best) is PROVED
    assert outcome(replace(best, value=QUARTER - HAIR)) is REFUTED
    assert outcome(replace(best, value=QUARTER + HAIR)) is not PROVED
    assert outcome(replace(best, near=(Near(HAIR**2),), value=QUARTER)) is not PROVED
    assert outcome(replace(best, only=(sp.Rational(1, 100),))) is not PROVED
    assert outcome(LeastUpperBound(-((x**2 - 1) ** 2), x, ZERO, (Near(ONE),), only=(ONE,))) is REFUTED


def test_a_bound_that_is_only_approached_is_reached_through_the_margin():
    decay = LeastUpperBound(a * sp.exp(x), x, a, (Near(-margin / a),))
    assert outcome(decay, POSITIVE, Relation(x, "<", ZERO)) is PROVED
    # Beyond the left of 0 the place is not admitted.
    assert outcome(replace(decay, near=(Near(margin / a),)), POSITIVE, Relation(x, "<", ZERO)) is not PROVED
    assert outcome(replace(decay, near=(Near(-2 * margin / a),)), POSITIVE, Relation(x, "<", ZERO)) is not PROVED


def test_the_cases_of_the_places_have_to_leave_no_parameter_out():
    claim = CLAIMS["corrected/chapter-17/elu/maximum-slope"]
    (form,) = claim.conclusion
    assert isinstance(form, LeastUpperBound)
    hypotheses = [h for h in claim.hypotheses if isinstance(h, Relation)]
    assert outcome(form, *hypotheses) is PROVED
    assert outcome(replace(form, near=form.near[:1]), *hypotheses) is not PROVED
    alpha: Any = next(iter(form.value.free_symbols))
    apart = (form.near[0], Near(form.near[1].place, (Relation(alpha - HAIR, ">", ONE),)))
    assert outcome(replace(form, near=apart), *hypotheses) is not PROVED


def test_contradictory_hypotheses_are_an_error():
    with pytest.raises(VacuousError, match="no point satisfies"):
        outcome(LeastUpperBound(SLOPE, x, QUARTER, (Near(ZERO),)), Relation(x, ">", ONE), Relation(x, "<", ZERO))


@pytest.mark.parametrize(("bound", "expected"), [(sp.exp(-1), PROVED), (sp.exp(-1) + HAIR, PROVED), (QUARTER, REFUTED)])
def test_a_norm_is_enclosed_and_compared(bound, expected):
    verdict = settle_form(SupremumNorm(x * sp.exp(-sp.Abs(x)), x, bound), (), Deadline.after(20))
    assert verdict.outcome is expected
    if expected is PROVED:
        assert verdict.value == "exp(-1)"


def test_a_norm_below_its_bound_by_less_than_its_digits_is_not_proved():
    peak = sp.exp(-1)
    assert outcome(SupremumNorm(x * sp.exp(-sp.Abs(x)), x, peak - sp.Rational(1, 10**14)), seconds=20) is not PROVED


@pytest.mark.slow
def test_the_norm_of_the_approximation_of_gelu_is_the_one_that_mpmath_finds(settle_claim):
    verdict = settle_claim("chapter-17/gelu/tanh-approximation", timeout=120)
    lo, hi = map(mp.mpf, verdict.value)
    with mp.workdps(40):

        def gap(v):
            tanh = mp.tanh(mp.sqrt(2 / mp.pi) * (v + mp.mpf("0.044715") * v**3))
            return abs(v * mp.ncdf(v) - v / 2 * (1 + tanh))

        top = mp.findroot(lambda v: mp.diff(gap, v), 2.7)
        assert lo <= gap(top) <= hi
        assert all(gap(mp.mpf(n) / 50) <= hi for n in range(-500, 500))
    assert hi - lo <= mp.mpf("1e-13")


# -- smoothness ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("function", "order", "expected"),
    [
        (elu(1), 1, PROVED),
        (elu(1), 2, REFUTED),
        (elu(1), sp.oo, REFUTED),
        (elu(1 + HAIR), 0, PROVED),
        (elu(1 + HAIR), 1, REFUTED),
        (sp.Piecewise((x**3, x >= 1), (3 * x - 2, True)), 1, PROVED),
        (sp.Piecewise((x**3, x >= 1), (3 * x - 2, True)), 2, REFUTED),
        (sp.Piecewise((x**3, x >= 1), (3 * x - 2 + HAIR, True)), 0, REFUTED),
        (sp.Piecewise((x**2, x < 0), (x * x, True), evaluate=False), sp.oo, PROVED),
        (x * sp.exp(x), sp.oo, PROVED),
        # They agree to every order that is compared, and beyond: nothing is concluded from that.
        (sp.Piecewise((x**30, x > 0), (0, True)), sp.oo, OPEN),
    ],
)
def test_smoothness_is_that_of_the_cases_where_they_meet(function, order, expected):
    assert outcome(Smooth(function, x, sp.sympify(order))) is expected


def test_smoothness_with_a_parameter_asks_for_all_of_its_values():
    assert outcome(Smooth(elu(a), x, ONE), POSITIVE) is REFUTED
    assert outcome(Smooth(elu(a), x, ZERO), POSITIVE) is PROVED
    assert outcome(Smooth(elu(a), x, ONE), Relation(a, "==", ONE)) is PROVED


@pytest.mark.parametrize(
    "function", [sp.Piecewise((sp.sqrt(x), x > 0), (0, True)), sp.Piecewise((1 / x, x > 0), (0, True))]
)
def test_a_case_that_is_not_entire_is_beyond_the_rule(function):
    with pytest.raises(UnsupportedError, match="not known to be entire"):
        outcome(Smooth(function, x, ZERO))


def test_the_image_of_a_function_with_a_jump_is_not_proved():
    jump = sp.Piecewise((sp.exp(-x), x > 0), (-sp.exp(x), True))
    line = sp.Interval(-sp.oo, sp.oo)
    # It is continuous nowhere near 0: values in (−1, 1) are all taken but 0, which is not.
    assert outcome(Image(jump, x, line, sp.Interval.open(-1, 1))) is not PROVED
    assert outcome(Image(elu(a), x, line, sp.Interval.open(-a, sp.oo)), POSITIVE) is PROVED
    assert outcome(Image(elu(a), x, line, sp.Interval.open(-a - HAIR, sp.oo)), POSITIVE) is not PROVED
    assert outcome(Image(elu(a), x, line, sp.Interval.open(-a + HAIR, sp.oo)), POSITIVE) is REFUTED


# -- products --------------------------------------------------------------------------------------------------------


def test_a_product_is_bounded_as_its_factors_are():
    n = sp.Symbol("n", integer=True, positive=True)
    factors = Product(SLOPE, (x,), n, "<=", QUARTER)
    assert outcome(factors) is PROVED
    assert outcome(replace(factors, bound=QUARTER - HAIR)) is REFUTED
    ten = replace(factors, number=sp.Integer(10), attained={x: ZERO})
    assert outcome(ten) is PROVED
    assert outcome(replace(ten, attained={x: HAIR})) is not PROVED
    # The size of a product of negative bounds says nothing.
    assert outcome(Product(-1 - x**2, (x,), n, ">=", sp.S(-2)), Relation(sp.Abs(x), "<=", ONE)) is not PROVED


def test_a_product_that_is_claimed_to_be_a_derivative_has_to_be_it():
    claim = CLAIMS["chapter-17/residual/gradient-nonnegative-weights"]
    (form,) = claim.conclusion
    assert isinstance(form, Product)
    assert form.layer is not None
    hypotheses = [h for h in claim.hypotheses if isinstance(h, Relation)]
    assert outcome(form, *hypotheses) is PROVED
    assert outcome(replace(form, factor=form.factor + HAIR), *hypotheses) is not PROVED
    assert outcome(replace(form, bound=form.bound + HAIR), *hypotheses) is REFUTED


# -- means -----------------------------------------------------------------------------------------------------------


def test_means_are_exact_compared_or_excluded():
    given = Relation(s, ">", ZERO)
    relu = GaussianMean(sp.Max(x, 0) ** 2, x, s, "==", s**2 / 2)
    assert outcome(relu, given) is PROVED
    assert outcome(replace(relu, value=s**2 / 2 + HAIR), given) is REFUTED
    assert outcome(replace(relu, op="<"), given) is not PROVED
    tanh = GaussianMean(sp.tanh(x) ** 2, x, s, "<", s**2, majorant=x**2)
    assert outcome(tanh, given) is PROVED
    assert outcome(replace(tanh, majorant=x**2 * (1 - HAIR)), given) is not PROVED
    assert outcome(replace(tanh, majorant=x**2 / 2, value=s**2 / 2), given) is not PROVED
    assert outcome(replace(tanh, majorant=None), given) is not PROVED


# -- differential equations ------------------------------------------------------------------------------------------


def test_the_only_solution_solves_and_starts_right():
    f = sp.Symbol("f", real=True)
    only = OnlySolution(LOGISTIC, x, f * (1 - f), f, HALF)
    assert outcome(only) is PROVED
    assert outcome(replace(only, start=HALF + HAIR)) is not PROVED
    assert outcome(replace(only, slope=f * (1 - f) + HAIR)) is not PROVED
    # √|f| is not Lipschitz at 0: 0 and x²/4 both solve it.
    assert outcome(OnlySolution(ZERO, x, sp.sqrt(sp.Abs(f)), f, ZERO)) is not PROVED
