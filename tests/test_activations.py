"""The formulas are right to the last digits of a double, everywhere, and what the records say of themselves is true."""

import math
import random
from dataclasses import FrozenInstanceError, replace
from functools import cache

import numpy as np
import pytest
import sympy as sp
from mpmath import mp

from theory.activations import ACTIVATIONS, ALIASES, Bound, activation, elu, facts, leaky_relu, z
from theory.claim import ledger
from theory.errors import StatementError
from theory.statement import Relation

NAMES = tuple(ACTIVATIONS)
TINIEST = 2.2250738585072014e-308
EXTREME = [0.0, *(s * x for x in (1e-300, 1e-8, 0.5, 1, 2, 9, 19, 25, 38, 40, 350, 700, 1e6) for s in (1, -1))]
_draw = random.Random(20210610)
RANDOM = [_draw.uniform(-40, 40) for _ in range(40)] + [
    _draw.choice((-1, 1)) * 10 ** _draw.uniform(-12, 6) for _ in range(40)
]
POINTS = np.array(EXTREME + RANDOM)

# The textbook's derivatives, typed a second time on purpose. `sech` and the like are right at any size in mpmath.
TEXTBOOK = {
    "tanh": lambda x: mp.sech(x) ** 2,
    "logistic": lambda x: mp.sech(x / 2) ** 2 / 4,
    "log-sigmoid": lambda x: 1 / (1 + mp.exp(x)),
    "arctan": lambda x: 1 / (1 + x**2),
    "softsign": lambda x: 1 / (1 + abs(x)) ** 2,
    "erf": lambda x: 2 / mp.sqrt(mp.pi) * mp.exp(-(x**2)),
    "relu": lambda x: mp.mpf(x > 0),
    "leaky-relu": lambda x: mp.mpf(1) if x > 0 else mp.mpf(1) / 100,
    "elu": lambda x: mp.mpf(1) if x > 0 else mp.exp(x),
    "gelu": lambda x: mp.ncdf(x) + x * mp.npdf(x),
    "silu": lambda x: (1 + mp.exp(x) + x) * mp.exp(x) / (1 + mp.exp(x)) ** 2,
    "gudermannian": mp.sech,
    "algebraic": lambda x: 1 / mp.sqrt(1 + x**2) ** 3,
}
# These take the exponential of a rounded square, or have a zero of f′ off the origin: the last rounding of z alone
# moves the value by its condition number, and that much is allowed.
ILL_CONDITIONED = ("erf", "gelu", "silu")


# NumPy has no error function of its own.
ERROR_FUNCTIONS = {"erf": np.vectorize(math.erf, [float]), "erfc": np.vectorize(math.erfc, [float])}


def in_doubles(expression, points=POINTS):
    """The expression as printed for NumPy, in plain doubles; any warning but underflow is an error."""
    evaluate = sp.lambdify(z, expression, [ERROR_FUNCTIONS, "numpy"])
    with np.errstate(all="raise", under="ignore"):
        return np.broadcast_to(evaluate(points), points.shape)


@cache
def in_mpmath(expression, *variables):
    return sp.lambdify(variables or (z,), expression.doit(), "mpmath")


def tolerance(name, x, value, slope):
    """1e-14, and where it is needed a few roundings of x, enlarged by the condition number |x f′(x)/f(x)|."""
    return 1e-14 + (2**-51 * abs(x * slope(x) / value) if name in ILL_CONDITIONED else 0)


def assert_close(name, got, function, slope):
    for value, point in zip(got, POINTS, strict=True):
        x = mp.mpf(float(point))
        exact = function(x)
        if abs(exact) < 2 * TINIEST:
            assert abs(value) <= 4 * TINIEST, (name, point)
        else:
            error = abs(mp.mpf(float(value)) / exact - 1)
            assert error <= tolerance(name, x, exact, slope), (name, point, float(error))


@pytest.mark.parametrize("name", NAMES)
def test_f_is_right_in_doubles(name):
    with mp.workdps(340):  # the definitions cancel: 1 + e^−700 needs 305 digits before it has one
        definition = in_mpmath(ACTIVATIONS[name].definition)
        assert_close(name, in_doubles(ACTIVATIONS[name].formula), definition, TEXTBOOK[name])


@pytest.mark.parametrize("name", NAMES)
def test_the_derivative_is_right_in_doubles(name):
    slope = TEXTBOOK[name]
    with mp.workdps(60):
        assert_close(name, in_doubles(ACTIVATIONS[name].derivative), slope, lambda x: mp.diff(slope, x))


@pytest.mark.parametrize("name", NAMES)
def test_the_log_derivative_is_right_in_doubles(name):
    # Where gelu′ is below all doubles its logarithm is −∞ with it; everywhere else a finite logarithm stays finite.
    points = POINTS[POINTS > -38] if name == "gelu" else POINTS
    got = in_doubles(ACTIVATIONS[name].log_derivative, points)
    with mp.workdps(60):
        for value, point in zip(got, points, strict=True):
            slope = abs(TEXTBOOK[name](mp.mpf(float(point))))
            exact = mp.log(slope) if slope else -mp.inf
            same = value == -math.inf if exact == -mp.inf else abs(float(value) - exact) <= 1e-12 * (1 + abs(exact))
            assert same, (name, point, value)


def test_the_logarithm_of_gelus_slope_is_lost_only_with_the_slope_itself():
    gelu, points = activation("gelu"), np.array([-38.0, -38.4, -39.0, -700.0, -1e6])
    slope = in_doubles(gelu.derivative, points)
    assert list(slope != 0) == [True, True, False, False, False]
    assert np.isfinite(in_doubles(gelu.log_derivative, points[slope != 0])).all()
    with pytest.raises(FloatingPointError, match="divide by zero"):
        in_doubles(gelu.log_derivative, points[slope == 0])


@pytest.mark.parametrize("name", NAMES)
def test_the_safe_forms_are_exact_and_not_approximations(name):
    record = ACTIVATIONS[name]
    points = [mp.mpf(x) for x in RANDOM[:12]]
    with mp.workdps(60):
        f, slope, definition = map(in_mpmath, (record.formula, record.derivative, record.definition))
        for x in points:
            with mp.workdps(120):  # the definitions cancel, and so does the difference of a difference quotient
                value, quotient = definition(x), mp.diff(definition, x, h=mp.mpf(10) ** -40)
            assert mp.almosteq(f(x), value, rel_eps=mp.mpf(10) ** -50), (name, x)
            assert mp.almosteq(slope(x), TEXTBOOK[name](x), rel_eps=mp.mpf(10) ** -50), (name, x)
            assert abs(slope(x) - quotient) <= mp.mpf(10) ** -30, (name, x)


def test_tanh_keeps_the_slope_that_one_minus_tanh_squared_loses():
    at = np.array([25.0])
    assert in_doubles(1 - sp.tanh(z) ** 2, at)[0] == 0
    assert in_doubles(activation("tanh").derivative, at)[0] == pytest.approx(float(mp.sech(25) ** 2), rel=1e-15)


def test_gelu_keeps_the_tail_that_sympys_own_erfc_loses():
    # SymPy rewrites erfc(−x) to 2 − erfc(x) as soon as it is written down; at −20 nothing is left of that.
    at = np.array([-20.0])
    naive = z * sp.erfc(-z / sp.sqrt(2)) / 2
    exact = float(-20 * mp.ncdf(-20))
    assert in_doubles(naive, at)[0] == 0
    assert in_doubles(activation("gelu").formula, at)[0] / exact == pytest.approx(1, rel=1e-13)


CLOSE = mp.mpf(10) ** -20


def holds(relation, values):
    """Whether a relation holds at a point, in high precision: a dumb model of what the engines do."""
    with mp.workdps(700):  # 1 − tanh 700 is 10^−608
        lhs, rhs = _value(relation.lhs, values), _value(relation.rhs, values)
        equal = lhs == rhs or abs(lhs - rhs) <= CLOSE * (1 + abs(rhs))
        verdicts = {"==": equal, "!=": not equal, "<": lhs < rhs, ">": lhs > rhs}
        return verdicts[relation.op] if relation.op in verdicts else equal or verdicts[relation.op[0]]


def _value(side, values):
    if isinstance(side, sp.Limit):
        return _near_limit(side, values)
    return mp.mpf(in_mpmath(side, *values)(*map(mp.mpf, values.values())))


def _near_limit(limit, values):
    """The value close to the limit; a huge one counts as infinite."""
    expression, variable, point, side = limit.args
    near = point + sp.Rational(1, 10**40) * int(f"{side}1") if point.is_finite else sp.sign(point) * 10**40
    value = _value(expression.xreplace({variable: near}), values)
    return mp.sign(value) * mp.inf if abs(value) > 1e30 else value


def assert_claims_hold(record, points, **parameters):
    symbols = {symbol: parameters[symbol.name] for symbol in record.parameters}
    for claim in facts(record):
        admitted = [x for x in points if all(holds(given, {z: x, **symbols}) for given in claim.hypotheses)]
        assert admitted, claim.id
        for x in admitted if z in claim.free_symbols else admitted[:1]:
            for relation in claim.conclusion:
                assert holds(relation, {z: x, **symbols}), (claim.id, x)


WIDE = [0.0, 1e-5, -1e-5, 0.75, -0.75, 3.0, -3.0, 30.0, -30.0, 600.0, -600.0]


@pytest.mark.parametrize("name", NAMES)
def test_every_fact_holds_in_high_precision(name):
    # 1 − erf 600 is 10^−156345, which no working precision shows.
    assert_claims_hold(ACTIVATIONS[name], [x for x in WIDE if name != "erf" or abs(x) < 40])


@pytest.mark.parametrize("name", NAMES)
def test_the_claims_are_well_formed(name):
    claims = facts(ACTIVATIONS[name])
    assert set(ledger(claims)) >= {
        f"activation/{name}/{fact}" for fact in ("definition", "derivative", "value-at-zero")
    }
    for claim in claims:
        assert claim.free_symbols <= {z}
        assert claim.variables == (z,)
        assert claim._repr_latex_().startswith("$")


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_sympys_own_limits_agree_with_the_numbers(name):
    # They need not: of a Piecewise, SymPy takes both one-sided limits on the same side (sympy issue 23836).
    relations = [part for claim in facts(ACTIVATIONS[name]) for part in claim.conclusion if isinstance(part, Relation)]
    for limit in {side for part in relations for side in (part.lhs, part.rhs) if isinstance(side, sp.Limit)}:
        assert holds(Relation(limit, "==", limit.doit()), {z: 0}), limit


@pytest.mark.parametrize(("record", "left"), [(activation("relu"), 0), (leaky_relu(-3), -3), (elu(2), 2)])
def test_sympy_settles_the_kinks(record, left):
    (kinks,) = (claim for claim in facts(record) if claim.id.endswith("/kinks"))
    (relation,) = kinks.conclusion
    assert isinstance(relation, Relation)
    assert (relation.lhs.doit(), relation.op, relation.rhs.doit()) == (left, "!=", 1)


def test_all_ids_are_distinct():
    claims = [claim for record in ACTIVATIONS.values() for claim in facts(record)]
    assert len(ledger(claims)) == len(claims) > 100


def test_the_derivative_is_claimed_of_the_definition_and_left_to_the_engines():
    (claim,) = (claim for claim in facts(activation("tanh")) if claim.id == "activation/tanh/derivative")
    (relation,) = claim.conclusion
    assert isinstance(relation, Relation)
    assert relation.lhs == sp.Derivative(activation("tanh").definition, z, evaluate=False)


@pytest.mark.parametrize(
    ("fact", "wrong"),
    [
        ("definition", {"definition": sp.tanh(z) * (1 + sp.Rational(1, 10**12))}),
        ("derivative", {"derivative": (1 + sp.Rational(1, 10**12)) / sp.cosh(z) ** 2}),
        ("log-derivative", {"log_derivative": -2 * sp.Abs(z)}),
        ("value-at-zero", {"value_at_zero": sp.Rational(1, 10**12)}),
        ("slope-at-zero", {"slope_at_zero": 1 - sp.Rational(1, 10**12)}),
        ("parity", {"formula": sp.tanh(z) + sp.Rational(1, 10**12)}),
        ("bounds", {"supremum": Bound(1 - sp.Rational(1, 10**12), sp.oo)}),
        ("supremum", {"supremum": Bound(1 + sp.Rational(1, 10**12), sp.oo)}),
        ("increasing", {"derivative": -activation("tanh").derivative}),
        ("kinks", {"kinks": (sp.S.Zero,)}),
    ],
)
def test_a_record_that_is_wrong_by_a_hair_has_a_claim_that_fails(fact, wrong):
    claims = ledger(facts(replace(activation("tanh"), **wrong)))
    conclusion = claims[f"activation/tanh/{fact}"].conclusion
    assert not all(holds(relation, {z: x}) for relation in conclusion for x in WIDE)


ALPHAS = [sp.S(2), sp.Rational(1, 3), sp.S(1000)]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("alpha", ALPHAS)
def test_the_scaled_versions_and_their_slopes(name, alpha):
    f = in_mpmath(ACTIVATIONS[name].definition)
    both = (
        (ACTIVATIONS[name].scaled(alpha), lambda x, a: a * f(x / a)),
        (ACTIVATIONS[name].naively_scaled(alpha), lambda x, a: a * f(x)),
    )
    with mp.workdps(60):
        a = mp.mpf(alpha.p) / alpha.q
        for record, model in both:
            for x in (mp.mpf(-3) / 2, mp.mpf(9)):
                value, slope = model(x, a), mp.diff(lambda t, m=model: m(t, a), x)
                assert mp.almosteq(in_mpmath(record.formula)(x), value, rel_eps=CLOSE)
                assert mp.almosteq(in_mpmath(record.derivative)(x), slope, rel_eps=CLOSE, abs_eps=CLOSE)
                if slope:
                    logarithm = in_mpmath(record.log_derivative)(x)
                    assert mp.almosteq(logarithm, mp.log(abs(slope)), rel_eps=CLOSE, abs_eps=CLOSE)


@pytest.mark.parametrize("name", NAMES)
def test_the_facts_of_a_scaled_version_hold(name):
    alpha = sp.Symbol("alpha", positive=True)
    for record in (ACTIVATIONS[name].scaled(alpha), ACTIVATIONS[name].naively_scaled(alpha)):
        assert_claims_hold(record, [0.0, 0.75, -3.0], alpha=2.5)


@pytest.mark.parametrize("name", NAMES)
def test_the_scaled_versions_are_safe_in_doubles_too(name):
    record, points = ACTIVATIONS[name].scaled(sp.Rational(3, 2)), POINTS[POINTS > -50]
    with mp.workdps(60):
        slopes = [float(TEXTBOOK[name](mp.mpf(float(x)) * 2 / 3)) for x in points]
    # The rounding of z/α is enlarged by up to z², so this looks for digits lost by the dozen, not for the last one.
    assert in_doubles(record.derivative, points) == pytest.approx(slopes, rel=1e-9, abs=TINIEST)
    assert np.isfinite(in_doubles(record.formula)).all()


@pytest.mark.parametrize("name", NAMES)
def test_every_formula_prints_as_c(name):
    record = ACTIVATIONS[name]
    for expression in (record.formula, record.derivative, record.log_derivative):
        assert "Not supported" not in sp.ccode(expression)


def test_scaling_by_one_changes_nothing_but_the_name():
    for record in ACTIVATIONS.values():
        assert replace(record.scaled(1), name=record.name) == record
        assert replace(record.naively_scaled(1), name=record.name) == record


def test_a_scaled_derivative_is_the_derivative_at_the_scaled_point():
    alpha, tanh = sp.Symbol("alpha", positive=True), activation("tanh")
    assert tanh.scaled(alpha).derivative == tanh.derivative_at(z / alpha)
    assert tanh.naively_scaled(alpha).derivative == alpha * tanh.derivative


@pytest.mark.parametrize("slope", [sp.Rational(-1, 3), 0, sp.Rational(1, 10), 1, 3])
def test_leaky_relu_takes_any_exact_slope(slope):
    record = leaky_relu(slope)
    assert (record.slope_at_zero is None) == bool(record.kinks) == (slope != 1)
    assert record.increasing is bool(slope >= 0)
    assert_claims_hold(record, WIDE)


@pytest.mark.parametrize(
    ("record", "value"),
    [
        (leaky_relu(sp.Symbol("a", real=True)), -0.5),
        (leaky_relu(sp.Symbol("a", positive=True)), 0.5),
        (leaky_relu(sp.Symbol("a", negative=True)), -0.5),
        (leaky_relu(sp.Symbol("a", nonnegative=True)), 0.5),
        (elu(sp.Symbol("a", positive=True)), 0.5),
        (elu(sp.Symbol("a", positive=True)).scaled(sp.Symbol("b", positive=True)), 0.5),
    ],
)
def test_a_symbolic_parameter_gives_facts_about_the_parameter(record, value):
    assert {symbol.name for symbol in record.parameters} <= {"a", "b"}
    assert all(claim.free_symbols <= {z, *record.parameters} for claim in facts(record))
    assert_claims_hold(record, WIDE, a=value, b=2.5)


@pytest.mark.parametrize("a", [sp.Rational(1, 2), 1, 2])
def test_elu_has_a_kink_unless_its_parameter_is_one(a):
    record = elu(a)
    assert (record.slope_at_zero is None) == bool(record.kinks) == (a != 1)
    assert_claims_hold(record, WIDE)


@pytest.mark.parametrize("value", [0.01, "1/100", sp.I, sp.oo, sp.nan, z, sp.Symbol("a"), None, sp.true, [1]])
def test_a_slope_that_is_not_an_exact_real_number_is_refused(value):
    with pytest.raises(StatementError, match="the slope"):
        leaky_relu(value)


@pytest.mark.parametrize("value", [0, -1, sp.Symbol("alpha", real=True)])
def test_a_scale_that_may_not_be_positive_is_refused(value):
    with pytest.raises(StatementError, match=r"the scale .* not known to be > 0"):
        activation("tanh").scaled(value)
    with pytest.raises(StatementError, match=r"the scale .* not known to be > 0"):
        activation("tanh").naively_scaled(value)


def test_an_expression_stands_in_the_place_of_z():
    theta, tanh = sp.Symbol("theta", real=True), activation("tanh")
    assert tanh.f(theta * z) == sp.tanh(theta * z)
    assert tanh.derivative_at(0) == 1
    assert tanh.log_derivative_at(0) == 0
    assert activation("relu").f(-3) == 0
    assert activation("gelu").f(theta).free_symbols == {theta}


def test_every_alias_leads_to_the_registry():
    assert {alias: activation(alias).name for alias in ALIASES} == dict(ALIASES)
    assert activation("Leaky_ReLU") is ACTIVATIONS["leaky-relu"]


def test_an_unknown_name_is_answered_with_the_nearest():
    with pytest.raises(StatementError, match="no activation 'tahn': did you mean 'tanh'"):
        activation("tahn")
    with pytest.raises(StatementError, match="use one of tanh, logistic"):
        activation("qqq")


def test_a_record_cannot_be_changed():
    with pytest.raises(FrozenInstanceError):
        activation("tanh").formula = z  # pyright: ignore[reportAttributeAccessIssue]
    with pytest.raises(TypeError):
        ACTIVATIONS["tanh"] = activation("relu")  # pyright: ignore[reportIndexIssue]


def test_a_record_shows_itself_as_latex():
    assert r"\operatorname{softsign}(z) = \frac{z}" in activation("softsign")._repr_latex_()
