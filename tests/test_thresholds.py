"""Ranges by a declared threshold: what the declaration leaves out, or gets wrong by a hair, leaves no range."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import Any

import mpmath as mp
import pytest
import sympy as sp

from numerics.deadline import Deadline
from numerics.depth.sinking import sinks
from numerics.depth.thresholds import necessary, range_of, solved, sufficient
from numerics.proof.premises import discharge
from theory.ledger import CLAIMS
from theory.notation import t
from theory.proof import Sinking, Threshold, Witness, anything
from theory.statement import Relation

STEP = "ven-lederer/theorem-1/proof/"
HAIR = sp.Rational(1, 10**12)
LOG: Any = sp.log(1 / t)


def threshold_of(name: str) -> Threshold:
    threshold = CLAIMS[name].threshold
    assert threshold is not None
    return threshold


def is_needed(name: str, **changed: Any) -> bool:
    """Whether the changed threshold is shown to be one: that the claim fails wherever its core does."""
    claim = CLAIMS[name]
    return discharge(necessary(claim, replace(threshold_of(name), **changed)), Deadline.after(60), 6.0).failed is None


def is_enough(name: str, **changed: Any) -> bool:
    claim = CLAIMS[name]
    return discharge(sufficient(claim, replace(threshold_of(name), **changed)), Deadline.after(60), 6.0).failed is None


def broken_in(name: str, **changed: Any) -> tuple[Any, ...]:
    (chain,) = threshold_of(name).broken
    return (replace(chain, **changed),)


def test_a_chain_that_is_had_for_few_numbers_only_does_not_refute():
    far = (Relation(sp.Abs(anything), ">=", sp.Integer(50)),)
    small = "ven-lederer/theorem-1/small-gradient"
    assert not is_needed(small, broken=broken_in(small, where=far))


def test_two_chains_that_leave_a_gap_by_a_hair_do_not_refute():
    name = STEP + "log-versus-root"
    below, pole = threshold_of(name).broken
    assert isinstance(pole, Witness)
    beyond = replace(pole, where=(Relation(2 * LOG, ">=", 1 + HAIR),))
    assert is_needed(name)
    assert not is_needed(name, broken=(below, beyond))
    assert not is_needed(name, broken=(below,))


def test_a_division_by_zero_is_one_only_where_something_is_zero():
    name = STEP + "log-versus-root"
    below, pole = threshold_of(name).broken
    assert isinstance(below, Witness)
    assert not is_needed(name, broken=(replace(below, pole=True), pole))


@pytest.mark.slow
def test_outputs_sink_below_the_level_at_which_the_core_decides_and_not_below_a_lower_one():
    name = STEP + "parameter-lower-bound"
    assert is_needed(name)
    # 1/4 − 10⁻¹²: for L a little below 2 artanh(1/4) the outputs stay above it.
    assert not is_needed(name, broken=broken_in(name, level=sp.Rational(1, 4) - HAIR))
    # Above the level the claim does not fail yet.
    assert not is_needed(name, broken=broken_in(name, level=sp.Rational(1, 4) + HAIR))


@pytest.mark.parametrize("changed", [{"weight": 2 * LOG * (1 - HAIR)}, {"first": LOG}, {"last": LOG}])
def test_a_sinking_chain_that_is_not_admitted_does_not_refute(changed: dict[str, Any]):
    name = STEP + "parameter-lower-bound"
    assert not is_needed(name, broken=broken_in(name, **changed))


@pytest.mark.slow
def test_a_core_that_asks_for_too_little_is_not_enough():
    name = STEP + "parameter-lower-bound"
    core = Relation(sp.tanh(LOG / 2), ">=", sp.Rational(1, 4) - HAIR)
    proof = tuple(replace(case, where=(core,)) for case in threshold_of(name).proof)
    assert not is_enough(name, core=core, proof=proof)


@pytest.mark.slow
def test_a_solved_form_that_is_off_by_a_hair_is_not_the_core():
    name = STEP + "factor-at-most-one"
    threshold = threshold_of(name)
    assert threshold.solved is not None
    assert discharge(solved(CLAIMS[name], threshold), Deadline.after(30)).failed is None
    for factor in (1 + HAIR, 1 - HAIR):
        off = Relation(threshold.solved.lhs * factor, "<=", threshold.solved.rhs)
        assert (
            discharge(solved(CLAIMS[name], replace(threshold, solved=off)), Deadline.after(30), 5.0).failed is not None
        )


def test_what_sinks_are_outputs_of_a_chain_that_is_given():
    name = STEP + "parameter-lower-bound"
    (chain,) = threshold_of(name).broken
    assert isinstance(chain, Sinking)
    with pytest.raises(ValueError, match="from a given x on"):
        list(sinks(CLAIMS[name], replace(chain, values={}), (), ()))


def _end(name: str) -> tuple[Any, Any]:
    found = range_of(CLAIMS[STEP + name], 15, Deadline.after(90))
    assert found.range is not None, found.evidence
    assert found.range.bracket is not None
    lo, hi = found.range.bracket
    assert Fraction(hi) - Fraction(lo) <= Fraction(1, 10**15)
    return mp.mpf(lo), mp.mpf(hi)


def _fails_deep_down(fails: Any, at: Any) -> bool:
    """Whether some layer of the chain with x = 1/2 and all parameters 2 log(1/t) breaks the claim, by computation."""
    w = 2 * mp.log(1 / at)
    y = mp.tanh(w / 2)
    for _ in range(20_000):
        if fails(w, y):
            return True
        y, before = mp.tanh(w * y), y
        if abs(y - before) < mp.mpf(10) ** -30:
            break
    return bool(fails(w, y))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "fails"),
    [
        ("parameter-lower-bound", lambda w, y: w < w / (4 * y)),
        ("root-versus-output", lambda w, y: mp.sqrt(w) < 1 / (2 * mp.tanh(w * y))),
        ("factor-at-most-one", lambda w, y: max(v * mp.sech(v) ** 2 for v in mp.linspace("0.77", "0.774", 400)) > y),
    ],
)
def test_the_end_is_where_a_long_chain_begins_to_break_the_claim(name: str, fails: Any):
    with mp.workdps(30):
        lo, hi = _end(name)
        assert not _fails_deep_down(fails, lo - mp.mpf("1e-4"))
        assert _fails_deep_down(fails, hi + mp.mpf("1e-4"))
