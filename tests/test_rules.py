"""Every rule is sound: where a conclusion fails at some point, one of the premises fails at some point too."""

from __future__ import annotations

from contextlib import suppress
from fractions import Fraction
from itertools import permutations, product
from typing import Any

import pytest
import sympy as sp
from hypothesis import given, settings
from hypothesis import strategies as st
from sympy.parsing.sympy_parser import parse_expr
from test_sign import inside, sign_at

from numerics.deadline import Deadline
from numerics.enclosure.program import UnsupportedError
from numerics.proof import rules
from numerics.proof.domain import EmptyDomainError, assume
from numerics.proof.goal import Domain, Goal, Range
from numerics.proof.plausible import implausible
from numerics.proof.search import Subdivision

x, y, z = sp.symbols("x y z", real=True)
HAIR = sp.Rational(1, 10**6)
DECLINED = (EmptyDomainError, NotImplementedError, ValueError, TypeError, AttributeError)
"""What the prover takes for "this rule does not apply"."""
RULES = list(
    dict.fromkeys([rules.split_kinks, rules.generalise, rules.combination, rules.logarithmic, *rules.REDUCTIONS])
)
GRID = [Fraction(n, 8) for n in (-24, -17, -16, -9, -8, -7, -3, -1, 0, 1, 2, 3, 7, 8, 9, 16, 17, 24, 80)]


def points(domain: Domain, symbols: tuple[Any, ...], extra: tuple[Fraction, ...] = ()) -> list[dict[Any, Fraction]]:
    """The points of a grid that lie in the domain."""
    sides = [[v for v in (*GRID, *extra) if inside(v, domain.ranges[s])] for s in symbols]
    grid = GRID if len(symbols) < 3 else GRID[2::3]
    sides = [[v for v in side if v in grid or v in extra] for side in sides] if len(symbols) > 2 else sides
    found = [dict(zip(symbols, values, strict=True)) for values in product(*sides)]
    return [p for p in found if all(sign_at(g, p) in ((1,) if s else (0, 1)) for g, s in domain.constraints)]


def failing(goal: Goal, extra: tuple[Fraction, ...] = ()) -> dict[Any, Fraction] | None:
    """A point of the domain at which the goal fails; where the expression is no number it does not count."""
    bad = (-1, 0) if goal.strict else (-1,)
    for point in points(goal.domain, goal.variables, extra):
        if sign_at(goal.expression, point) in bad:
            return point
    return None


def refuted(goal: Goal, extra: tuple[Fraction, ...] = ()) -> bool:
    if failing(goal, extra) is not None or implausible(goal):
        return True
    try:
        search = Subdivision(goal)
        return search.run(search.whole(), Deadline.after(1), 1500).witness is not None
    except UnsupportedError:
        return True


def attack(rule: Any, goal: Goal, extra: tuple[Fraction, ...] = ()) -> int:
    """The number of steps that the rule took from a goal that fails; every one must have a false premise."""
    point = failing(goal, extra)
    if point is None:
        return 0
    # A change of variables carries the point to sums and differences of its coordinates.
    extra += tuple(sign * a + b for a, b in permutations(point.values(), 2) for sign in (1, -1))
    # … and to what is left of a constraint there.
    left: list[Any] = [
        g.subs({s: sp.Rational(value) for s, value in point.items()}) for g, _ in goal.domain.constraints
    ]
    extra += tuple(Fraction(sign * int(v.p), int(v.q)) for v in left if v.is_Rational for sign in (1, -1))
    taken = 0
    try:
        for step in rule(goal):
            taken += 1
            assert any(refuted(p, extra) for p in step.premises), (
                f"{goal}\n{step.detail}\n{list(map(str, step.premises))}"
            )
    except DECLINED:
        pass
    return taken


PIECES = [
    x * y, x**2 * y, x * y**2, x**2 + y**2, (x + y) ** 3, x**4 - x * y, sp.exp(x * y), x * sp.exp(-y), sp.log(1 + x**2),
    sp.sqrt(1 + x**2), sp.Abs(x - y), sp.Max(x, y), sp.Min(x, 1), 1 / (1 + x**2), x / (y**2 + 1), sp.tanh(x + y),
    x**2 - 3 * x * y + 2, sp.Piecewise((x, y > 0), (-x, True)), sp.Abs(x) * y, x**4 - 4 * x * y, sp.cosh(x) - y,
    sp.cosh(x) * sp.cos(y), (x**2) ** sp.Rational(1, 3), x**4 + y**4 - 2 * x**2 * y, x**3 - y**3, x - y,
]  # fmt: skip
POSITIVE_PIECES = [
    sp.sqrt(x), sp.sqrt(x * y), x ** sp.Rational(1, 3) * y, x / y, 1 / x - 1 / y, sp.log(x / y), x**y,
    sp.sqrt(x) - sp.sqrt(y),
    (x + y) / 2 - sp.sqrt(x * y), x**2 / y - x, x * sp.log(x), 1 / (x + y), (x**2 - y**2) / (x - y),
    x ** sp.Rational(3, 2),
]  # fmt: skip
FINITE = [sp.Integer(n) for n in (-3, -2, -1, 0, 1, 2)] + [sp.Rational(1, 8)]
CONSTRAINTS: list[tuple[tuple[sp.Expr, bool], ...]] = [
    (), (), ((x - y, False),), ((y - x, True),), ((x * y, False),), ((1 - x**2 - y**2, False),),
    ((x + 2 * y - 1, True),),
    ((x - y, False), (2 - x - y, False)),
]  # fmt: skip


@st.composite
def ranges(draw: Any, positive: bool) -> Range:
    if positive:
        return Range(sp.S.Zero, draw(st.sampled_from([sp.S.Infinity, sp.Integer(2)])), True, True)
    lo, hi = sorted(draw(st.lists(st.sampled_from(FINITE), min_size=2, max_size=2, unique=True)))
    kind = draw(st.sampled_from(["both", "both", "half", "line", "symmetric"]))
    if kind == "line":
        return Range()
    if kind == "half":
        return Range(lo, sp.S.Infinity, draw(st.booleans()), True)
    is_open = draw(st.booleans())
    if kind == "symmetric":
        return Range(-abs(lo) - 1, abs(lo) + 1, is_open, is_open)
    return Range(lo, hi, is_open, draw(st.booleans()))


@st.composite
def goals(draw: Any) -> Goal:
    positive = draw(st.booleans())
    pieces = draw(st.lists(st.sampled_from(POSITIVE_PIECES + PIECES if positive else PIECES), min_size=1, max_size=2))
    f = sum((draw(st.sampled_from([1, -1, 2])) * piece for piece in pieces), sp.S.Zero)
    f = f + draw(st.sampled_from([0, 0, 1, -1, HAIR, -HAIR, sp.Rational(1, 3)]))
    domain = Domain({x: draw(ranges(positive)), y: draw(ranges(positive))})
    for g, strict in draw(st.sampled_from(CONSTRAINTS)):
        domain = assume(domain, g, strict)
    return Goal(f, draw(st.booleans()), domain)


@settings(max_examples=12)
@given(goals())
def test_no_rule_leads_from_true_premises_to_a_false_conclusion(goal: Goal) -> None:
    for rule in RULES:
        attack(rule, goal)


@pytest.mark.slow
@settings(max_examples=150)
@given(goals())
def test_no_rule_leads_from_true_premises_to_a_false_conclusion_at_length(goal: Goal) -> None:
    for rule in RULES:
        attack(rule, goal)


def goal(f: Any, strict: bool, constraints: tuple[tuple[sp.Expr, bool], ...] = (), **bounds: str) -> Goal:
    """goal(x + y, True, x="[0, oo)", y="(-1, 1]")."""
    given_symbols = {"x": x, "y": y, "z": z}
    domain = Domain({given_symbols[name]: _range(text) for name, text in bounds.items()})
    for g, is_strict in constraints:
        domain = assume(domain, g, is_strict)
    return Goal(sp.sympify(f), strict, domain)


def _range(text: str) -> Range:
    lo, hi = (parse_expr(end) for end in text[1:-1].split(","))
    return Range(lo, hi, text[0] == "(", text[-1] == ")")


NEAR_ONE = Fraction(-10001, 10000)
TANGENT = sp.Rational("2.92709751")
"""A hair below −tan 1.9."""
CORNER = (Fraction(19, 10), Fraction(1, 10))
TROUGH = Fraction(-11, 7)
ADVERSARIAL: list[tuple[Any, Goal, tuple[Fraction, ...]]] = [
    # The root y^(1/3) of the slope is no number for y < 0, where the least value is elsewhere.
    (rules.minimum_in_one, goal(x**4 - 4 * x * y + 3 + 3 * HAIR, True, x="(-oo, oo)", y="[-10001/10000, 1]"),
     (NEAR_ONE,)),
    (rules.minimum_in_one, goal(sp.exp(x) - x * y + 3, True, x="(-oo, oo)", y="[-2, 3]"), ()),
    (rules.minimum_in_one, goal(x**2 - 2 * x * y + sp.Rational(1, 2), False, x="[0, 1]", y="[-3, 3]"), ()),
    # √(xy) is not √x·√y where both are negative.
    (
        rules.root_substitution,
        goal(1 + HAIR - sp.sqrt(x * y) + sp.sqrt(z), False, ((x * y, False),), x="[-2, 1]", y="[-2, 1]", z="[0, oo)"),
        (),
    ),
    (rules.root_substitution, goal(sp.sqrt(x) - x, False, x="[0, oo)"), ()),
    (rules.root_substitution, goal(sp.sqrt(x) - y, False, x="[0, 2]", y="[-1, 3]"), ()),
    # A jump: the derivative says nothing about it.
    (rules.monotone, goal(sp.Piecewise((-1, sp.Eq(x, 1)), (x * y, True)) + y, False, x="[0, oo)", y="[0, 1/8]"), ()),
    (rules.monotone, goal(y - sp.floor(x) + x, True, x="[0, 2]", y="[-1, 0]"), ()),
    (rules.monotone, goal(y - sp.sign(x - 1) * y, False, x="[0, 2]", y="[-1, 0]"), ()),
    # Open and closed ends; a pole at the end; a strict goal that touches.
    (rules.monotone, goal(x, True, x="[0, 1]"), ()), (rules.monotone, goal(x * y, True, x="(0, 1]", y="[0, 1]"), ()),
    (rules.monotone, goal(sp.atan(1 / x) - 1, False, x="(0, oo)"), ()),
    (rules.monotone, goal(1 - 1 / x, False, x="(0, 2]"), ()),
    (rules.monotone, goal(sp.Rational(1, 2) - x**y, False, x="(0, 1]", y="[0, 1]"), ()),
    (rules.monotone, goal(y - x, False, ((y - x + 1, False),), x="[0, 1]", y="[0, 3]"), ()),
    (rules.monotone, goal(x * y, False, ((x**2 - 1, False),), x="[-3, 3]", y="[0, 1]"), ()),
    (rules.clear_denominator, goal(1 / x - 1, False, x="[-1, 2]"), ()),
    (rules.clear_denominator, goal(x / y, False, x="[0, 1]", y="[-1, 0)"), ()),
    (rules.clear_denominator, goal(1 / (x - y) - 2, False, ((x - y, False),), x="[0, 1]", y="[0, 1]"), ()),
    (rules.drop_positive_factors, goal(x**2 * (x + 1), True, x="[0, 1]"), ()),
    (rules.drop_positive_factors, goal(x * (y - 1), False, x="[-1, 0]", y="[0, 3]"), ()),
    (rules.drop_positive_factors, goal(x**2 * (y - 1), False, x="[-1, 1]", y="[0, 3]"), ()),
    (rules.even_symmetry, goal(x**2 - x * y, False, x="[-1, 1]", y="[-1, 1]"), ()),
    (rules.even_symmetry, goal(x**2 - 1, False, x="[-2, 3]"), ()),
    (rules.even_symmetry, goal(x**2, True, x="[-1, 1]"), ()),
    (rules.even_symmetry, goal(4 - x**2 - HAIR, False, x="[-2, 2]"), ()),
    (rules.homogeneous, goal(x**2 + y**2 - 3 * x * y, False, x="[0, oo)", y="[0, oo)"), ()),
    (rules.homogeneous, goal(x * y, True, x="[0, oo)", y="[0, oo)"), ()),
    (rules.homogeneous, goal(x**2 - y, False, x="(0, oo)", y="(0, oo)"), ()),
    (rules.homogeneous, goal(-x / y, False, x="(0, oo)", y="(0, oo)"), ()),
    (rules.homogeneous, goal(x - sp.Abs(x - y), False, x="(0, oo)", y="(0, oo)"), ()),
    # A larger domain: its pole, or a place where f is no number, must not make what fails on the box look true.
    (rules.widened, goal(x * y - HAIR, False, x="[0, 1]", y="[0, 1]"), ()),
    (rules.widened, goal(x / y + y / x - 2 - HAIR, False, x="[1, 2]", y="[1, 2]"), ()),
    (rules.widened, goal(x**2 + y**2 - 2 * x * y - HAIR, False, x="[-1, 1]", y="[-2, 0]"), ()),
    (rules.widened, goal(sp.exp(x) + y * sp.log(y) - y - x * y - HAIR, False, x="[0, 2]", y="[1/8, 5]"), ()),
    (rules.widened, goal(sp.sqrt(1 - x) * y - x * y, False, x="[0, 1]", y="[1/8, 1]"), ()),
    (rules.discriminant, goal(x**2 + 2 * x * y + 1, False, x="[0, oo)", y="[-2, 2]"), ()),
    (rules.discriminant, goal(x**2 - 2 * x * y + y**2, True, x="(-oo, oo)", y="(-oo, oo)"), ()),
    (rules.discriminant, goal(y * x**2 - 1, False, x="[0, oo)", y="(0, 1]"), ()),
    # Without the constraint the domain grows across a pole, where the slope says nothing about the other side.
    (rules.multiplier, goal(sp.tan(x) + TANGENT, False, ((x + y - 2, False),), x="[0, 2]", y="[0, 1/10]"), CORNER),
    (rules.multiplier, goal(4 - 1 / (x - sp.Rational(3, 2)) - HAIR, False, ((x + y - 2, False),), x="[0, 2]",
                            y="[0, 1/4]"), (*CORNER, Fraction(7, 4), Fraction(1, 4))),
    (rules.multiplier, goal(1 - x * y - HAIR, False, ((2 - x**2 - y**2, False),), x="[-2, 2]", y="[-2, 2]"), ()),
    (rules.multiplier, goal(2 - x - y, False, ((x**2 + y**2 - 2, False),), x="[-2, 2]", y="[-2, 2]"), ()),
    (rules.period, goal(sp.sin(x) + 1 - HAIR, False, x="(-oo, oo)"), (TROUGH,)),
    (rules.period, goal(sp.cos(x / 2) + HAIR - 1, False, x="(-oo, oo)"), ()),
    (rules.exponential_substitution, goal(sp.exp(2 * x) - 3 * sp.exp(x) + 2, False, x="(-oo, oo)"), (Fraction(1, 2),)),
    (rules.exponential_substitution, goal(sp.tanh(x) - 1 + HAIR, False, x="[0, oo)"), ()),
    (rules.exponential_substitution, goal(sp.exp(x) - 1, True, x="[0, 1]"), ()),
    (rules.exponential_substitution, goal(sp.exp(x) * x**2 - 1, False, x="(-oo, oo)"), ()),
    (rules.exponentiate, goal(sp.log(x) - 2 * sp.log(y), False, x="(0, 2]", y="(0, 3]"), ()),
    (rules.exponentiate, goal(2 * sp.log(x) - sp.log(x**2), True, x="(0, 2]"), ()),
    (rules.exponentiate, goal(sp.log(1 + x) - sp.log(2) / 3, False, x="(-1, 2]"), ()),
    (rules.combination, goal(x - HAIR, False, ((x - y, False),), x="[-3, 3]", y="[0, 3]"), ()),
    (rules.combination, goal(2 * x - y, True, ((x - y, False), (x, False)), x="[-1, 3]", y="[0, 3]"), ()),
    (rules.combination, goal(3 - x - y, False, ((2 - x * y, False),), x="[0, 3]", y="[0, 3]"), ()),
    (rules.generalise, goal(sp.tan(x * y) + z, False, x="[19/10, 2]", y="[1, 21/20]", z="[0, 1]"),
     (*CORNER, Fraction(1), Fraction(0))),
    (rules.generalise, goal(z - sp.tanh(x * y) ** 2 + HAIR, False, x="[0, oo)", y="[0, oo)", z="[0, 1]"), ()),
    (rules.generalise, goal(z + x * y - x, False, x="[0, 3]", y="[0, 3]", z="[0, 1]"), ()),
    (rules.ordering, goal(x**2 + y**2 - 3 * x * y, False, x="[0, oo)", y="[0, oo)"), ()),
    (rules.ordering, goal(x * y * (x - y) ** 2, True, x="(0, oo)", y="(0, oo)"), ()),
    (rules.eliminate_constraint, goal(x - y, True, ((x - y, False),), x="(-oo, oo)", y="(-oo, oo)"), ()),
    (rules.eliminate_constraint, goal(x, False, ((x * y - 1, False),), x="(-oo, oo)", y="(-oo, oo)"), ()),
    (rules.eliminate_constraint, goal(2 - x, False, ((x - y, False),), x="[0, 3]", y="[0, 3]"), ()),
    (rules.split_kinks, goal(sp.Abs(x), True, x="[-1, 1]"), ()),
    (rules.split_kinks, goal(sp.Max(x, y) - x, True, x="[-1, 1]", y="[-1, 1]"), ()),
    (rules.split_kinks, goal(sp.Piecewise((1, x > 0), (-x, True)), True, x="[-1, 1]"), ()),
    (rules.split_kinks, goal(sp.Piecewise((1, x >= 1), (2, x <= -1), (x, True)), False, x="[-3, 3]"), ()),
    (rules.split_kinks, goal(1 + HAIR - sp.Abs(2 * x - y), False, x="[0, 1]", y="[0, 1]"), ()),
    (rules.split_kinks, goal(sp.Min(2 * x - y, y) + 1 - HAIR, False, x="[0, 1]", y="[0, 1]"), ()),
    (rules.monotone_to_constraint, goal(x - y, False, ((x - y + HAIR, False),), x="(-oo, oo)", y="[0, 3]"),
     (Fraction(1) - Fraction(1, 10**6),)),
    (rules.monotone_to_constraint, goal(1 - HAIR - x * y, False, ((2 - x - y, False),), x="[0, 3]", y="[0, 3]"), ()),
    (rules.project, goal(x - 2, False, ((x - y, False),), x="[0, 3]", y="[1, 2]"), ()),
    (rules.project, goal(x - 2, True, ((x - y, False),), x="[0, 3]", y="[2, 3]"), ()),
    (rules.project, goal(1 - x, False, ((x * y - 1, False), (3 - x - z, False)), x="[0, 3]", y="[1, 2]", z="[0, 1]"),
     ()),
    (rules.affine, goal(x * y - x - y + 1 - HAIR, False, x="[0, 1]", y="[0, 1]"), ()),
    (rules.affine, goal(y / 4 - x / 2, False, ((y / 2 + HAIR - x, False),), x="[0, 3]", y="(0, 1]"),
     (Fraction(1, 2) + Fraction(1, 10**6), Fraction(1))),
    (rules.affine, goal(1 - x, True, ((y - x, True),), x="[0, 3]", y="(0, 2]"), ()),
    (rules.affine, goal(1 - x * y, False, ((2 - x * y, False),), x="[0, 3]", y="(0, 3]"), ()),
    (rules.split_kinks, goal(1 - x, False, ((sp.Abs(x) - 1, False),), x="[-3, 3]"), ()),
    (rules.contrapositive, goal(1 - x * y, False, ((1 + HAIR - x * y, False),), x="[0, 3]", y="[0, 3]"),
     (Fraction(1), 1 + Fraction(1, 10**6))),
    (rules.logarithmic, goal(sp.log(1 / x) + y - HAIR, False, x="(0, 1]", y="[0, 1]"), (Fraction(1), Fraction(0))),
    (rules.logarithmic, goal(y - sp.log(x), True, ((y - 2 * sp.log(x), False),), x="(0, oo)", y="[0, 1]"),
     (Fraction(1), Fraction(0))),
    (rules.contrapositive, goal(y - x, True, ((y - x, False),), x="[0, 3]", y="[1, 3]"), ()),
    (rules.monotone_to_constraint, goal(x - y, True, ((x - y, False),), x="[0, 3]", y="[0, 3]"), ()),
    (rules.monotone_to_constraint, goal((x - y) * (x - y - 1), True, ((x - y, True),), x="[0, 3]", y="[0, 1]"), ()),
]  # fmt: skip


@pytest.mark.parametrize(("rule", "false", "extra"), ADVERSARIAL, ids=lambda v: getattr(v, "__name__", str(v))[:70])
def test_a_false_goal_is_not_reduced_to_true_ones(rule: Any, false: Goal, extra: tuple[Fraction, ...]) -> None:
    assert failing(false, extra) is not None
    attack(rule, false, extra)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_every_rule_takes_a_step_somewhere(rule: Any) -> None:
    assert any(next(rule(g), None) for r, g, _ in ADVERSARIAL if r is rule)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
@pytest.mark.parametrize("f", [x**4 - 4 * x * y + 4, y - 4 * x, x * 0 + 1, sp.exp(x) + y], ids=str)
def test_a_rule_that_does_not_apply_says_nothing(rule: Any, f: sp.Expr) -> None:
    # A variable that the slope does not hold, or that the goal does not hold, is no reason to fail.
    for symbols in ((x, y), (y, x)):
        with suppress(*DECLINED):
            list(rule(Goal(f, False, Domain({s: Range(sp.S.NegativeOne, sp.S.One, False, False) for s in symbols}))))
