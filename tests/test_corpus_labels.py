"""Tests of the corpus of labelled inequalities: its shape, its witnesses, and the checker that confirms them."""

from __future__ import annotations

from collections import Counter
from fractions import Fraction
from typing import Any

import corpus_labels as labels
import mpmath
import pytest

PAIRS = labels.load()


def gap(text: str, **point: str) -> float:
    """The relative gap of a single comparison at a point."""
    (link,) = labels.parse(text)
    return float(labels.relative_gap(link, {name: Fraction(value) for name, value in point.items()}))


def true_holds(text: str, **point: str) -> bool:
    """Whether a statement holds at a point."""
    return labels.holds(labels.parse(text), {name: Fraction(value) for name, value in point.items()})


def test_names_and_statements_are_unique() -> None:
    assert max(Counter(pair.name for pair in PAIRS).values()) == 1
    assert max(Counter((pair.false, pair.where_false) for pair in PAIRS).values()) == 1
    assert all((pair.true, pair.where) != (pair.false, pair.where_false) for pair in PAIRS)


def test_there_are_enough_statements() -> None:
    assert 2 * len(PAIRS) >= 340


def test_every_hair_has_its_share() -> None:
    shares = Counter(pair.hair for pair in PAIRS)
    assert set(shares) == set(labels.HAIRS)
    assert min(shares.values()) >= 0.15 * len(PAIRS)


@pytest.mark.parametrize(("number", "low", "high"), [(0, 0.04, 0.15), (1, 0.45, 0.65), (2, 0.15, 0.35), (3, 0.08, 0.2)])
def test_the_numbers_of_variables_are_mixed(number: int, low: float, high: float) -> None:
    assert low <= sum(len(pair.witness) == number for pair in PAIRS) / len(PAIRS) <= high


@pytest.mark.parametrize("pair", PAIRS, ids=lambda pair: pair.name)
def test_witness(pair: labels.Pair) -> None:
    assert labels.check_pair(pair) == ""


def test_the_true_statements_hold_near_their_witnesses() -> None:
    """A cheap part of the attack: the witness itself, wherever the true hypotheses allow it."""
    allowed = [p for p in PAIRS if labels.holds(labels.parse_all(p.where), p.witness)]
    assert len(allowed) > 0.8 * len(PAIRS)
    assert [p.name for p in allowed if not labels.holds(labels.parse(p.true), p.witness)] == []


def test_hypotheses_can_be_met() -> None:
    """Where the domains of a pair differ, the witness may lie outside the true one, so a point is looked for."""
    moved = [p for p in PAIRS if not labels.holds(labels.parse_all(p.where), p.witness)]
    assert [p.name for p in moved if not labels.Attack(p.true, p.where).some_point()] == []


def test_decimals_are_exact() -> None:
    assert true_holds("0.1 + 0.2 == 0.3")
    assert not true_holds("0.1 + 0.2 == 0.30000000000000000000000000000000000000001")


def test_equality_fails_a_strict_comparison_only() -> None:
    assert true_holds("tanh(t) <= t", t="0")
    assert not true_holds("tanh(t) < t", t="0")
    assert not true_holds("sqrt(2)*sqrt(3) < sqrt(6)")


def test_tiny_gaps_are_seen() -> None:
    assert 0 < gap("sin(x) < x", x="1e-60") < 1e-100
    assert gap("exp(pi*sqrt(163)) >= 262537412640768744") == pytest.approx(-2.9e-30, rel=0.1)


def test_undefined_points_do_not_hold() -> None:
    assert not true_holds("1/x >= 0", x="0")
    assert not true_holds("log(x) <= x", x="-1")
    assert not true_holds("x**0.5 >= 0", x="-1")


@pytest.mark.parametrize("text", ["x", "x != 1", "f(x) < 1", "x.y < 1", "x < 'a'", "min(x) < 1", "x < True", "sin < 1"])
def test_other_languages_are_refused(text: str) -> None:
    with pytest.raises(labels.BadStatement):
        labels.parse(text)


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"witness": {"x": Fraction(1)}}, "holds at the witness"),
        ({"witness": {"x": Fraction(2)}}, "outside the hypotheses"),
        ({"witness": {}}, "does not give exactly"),
        ({"hair": "1e-3"}, "is not about"),
        ({"hair": "1e-4"}, "unknown hair"),
    ],
)
def test_wrong_labels_are_noticed(change: dict[str, Any], problem: str) -> None:
    jordan = next(pair for pair in PAIRS if pair.name == "jordan")
    assert problem in labels.check_pair(labels.Pair(**{**vars(jordan), **change}))


def test_the_attack_finds_what_it_should() -> None:
    jordan = labels.attack("sin(x) >= 2.000000002*x/pi", ("0 <= x", "x <= pi/2"))
    assert jordan.worst == pytest.approx(-1e-9, rel=1e-3)
    assert labels.attack("22/7 > pi", ()).worst > 0


def test_the_attack_reports_what_the_hypotheses_leave_undefined() -> None:
    attack = labels.Attack("sqrt(x) >= 0", ("x >= -0.001",))
    assert attack.measure({"x": Fraction(-1, 1000)}) == float("-inf")


def test_precision_is_left_alone() -> None:
    before = mpmath.mp.dps
    gap("sin(x) < x", x="1e-60")
    assert mpmath.mp.dps == before
