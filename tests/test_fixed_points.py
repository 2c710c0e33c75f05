"""Fixed points, iterates and changing gains: counts against another computation, and statements false by a hair."""

from __future__ import annotations

import json
from dataclasses import replace
from fractions import Fraction
from itertools import pairwise

import mpmath as mp
import pytest
import sympy as sp

from gradproof.certificates.certificate import certificate, speaks_of
from gradproof.certificates.checker import verify
from numerics.deadline import Deadline, OutOfTimeError
from numerics.forms import settle_form
from numerics.iteration.gains import settle_gains
from numerics.iteration.isolation import fixed_points, positive_fixed_point
from numerics.iteration.odd_map import ExpressionMap
from numerics.proof.premises import NotOfThisFormError
from numerics.settling import settle
from numerics.verdict import Outcome
from theory.activations import activation
from theory.errors import StatementError, VacuousError
from theory.fixed_points import AtFixedPoint, FixedPointCount, Gains, OrbitTends, Star
from theory.ledger import CLAIMS
from theory.parsing import parse_expression
from theory.statement import Relation

a, x, xi, y = sp.symbols("a x xi y", real=True)
TANH = sp.tanh(a * x)
HAIR = sp.Rational(1, 1000)
ODD = ("tanh", "arctan", "softsign", "erf", "gudermannian", "algebraic")
FEW = ("erf", "algebraic")
"""Those that the fast tests take."""


def gain(op: str, bound) -> Relation:
    return Relation(a, op, sp.sympify(bound))


def outcome(form, *hypotheses, seconds: float = 6.0) -> Outcome:
    try:
        return settle_form(form, hypotheses, Deadline.after(seconds)).outcome
    except OutOfTimeError:
        return Outcome.OPEN


# -- one gain ----------------------------------------------------------------------------------------------------------


def crossings(name: str, a: Fraction) -> int:
    """How often f(ax) − x changes its sign on a fine grid of x ≠ 0, counted in mpmath; and the fixed point 0."""
    f = sp.lambdify(sp.Symbol("z", real=True), activation(name).definition, "mpmath")
    gap = [f(mp.mpf(a.numerator) / a.denominator * t) - t for t in (mp.mpf(2 * n + 1) / 401 for n in range(800))]
    return 1 + 2 * sum(u * v < 0 for u, v in pairwise(gap))


@pytest.mark.parametrize("name", [name if name in FEW else pytest.param(name, marks=pytest.mark.slow) for name in ODD])
@pytest.mark.parametrize("a", [Fraction(1, 2), Fraction(7, 5), Fraction(3)])
def test_as_many_fixed_points_are_isolated_as_signs_change(name, a):
    found = fixed_points(name, a)
    assert len(found) == crossings(name, a)
    assert [point.lo for point in found] == sorted(point.lo for point in found)
    signs = [point.stability for point in found]
    assert signs == (["attracting"] if len(found) == 1 else ["attracting", "repelling", "attracting"])


def test_the_fixed_point_is_enclosed_to_any_number_of_digits():
    point = positive_fixed_point("tanh", 2, 60)
    with mp.workdps(80):
        value = mp.findroot(lambda t: mp.tanh(2 * t) - t, 0.95)
        lo, hi = (mp.mpf(text) for text in point.decimals(60))
        assert lo <= value <= hi
        assert hi - lo < mp.mpf(10) ** -60


@pytest.mark.parametrize(("name", "value"), [("softsign", "2/3"), ("algebraic", "2*sqrt(2)/3")])
def test_a_closed_form_is_recognised(name, value):
    assert positive_fixed_point(name, 3).exact == sp.sympify(value)


def test_without_exactly_one_positive_fixed_point_it_is_0():
    assert positive_fixed_point("tanh", 1).exact == 0
    assert positive_fixed_point("tanh", -3).exact == 0


@pytest.mark.parametrize(
    ("f", "a", "count", "stability"),
    [
        ("tanh", 1, 1, "neutral"),
        ("tanh", 0, 1, "attracting"),
        ("tanh", -2, 1, "repelling"),
        ("relu", 2, 1, None),
        ("logistic", 3, 1, "attracting"),
        ("x/2 + 1", 1, 1, "attracting"),
        pytest.param("tanh(x)/10 + (tanh(4*(x-1)) + tanh(4*(x+1)))/2", 2, 5, "attracting", marks=pytest.mark.slow),
    ],
)
def test_other_functions_and_gains(f, a, count, stability):
    found = fixed_points(f, a)
    assert len(found) == count
    assert found[count // 2].stability == stability


@pytest.mark.parametrize("bad", [0.5, "half a", None, sp.oo, sp.I, True, x, [2], "1/0"])
def test_a_gain_that_is_no_exact_number_is_refused(bad):
    with pytest.raises(StatementError):
        fixed_points("tanh", bad)


@pytest.mark.parametrize("bad", ["tanhh", 3.5, a * x, "1/x", "log(x)", None, sp.Float(2) * x])
def test_what_is_no_function_on_the_line_is_refused(bad):
    with pytest.raises(StatementError):
        fixed_points(bad, 2)


# -- all gains at once -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", [name if name in FEW else pytest.param(name, marks=pytest.mark.slow) for name in ODD])
def test_the_count_is_proved_for_every_gain(name):
    f = activation(name)
    image = f.f(a * x)
    assert f.slope_at_zero is not None
    critical = 1 / f.slope_at_zero
    assert outcome(FixedPointCount(image, x, 1), gain(">", 0), gain("<=", critical)) is Outcome.PROVED
    assert outcome(FixedPointCount(image, x, 3), gain(">", critical)) is Outcome.PROVED


@pytest.mark.parametrize(
    ("image", "count", "hypotheses"),
    [
        (TANH, 1, (gain(">", 0), gain("<=", 1 + HAIR))),
        (TANH, 3, (gain(">=", 1),)),
        (TANH, 3, (gain(">", 1 - HAIR),)),
        (TANH, 5, (gain(">", 1),)),
        (TANH, 2, (gain(">", 1),)),
        (TANH + HAIR, 3, (gain(">", 1),)),
        (TANH + HAIR**4, 3, (gain(">", 1),)),
        (sp.sin(a * x), 3, (gain(">", 1),)),
        (sp.tanh(a * x) / 10 + (sp.tanh(4 * a * x - 4) + sp.tanh(4 * a * x + 4)) / 2, 1, (gain(">", 0), gain("<", 9))),
    ],
)
def test_a_wrong_count_is_not_proved(image, count, hypotheses):
    assert outcome(FixedPointCount(image, x, count), *hypotheses) is not Outcome.PROVED


def test_a_map_that_is_not_known_to_be_continuous_is_refused():
    for image in (sp.sign(x), sp.floor(a * x), sp.Piecewise((x, x > 0), (x - 1, True))):
        with pytest.raises(NotOfThisFormError):
            ExpressionMap(image, x)
    assert outcome(FixedPointCount(1 / (a * x), x, 1), gain(">", 0)) is Outcome.OPEN
    assert outcome(FixedPointCount(sp.log(x), x, 0)) is Outcome.OPEN


@pytest.mark.parametrize(
    "function",
    [y**3 / (1 + y**2), sp.tanh(y) * (1 + y**2 / 3), sp.tanh(y) + sp.tanh(y) ** 3, y, sp.sinh(y)],
)
def test_a_function_without_the_star_condition_is_refuted(function):
    verdict = settle_form(Star(function, y), (), Deadline.after(6))
    assert verdict.outcome is Outcome.REFUTED
    assert verdict.witness is not None
    near, far = (sp.Rational(verdict.witness[name]) for name in ("y_1", "y_2"))
    assert 0 < near < far
    slopes = [sp.N((function / y).subs(y, point), 50) for point in (near, far)]
    assert slopes[0] <= slopes[1]


def test_the_star_condition_false_by_a_hair_is_not_proved():
    # y/(1 + y²) + c·y³/(1 + y²)² falls over y as long as c ≤ 1, and rises at 0 for every c > 1.
    for c, wanted in ((sp.S.One, True), (1 + HAIR, False)):
        function = y / (1 + y**2) + c * y**3 / (1 + y**2) ** 2
        assert (outcome(Star(function, y)) is Outcome.PROVED) == wanted


# -- iterates ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("image", "limit", "where"),
    [
        (TANH, sp.S.Zero, (gain(">", 0), gain("<=", 1 + HAIR))),
        (TANH, xi, (gain(">=", 1),)),
        (TANH, sp.S.Zero, (gain(">", 1),)),
        (TANH, sp.S.One, (gain(">", 1),)),
        (-TANH, sp.S.Zero, (gain(">", 0), gain("<=", 1))),
        pytest.param(sp.sin(a * x), xi, (gain(">", 1),), marks=pytest.mark.slow),
        (TANH**2, sp.S.Zero, (gain(">", 0), gain("<", 9))),
    ],
)
def test_iterates_that_do_not_go_there_are_not_proved_to(image, limit, where):
    assert outcome(OrbitTends(image, x, limit, where)) is not Outcome.PROVED


@pytest.mark.slow
def test_iterates_of_other_sigmoids():
    for name in ("softsign", "arctan"):
        image = activation(name).f(a * x)
        assert outcome(OrbitTends(image, x, xi, (gain(">", 1),))) is Outcome.PROVED
        assert outcome(OrbitTends(image, x, sp.S.Zero, (gain(">", 0), gain("<=", 1)))) is Outcome.PROVED


# -- at the fixed point ------------------------------------------------------------------------------------------------


def at_fixed_point(*relations: Relation, image=TANH, where: tuple[Relation, ...] = ()) -> Outcome:
    return outcome(AtFixedPoint(image, x, xi, a, relations, where), gain(">", 1))


@pytest.mark.slow
def test_bounds_of_the_fixed_point_that_are_off_by_a_hair_are_not_proved():
    square = 1 - a**-2
    assert at_fixed_point(Relation(xi, "<=", sp.sqrt(square))) is Outcome.REFUTED
    for bound in (
        Relation(xi, ">", sp.sqrt(square) * (1 + HAIR)),
        Relation(xi, "<=", sp.sqrt(3 * square / 2) * (1 - HAIR)),
    ):
        assert at_fixed_point(bound) is not Outcome.PROVED


@pytest.mark.parametrize("value", [1 - 1 / a**2, 1 - 1 / a + HAIR, (a - 1) / (a + HAIR), 1 / a - 1])
def test_a_wrong_closed_form_is_refuted(value):
    softsign = a * x / (1 + sp.Abs(a * x))
    assert at_fixed_point(Relation(xi, "==", value), image=softsign) is Outcome.REFUTED


def test_a_parameter_that_is_not_unique_is_not_eliminated():
    # Here ξ belongs to a and to −a: of the two only one may be put in.
    squared = sp.tanh(a**2 * x)
    assert at_fixed_point(Relation(a, ">=", xi / sp.sqrt(sp.atanh(xi) * xi)), image=squared) is not Outcome.PROVED


@pytest.mark.parametrize(
    "form",
    [
        FixedPointCount(TANH, x, 3),
        OrbitTends(TANH, x, xi),
        Gains(TANH, x, a, (gain(">", 1),), (gain("<", 1),), below=sp.S.One),
    ],
)
def test_hypotheses_that_exclude_each_other_are_an_error(form):
    with pytest.raises(VacuousError):
        settle_form(form, (gain(">", 1), gain("<", 1)), Deadline.after(5))


@pytest.mark.parametrize(
    "where",
    [
        pytest.param((Relation(x, ">", sp.S.Zero), Relation(x, "<=", xi)), marks=pytest.mark.slow),
        (Relation(x, ">=", sp.S.Zero), Relation(x, "<", xi)),
        (Relation(x, ">", sp.S.Zero), Relation(x, "<", xi + HAIR)),
        pytest.param((Relation(x, "<", -xi + HAIR),), marks=pytest.mark.slow),
    ],
)
def test_the_order_is_not_proved_beyond_the_fixed_point(where):
    assert at_fixed_point(Relation(TANH, ">", x), where=where) is not Outcome.PROVED


@pytest.mark.slow
def test_an_order_the_other_way_round_is_proved_where_it_holds():
    below = Relation(TANH, "<", x)
    assert at_fixed_point(below, where=(Relation(x, ">", xi),)) is Outcome.PROVED
    assert at_fixed_point(below, where=(Relation(x, ">", -xi), Relation(x, "<", sp.S.Zero))) is Outcome.PROVED


# -- changing gains ----------------------------------------------------------------------------------------------------

POSITIVE = (gain(">", 0),)


@pytest.mark.parametrize(
    "form",
    [
        Gains(TANH, x, a, POSITIVE, (gain("<=", 1 + HAIR),), below=sp.S.One, converges=True),
        pytest.param(Gains(TANH, x, a, POSITIVE, (gain(">=", 1),), above=1 + HAIR), marks=pytest.mark.slow),
        Gains(TANH, x, a, POSITIVE, (gain(">=", 1),), above=sp.S.One, converges=True),
        Gains(TANH, x, a, POSITIVE, (gain(">", 0),), converges=True),
        Gains(TANH, x, a, (), (gain("<=", 1),), below=sp.S.One),
        Gains(TANH, x, a, POSITIVE, (gain("<=", 2),), above=sp.Integer(2)),
        Gains(TANH + HAIR, x, a, POSITIVE, (gain("<=", 1),), below=sp.S.One),
        Gains(sp.sin(a * x), x, a, POSITIVE, (gain(">=", 2),), above=sp.Integer(2)),
    ],
)
def test_what_changing_gains_do_not_do_is_not_proved(form):
    assert outcome(form) is not Outcome.PROVED


def test_gains_as_a_witness_have_no_limit():
    claim = CLAIMS["fixed-points/tanh/eventually-large-gains"]
    verdict = settle_gains(claim.conclusion[0], claim.hypotheses, Deadline.after(10))  # pyright: ignore[reportArgumentType]
    assert verdict.outcome is Outcome.REFUTED
    assert verdict.witness is not None
    sequence, _ = parse_expression(verdict.witness["a_n"].replace("(-1)**n", "s"))
    (sign,) = sequence.free_symbols
    outputs = [mp.mpf(sp.Rational(verdict.witness["x"]))]
    for m in range(1, 400):
        step = sp.Rational(sequence.subs(sign, (-1) ** m))
        assert step >= 1 + sp.Rational(verdict.witness["epsilon"])
        outputs.append(mp.tanh(step * outputs[-1]))
    assert abs(outputs[-1] - outputs[-2]) > 1e-3
    assert abs(outputs[-1] - outputs[-3]) < 1e-12


def test_outputs_of_one_size_and_two_signs_refute_no_limit():
    opposite = Gains(TANH, x, a, (), (Relation(sp.Abs(a), "==", sp.Integer(2)),), converges=True)
    assert outcome(opposite) is Outcome.OPEN


def test_gains_that_may_not_differ_have_a_limit():
    equal = Gains(TANH, x, a, POSITIVE, (gain("==", 2),), sp.Integer(2), sp.Integer(2), True)
    assert outcome(equal) is Outcome.PROVED
    apart = replace(equal, eventually=(gain(">=", 2), gain("<=", 2 + HAIR)), below=2 + HAIR)
    assert outcome(apart) is Outcome.REFUTED


# -- certificates ------------------------------------------------------------------------------------------------------

CERTIFIED = ["fixed-points/tanh/subcritical", "odd-sigmoid/star/arctan", "odd-sigmoid/log-gain"]
SLOWLY_CERTIFIED = [
    "fixed-points/tanh/bracket",
    "fixed-points/softsign/closed-form",
    "odd-sigmoid/three-fixed-points-star",
    "corrected/odd-sigmoid/three-fixed-points",
]


@pytest.mark.parametrize("id", [*CERTIFIED, *(pytest.param(id, marks=pytest.mark.slow) for id in SLOWLY_CERTIFIED)])
def test_what_follows_and_what_it_rests_on_is_re_checked(id):
    claim = CLAIMS[id]
    document = certificate(claim, settle(claim, 30))
    assert document is not None
    tested = verify(json.dumps(document))[1]
    # The cases are what suffices for the claim; only for the bracket they are what follows from it.
    assert any(step.startswith("consequence") for step in tested) == (id == "fixed-points/tanh/bracket")
    assert all("why" in case for case in document["cases"]) == (id != "fixed-points/tanh/bracket")
    assert speaks_of(json.loads(json.dumps(document)), claim)


def test_the_consequences_of_a_false_statement_are_rejected():
    # 1 − 1/a² is no fixed point of softsign(ax): what would follow does not hold.
    wrong = AtFixedPoint(a * x / (1 + sp.Abs(a * x)), x, xi, a, (Relation(xi, "==", 1 - a**-2),))
    (relation,) = wrong.consequences()
    assert relation.subs({a: 2}).lhs != relation.subs({a: 2}).rhs
    (below, above) = CLAIMS["fixed-points/tanh/bracket"].conclusion[0].consequences()  # pyright: ignore[reportAttributeAccessIssue]
    for value in (Fraction(101, 100), Fraction(2), Fraction(50)):
        at = {a: sp.Rational(value.numerator, value.denominator)}
        assert sp.N(below.subs(at).slack, 30) > 0
        assert sp.N(above.subs(at).slack, 30) > 0


def test_a_fixed_point_shows_its_closed_form_or_its_digits():
    assert [repr(point) for point in fixed_points("softsign", 3)][2] == "FixedPoint(2/3, attracting)"
    shown = repr(fixed_points("tanh", 2, 20)[2])
    low, high = shown.removeprefix("FixedPoint([").split("]")[0].split(", ")
    with mp.workdps(80):
        assert mp.mpf(low) <= mp.findroot(lambda v: mp.tanh(2 * v) - v, 0.96) <= mp.mpf(high)
        assert mp.mpf(high) - mp.mpf(low) <= mp.mpf("1e-18")
