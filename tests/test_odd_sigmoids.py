"""Classes of sigmoids and random gains: every trait is needed, witnesses stand up, what is not known is not proved."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise

import numpy as np
import pytest
import sympy as sp

from numerics.deadline import Deadline, OutOfTimeError
from numerics.expectation import expected_logarithm
from numerics.forms import settle_form
from numerics.iteration.sigmoid_class import broken
from numerics.verdict import Outcome
from theory.activations import activation
from theory.ledger import CLAIMS
from theory.odd_sigmoids import DRIFT, Family, Normal, OneOrThree, RandomGains, Trait
from theory.parsing import parse_expression
from theory.statement import Relation

a, x, y, mu, s, p = sp.symbols("a x y mu s p", real=True)
TANH = sp.tanh(a * x)
STAR = (Trait.CONTINUOUS, Trait.ODD, Trait.BOUNDED, Trait.INCREASING, Trait.STAR)
SIGMOID = (Trait.ODD, Trait.SMOOTH, Trait.BOUNDED, Trait.STRICTLY_INCREASING)
POSITIVE, NEGATIVE = Relation(DRIFT, ">", sp.S.Zero), Relation(DRIFT, "<", sp.S.Zero)


def outcome(form, *hypotheses, seconds: float = 8.0) -> Outcome:
    try:
        return settle_form(form, hypotheses, Deadline.after(seconds)).outcome
    except OutOfTimeError:
        return Outcome.OPEN


# -- every function of a class -----------------------------------------------------------------------------------------


def test_the_star_condition_gives_one_or_three_even_if_f_does_not_increase():
    assert outcome(OneOrThree(tuple(trait for trait in STAR if trait is not Trait.INCREASING))) is Outcome.PROVED


@pytest.mark.parametrize(
    "left_out", [Trait.CONTINUOUS, Trait.ODD, pytest.param(Trait.BOUNDED, marks=pytest.mark.slow), Trait.STAR]
)
def test_no_trait_of_them_can_be_left_out(left_out):
    assert outcome(OneOrThree(tuple(trait for trait in STAR if trait is not left_out))) is not Outcome.PROVED


@pytest.mark.slow
def test_a_family_that_holds_no_counterexample_refutes_nothing():
    plain = Family(p * sp.tanh(y), y, (Relation(p, ">", sp.S.Zero),))
    assert outcome(OneOrThree(SIGMOID, plain)) is Outcome.OPEN


def test_the_function_that_is_the_witness_has_the_traits_and_too_many_fixed_points():
    claim = CLAIMS["odd-sigmoid/three-fixed-points"]
    verdict = settle_form(claim.conclusion[0], (), Deadline.after(20))  # pyright: ignore[reportArgumentType]
    assert verdict.outcome is Outcome.REFUTED
    assert verdict.witness is not None
    expression, _ = parse_expression(verdict.witness["f"])
    (variable,) = expression.free_symbols
    f = sp.lambdify(variable, expression, "numpy")
    gain = float(Fraction(verdict.witness["a"]))
    grid = np.linspace(-6, 6, 6000)
    assert np.allclose(f(-grid), -f(grid), atol=1e-14)
    assert (np.diff(f(np.linspace(-3, 3, 3001))) > 0).all()
    slope = float(sp.N(sp.diff(expression, variable).subs(variable, 0)))  # pyright: ignore[reportArgumentType]
    crossings = sum(u * v < 0 for u, v in pairwise(f(gain * grid) - grid))
    assert crossings == 5
    assert crossings != (1 if gain * slope < 1 else 3)


THREE_STEPS = sp.tanh(y) + (sp.tanh(2 * y - 2) + sp.tanh(2 * y + 2)) / 2


@pytest.mark.parametrize(
    ("f", "gain", "traits"),
    [
        (sp.tanh(y), Fraction(2), SIGMOID),
        (sp.tanh(y), Fraction(1, 2), SIGMOID),
        (THREE_STEPS, Fraction(1, 2), SIGMOID),
        (THREE_STEPS, Fraction(5, 6), STAR),
        (THREE_STEPS + y / 10**6, Fraction(5, 6), SIGMOID),
        (THREE_STEPS + sp.Rational(1, 10**6), Fraction(5, 6), SIGMOID),
        (THREE_STEPS + sp.Abs(y) * 0 + sp.tanh(sp.Abs(y)) - sp.tanh(sp.Abs(y)) ** 2, Fraction(5, 6), SIGMOID),
        (sp.sin(3 * y), Fraction(5, 6), SIGMOID),
    ],
)
def test_a_function_without_a_trait_or_with_as_many_as_claimed_breaks_nothing(f, gain, traits):
    assert broken(f, y, gain, traits, Deadline.after(8)) is None


# -- random gains ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name", ["arctan", "softsign", pytest.param("gudermannian", marks=pytest.mark.slow), "algebraic"]
)
def test_sigmoids_of_slope_1_contract_and_escape(name):
    image = activation(name).f(a * x)
    assert outcome(RandomGains(image, x, a, True, (NEGATIVE,))) is Outcome.PROVED
    assert outcome(RandomGains(image, x, a, False, (POSITIVE,))) is Outcome.PROVED


def test_a_sigmoid_of_a_slope_above_1_does_neither():
    image = activation("erf").f(a * x)
    assert outcome(RandomGains(image, x, a, True, (NEGATIVE,)), seconds=2) is Outcome.OPEN
    assert outcome(RandomGains(image, x, a, False, (POSITIVE,)), seconds=2) is Outcome.OPEN


@pytest.mark.parametrize(
    "form",
    [
        RandomGains(TANH, x, a, True, (Relation(DRIFT, "<=", sp.S.Zero),)),
        RandomGains(TANH, x, a, True, (Relation(DRIFT, "<", sp.Rational(1, 10**9)),)),
        RandomGains(TANH, x, a, True, (POSITIVE,)),
        RandomGains(TANH, x, a, True),
        RandomGains(TANH, x, a, False, (Relation(DRIFT, ">=", sp.S.Zero),)),
        RandomGains(TANH, x, a, False, (NEGATIVE,)),
        RandomGains(TANH, x, a, False),
        RandomGains(sp.tanh(sp.Rational(1001, 1000) * a * x), x, a, True, (NEGATIVE,)),
        RandomGains(sp.tanh(sp.Rational(999, 1000) * a * x), x, a, False, (POSITIVE,)),
        RandomGains(sp.tanh(a * x) ** 3, x, a, False, (POSITIVE,)),
        RandomGains(sp.sin(a * x), x, a, False, (POSITIVE,)),
        RandomGains(a * x, x, a, False, (POSITIVE,)),
        RandomGains(sp.tanh(a**2 * x), x, a, False, (POSITIVE,)),
        RandomGains(sp.tanh(x + a), x, a, True, (NEGATIVE,)),
    ],
)
def test_what_is_not_known_of_random_gains_is_not_proved(form):
    assert outcome(form, seconds=1.5) is not Outcome.PROVED


def law(vanishes: bool) -> RandomGains:
    return RandomGains(TANH, x, a, vanishes, law=Normal(mu, s))


def test_a_law_refutes_by_the_sign_of_its_certified_drift():
    given = (Relation(mu, ">", sp.S.One), Relation(s, ">", sp.S.Zero))
    for vanishes in (True, False):
        verdict = settle_form(law(vanishes), given, Deadline.after(20))
        assert verdict.outcome is Outcome.REFUTED
        assert verdict.witness is not None
        mean, deviation = (sp.Rational(verdict.witness[name]) for name in ("mu", "s"))
        assert mean > 1
        drift = expected_logarithm(mean, deviation, 20)
        assert drift.lo > 0 if vanishes else drift.hi < 0


@pytest.mark.slow
def test_a_law_whose_drift_has_the_claimed_sign_is_not_refuted():
    narrow = (Relation(mu, ">", sp.S.One), Relation(s, ">", sp.S.Zero), Relation(s, "<=", sp.Rational(1, 10)))
    assert outcome(law(False), *narrow, seconds=5) is Outcome.OPEN


@pytest.mark.slow
def test_the_outputs_of_the_refuting_law_do_sink():
    """An illustration, not a proof: with the witness's gains, 40 of 40 chains are below 10⁻²⁰ after 20,000 layers."""
    claim = CLAIMS["odd-sigmoid/mean-gain"]
    verdict = settle_form(claim.conclusion[0], claim.hypotheses, Deadline.after(60))  # pyright: ignore[reportArgumentType]
    assert verdict.witness is not None
    mean, deviation = (float(Fraction(verdict.witness[name])) for name in ("mu", "s"))
    outputs, draw = np.ones(40), np.random.default_rng(0)
    for _ in range(20_000):
        outputs = np.tanh(draw.normal(mean, deviation, 40) * outputs)
    assert (np.abs(outputs) < 1e-20).all()
