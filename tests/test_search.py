"""Subdivision: what it calls a witness is one, and what it calls covered is covered."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest
import sympy as sp
from flint import arb
from hypothesis import given, settings
from hypothesis import strategies as st
from test_derivative import expressions
from test_sign import ENDS, inside, sign_at

from numerics.deadline import Deadline
from numerics.enclosure.interval import fraction
from numerics.proof.goal import Domain, Goal, Range
from numerics.proof.search import Subdivision

x, y = sp.symbols("x y", real=True)
THIRD = sp.Rational(1, 3)


def covers(boxes: list[Any], point: tuple[Fraction, ...]) -> bool:
    def within(value: Fraction, side: Any) -> bool:
        above = not side.lo.is_finite() or fraction(side.lo) <= value
        return above and (not side.hi.is_finite() or value <= fraction(side.hi))

    return any(all(within(value, side) for value, side in zip(point, box, strict=True)) for box in boxes)


@st.composite
def goals(draw: Any) -> Goal:
    f = draw(expressions((x, y), 2)) + draw(st.sampled_from([0, 1, sp.Rational(1, 1000), -1, x * y]))
    ranges = {}
    for symbol in (x, y):
        lo, hi = sorted(draw(st.lists(st.sampled_from(ENDS), min_size=2, max_size=2, unique=True)))
        ranges[symbol] = Range(lo, hi, draw(st.booleans()), draw(st.booleans()))
    extra = draw(st.sampled_from([(), ((x**2 - y, False),), ((x - y, True),), ((1 - x**2 - y**2, True),)]))
    return Goal(f, draw(st.booleans()), Domain(ranges, extra))


@settings(max_examples=60)
@given(goals(), st.lists(st.tuples(st.integers(0, 240), st.integers(0, 240)), min_size=20, max_size=20))
def test_a_witness_is_a_counterexample_and_a_cover_has_none(goal: Goal, places: Any) -> None:
    search = Subdivision(goal)
    if not search.variables:
        return
    cover = search.run(search.whole(), Deadline.after(2), 300)
    if cover.witness is not None:
        assert all(inside(value, goal.domain.ranges[symbol]) for symbol, value in cover.witness.items())
        point: dict[Any, Fraction] = dict(cover.witness)
        assert all(sign_at(g, point) in ((1,) if s else (0, 1)) for g, s in goal.domain.constraints)
        assert sign_at(goal.expression, point) in ((-1, 0) if goal.strict else (-1,))
        assert not cover.complete
        return
    for a, b in places:
        values = {x: Fraction(a, 48) - 2, y: Fraction(b, 48) - 2}
        if not all(inside(values[s], goal.domain.ranges[s]) for s in (x, y)):
            continue
        point = dict(values)
        assert covers([*cover.proved, *cover.left], tuple(values[s] for s in search.variables))
        allowed = all(sign_at(g, point) in ((1,) if s else (0, 1)) for g, s in goal.domain.constraints)
        if cover.complete and allowed:
            assert sign_at(goal.expression, point) in ((1,) if goal.strict else (0, 1))


def box(f: sp.Expr, strict: bool, of_x: Range) -> Goal:
    return Goal(f, strict, Domain({x: of_x, y: Range(sp.S.Zero, sp.S.One, False, False)}))


BEYOND_AN_END = [
    (y - 1 / (x - sp.sqrt(2)), sp.sqrt(2), sp.Integer(3)), (y - 1 / (x - THIRD), THIRD, sp.Integer(3)),
    (y - 1 / (3 * x - 1), THIRD, sp.Integer(3)), (y - 1 / (x**2 - 2), sp.sqrt(2), sp.Integer(3)),
    (y - 1 / (sp.exp(x) - 2), sp.log(2), sp.Integer(3)), (y - sp.coth(x - THIRD), THIRD, sp.Integer(3)),
    (y + sp.tan(x), -sp.pi / 2, sp.pi / 2), (y + sp.tan(3 * x), -sp.pi / 6, sp.pi / 6),
    (y + 1 / (x - sp.sqrt(3)), sp.Integer(0), sp.sqrt(3)), (y - 1 / (x - THIRD) ** 3, THIRD, sp.Integer(3)),
    (y + 3 - 1 / sp.log(3 * x), THIRD, sp.Integer(3)), (y - sp.csch(sp.sqrt(5) * x - 1), 1 / sp.sqrt(5), sp.Integer(3)),
]  # fmt: skip


@pytest.mark.parametrize(("f", "lo", "hi"), BEYOND_AN_END, ids=str)
def test_the_rounded_end_of_a_range_is_not_taken_for_a_point_of_it(f: sp.Expr, lo: sp.Expr, hi: sp.Expr) -> None:
    # √2 rounded down lies outside (√2, 3), and −1/(x − √2) is positive there: f → −∞ at the end, all the same.
    search = Subdivision(box(f, True, Range(lo, hi, True, True)))
    assert not search.run(search.whole(), Deadline.after(1), 500).complete


@pytest.mark.parametrize("hair", [sp.Rational(1, 10**k) for k in (3, 6, 9, 12, 40)])
def test_false_by_a_hair_is_not_covered(hair: sp.Expr) -> None:
    f = (x - THIRD) ** 2 + (y - THIRD) ** 2 - hair
    search = Subdivision(box(f, False, Range(sp.S.Zero, sp.S.One, False, False)))
    assert not search.run(search.whole(), Deadline.after(1), 400).complete


@pytest.mark.parametrize("share", [Fraction(1, 2), Fraction(1, 10**6), Fraction(1, 10**30)])
def test_a_witness_at_an_open_end_is_none(share: Fraction) -> None:
    goal = box(x, True, Range(sp.S.Zero, sp.S.One, True, False))
    search = Subdivision(goal)
    assert not search.fails_at({x: Fraction(0), y: share})
    assert not search.fails_at({x: share, y: share})
    assert Subdivision(box(x, True, Range(sp.S.Zero, sp.S.One, False, False))).fails_at({x: Fraction(0), y: share})


def test_the_margin_is_below_every_value_that_is_left() -> None:
    f = x**2 + y**2 - x * y * sp.pi / 2 - sp.Rational(1, 1000)
    search = Subdivision(box(f, False, Range(sp.S.Zero, sp.S.One, False, False)))
    cover = search.run(search.whole(), Deadline.after(1), 30)
    assert cover.witness is not None or cover.margin is None or cover.margin <= arb(-1) / 1000
