"""The engines for claims about networks: what is false by a hair, or in another order, does not come out proved."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
import sympy as sp

from numerics.deadline import Deadline
from numerics.enclosure.interval import fraction
from numerics.networks.dead_unit import settle_no_gradient
from numerics.networks.demonstrating import drawn, in_doubles, passed, settle_compared, settle_printed
from numerics.networks.unrolling import same_entries, settle_unrolled
from numerics.verdict import Outcome
from theory.activations import ACTIVATIONS, activation, leaky_relu, z
from theory.ledger import CLAIMS
from theory.networks import Compared, Demonstration, GradientNorm, NoGradient, PreActivation, Printed, Unrolled
from theory.networks._forms import BP2, W, delta, explicit, m, n, slopes
from theory.statement import Relation

SIGMOID = Demonstration((8, *[15] * 10, 1), "logistic", 42)
RELU = replace(SIGMOID, activation="relu")
NEGATIVE = (Relation(z, "<", sp.S.Zero),)


def _unrolled(form: Unrolled) -> Outcome:
    return settle_unrolled(form, (), Deadline.after(20)).outcome


def test_bp2_unrolls_for_all_widths():
    assert _unrolled(Unrolled()) is Outcome.PROVED


def test_the_factors_in_the_other_order_are_refuted():
    verdict = settle_unrolled(Unrolled(order="descending"), (), Deadline.after(20))
    assert verdict.outcome is Outcome.REFUTED
    assert verdict.witness


@pytest.mark.parametrize(
    "factor",
    [
        W.T,  # the slopes are lost
        2 * sp.DiagMatrix(slopes) * W.T,
        sp.DiagMatrix(slopes) * W.T * W * W.T,
        sp.DiagMatrix(slopes) ** 2 * W.T,
    ],
)
def test_another_factor_is_not_proved(factor):
    assert _unrolled(Unrolled(factor=factor)) is not Outcome.PROVED
    assert not same_entries(BP2, factor * delta)


def test_sums_are_told_apart_by_the_index_that_they_run_over():
    assert same_entries(sp.DiagMatrix(slopes) * W.T * delta, BP2)
    assert same_entries(sp.HadamardProduct(slopes, W.T * delta), BP2)
    assert not same_entries(W.T * delta, sp.HadamardProduct(W.T * delta, slopes))
    assert not same_entries(W.T * W * W.T * delta, W.T * delta)
    other = sp.MatrixSymbol("V", m, n)
    assert not same_entries(other.T * delta, W.T * delta)
    assert same_entries(other.T * W * W.T * delta, (other.T * W) * (W.T * delta))
    assert not same_entries(W.T * other * W.T * delta, other.T * W * W.T * delta)


def test_a_matrix_expression_is_what_numpy_says_on_explicit_matrices():
    draws = np.random.default_rng(0)
    w, s, d = draws.integers(-5, 5, (3, 2)), draws.integers(-5, 5, (2, 1)), draws.integers(-5, 5, (3, 1))
    found = explicit(BP2, *map(sp.Matrix, (w, s, d)))
    assert np.array_equal(np.array(found, dtype=int), (w.T @ d) * s)


def _no_gradient(f, hypotheses, value: sp.Expr = sp.S.Zero) -> Outcome:
    return settle_no_gradient(NoGradient(f, z, value), hypotheses, Deadline.after(20)).outcome


def test_a_dead_unit_passes_nothing():
    assert _no_gradient(activation("relu").formula, NEGATIVE) is Outcome.PROVED
    assert _no_gradient(sp.Min(sp.Max(z, 0), 6), (Relation(z, ">", sp.Integer(6)),), sp.Integer(6)) is Outcome.PROVED


@pytest.mark.parametrize("f", [leaky_relu(sp.Rational(1, 10**9)).formula, activation("tanh").formula, z**2 / 10**6])
def test_a_unit_with_any_slope_left_is_refuted(f):
    assert _no_gradient(f, NEGATIVE) is Outcome.REFUTED


@pytest.mark.parametrize(
    ("hypotheses", "value"),
    [
        ((Relation(z, "<=", sp.S.Zero),), 0),  # at the kink there is no derivative
        ((), 0),
        ((Relation(z, "==", sp.S.NegativeOne),), 0),
        (NEGATIVE, sp.Rational(1, 10**12)),  # the wrong constant
        ((Relation(z, "<", sp.Rational(1, 10**6)),), 0),
    ],
)
def test_what_is_not_known_to_be_flat_nearby_is_not_proved(hypotheses, value):
    assert _no_gradient(activation("relu").formula, hypotheses, sp.sympify(value)) is not Outcome.PROVED


def test_a_set_that_is_open_by_its_looks_only_is_not_taken_for_open():
    jump = (Relation(sp.Piecewise((1, z <= 0), (0, True)), ">", sp.S.Zero),)
    assert _no_gradient(activation("relu").formula, jump) is not Outcome.PROVED


def test_what_a_dead_unit_claims_is_so_in_a_network():
    """One relu unit that is negative on every example, in a network with a loss: difference quotients are exactly 0."""
    draws = np.random.default_rng(3)
    x = np.abs(draws.standard_normal((4, 9)))
    hidden = draws.standard_normal((5, 4))
    hidden[2], hidden[0] = -np.abs(hidden[2]), np.abs(hidden[0])
    last = draws.standard_normal((1, 5))

    def loss(w):
        return float(np.sum(np.cos(last @ np.maximum(w @ x, 0)) ** 3))

    for j in range(4):
        for i, dead in ((2, True), (0, False)):
            moved = hidden.copy()
            moved[i, j] += 1e-6
            assert (loss(moved) == loss(hidden)) == dead


def test_the_numbers_of_the_demonstration_are_near_those_of_doubles():
    for quantity in (GradientNorm(1), GradientNorm(11), GradientNorm(1, over=11), PreActivation(3, 7)):
        enclosure, double = passed(SIGMOID).of(quantity), in_doubles(SIGMOID, quantity)
        assert fraction(enclosure.lo) < Fraction(double) < fraction(enclosure.hi)
        assert float(enclosure.width) < 1e-5 * abs(double)


@pytest.mark.parametrize("text", ["7.56e-08", "7.58e-08", "7.57e-09", "0.00e+00", "7.6e-07"])
def test_other_digits_are_refuted(text):
    assert settle_printed(Printed(SIGMOID, GradientNorm(1), text), (), Deadline.after(20)).outcome is Outcome.REFUTED


def test_more_digits_are_right_until_the_enclosure_is_too_wide():
    double = in_doubles(SIGMOID, GradientNorm(1))
    outcomes = {
        digits: settle_printed(
            Printed(SIGMOID, GradientNorm(1), f"{double:.{digits}e}"), (), Deadline.after(20)
        ).outcome
        for digits in (1, 4, 15)
    }
    assert outcomes == {1: Outcome.PROVED, 4: Outcome.PROVED, 15: Outcome.OPEN}


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [("7.57e-08", "7.565e-8", "7.575e-8"), ("1.00e-07", "9.995e-8", "1.005e-7"), ("5.4e-07", "5.35e-7", "5.45e-7")],
)
def test_a_rounding_cell_is_what_is_printed_so(text, low, high):
    cell = Printed(SIGMOID, GradientNorm(1), text).cell
    assert cell == (Fraction(low), Fraction(high))
    digits = len(text.partition("e")[0]) - 2
    width = cell[1] - cell[0]
    for part in (Fraction(1, 1000), Fraction(1, 2), Fraction(999, 1000)):
        assert f"{float(cell[0] + part * width):.{digits}e}" == text
    for outside in (cell[0] - width / 1000, cell[1] + width / 1000):
        assert f"{float(outside):.{digits}e}" != text


@pytest.mark.parametrize(
    ("op", "hairs", "outcome"),
    [
        ("<", 1, Outcome.PROVED),
        ("<", -1, Outcome.REFUTED),
        (">", -1, Outcome.PROVED),
        ("<", 0, Outcome.OPEN),
        ("==", 0, Outcome.OPEN),
        ("!=", 1, Outcome.PROVED),
    ],
)
def test_a_comparison_by_a_hair_is_told(op, hairs, outcome):
    double = Fraction(in_doubles(RELU, PreActivation(11)))
    value = double + hairs * abs(double) / 10**6
    form = Compared(RELU, PreActivation(11), op, sp.Rational(value.numerator, value.denominator))
    assert settle_compared(form, (), Deadline.after(20)).outcome is outcome


def test_another_seed_draws_another_network():
    first, second = drawn(RELU), drawn(replace(RELU, seed=43))
    assert not np.array_equal(first[0][0], second[0][0])
    assert np.array_equal(first[1], drawn(RELU)[1])


def test_a_relu_network_that_lives_has_a_gradient():
    """Under some other seed the output unit is alive: then its gradient is not 0, and the engine says so."""
    alive = [seed for seed in range(43, 60) if in_doubles(replace(RELU, seed=seed), PreActivation(11)) > 0]
    assert alive
    form = Compared(replace(RELU, seed=alive[0]), GradientNorm(1), "!=")
    assert settle_compared(form, (), Deadline.after(20)).outcome is Outcome.PROVED


def test_the_refutation_names_the_layer_that_is_dead():
    (form,) = CLAIMS["chapter-17/demo/relu-flows"].conclusion
    assert isinstance(form, Compared)
    verdict = settle_compared(form, (), Deadline.after(20))
    layer = int((verdict.witness or {})["layer"])
    assert all(z_i.hi < 0 for z_i in passed(RELU).z[layer - 1])


def test_every_activation_can_be_demonstrated():
    for name in ACTIVATIONS:
        small = Demonstration((3, 4, 2), name, 1)
        assert fraction(passed(small).of(GradientNorm(1)).hi) < 100
