"""How tight a bound is: the known cases by another computation, and never a ratio above 1."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from fractions import Fraction
from typing import Any

import mpmath as mp
import numpy as np
import pytest
import sympy as sp

from gradproof.record import record
from numerics.deadline import Deadline
from numerics.extrema.closest import Closest, ContradictedProofError, oriented
from numerics.extrema.tightness import tightness, with_tightness
from numerics.falsifying.falsifier import Falsifier
from numerics.findings import closeness
from numerics.verdict import Outcome, Tightness, Verdict
from theory.instance import instantiate
from theory.ledger import CLAIMS
from theory.parsing import parse_claim
from theory.statement import Relation

pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
PROVED = Verdict(Outcome.PROVED)


def of(statement: str, *where: str, seconds: float = 15) -> Tightness:
    found = tightness(parse_claim(statement, where), Deadline.after(seconds))
    assert found is not None
    return found


def of_claim(id: str, seconds: float = 15) -> Tightness:
    found = tightness(CLAIMS[id], Deadline.after(seconds))
    assert found is not None
    return found


def least(found: Tightness) -> Fraction:
    assert isinstance(found.ratio, tuple)
    return Fraction(found.ratio[0])


def test_a_bound_between_two_numbers_is_as_tight_as_their_ratio():
    found = of_claim("ven-lederer/example/factor")
    with mp.workdps(40):
        ratio = (1 - mp.tanh(mp.mpf(3) / 2) ** 2) * 3
    assert isinstance(found.ratio, tuple)
    lo, hi = (mp.mpf(end) for end in found.ratio)
    assert lo <= ratio <= hi < lo + mp.mpf("1e-9")
    assert found.attained is True


@pytest.mark.slow
def test_a_bound_that_is_approached_has_tightness_1_and_is_not_attained():
    found = of_claim("ven-lederer/outputs-bounded")
    assert (found.ratio, found.attained) == ("1", False)
    assert any("->" in str(value) for value in [*found.at.values(), *found.at["theta"]])  # pyright: ignore


@pytest.mark.parametrize(
    ("statement", "where", "at"),
    [
        ("x**2 - 2*x + 3 >= 2", [], {"x": "1"}),
        ("x*y <= (x**2 + y**2)/2", ["x >= 1", "y >= 1", "x == y"], None),
        ("exp(x) <= E", ["x <= 1"], {"x": "1"}),
    ],
)
def test_a_bound_that_touches_has_tightness_1_and_is_attained(statement, where, at):
    found = of(statement, *where)
    assert (found.ratio, found.attained) == ("1", True)
    assert at is None or found.at == at


def test_a_bound_on_the_edge_of_its_hypotheses_is_attained_there():
    # |θ_i| ≥ 2 log(1/t) is an equality where |θ_i| is as small as the hypotheses allow.
    found = of_claim("ven-lederer/theorem-1/proof/twice-log")
    assert (found.ratio, found.attained) == ("1", True)
    assert found.at is not None
    theta: Any = sp.sympify(found.at["theta"][0])
    size = float(abs(theta))
    assert size == pytest.approx(-2 * math.log(Fraction(found.at["t"])))


@pytest.mark.parametrize(
    ("statement", "where", "ratio"),
    [
        ("u*sech(u)**2 <= 9/20", ["u >= 0"], "u*sech(u)**2*20/9"),
        ("-1 - x**2 <= -1/2", [], "1/(2 + 2*x**2)"),
        ("-3 < -2 + sin(x)/2", ["0 <= x", "x <= 1"], "(2 - sin(x)/2)/3"),
        ("sin(x)*cos(y) <= 2", ["0 <= x", "x <= 3", "0 <= y", "y <= 3"], "sin(x)*cos(y)/2"),
    ],
)
def test_a_bound_is_no_tighter_than_many_points_say_and_hardly_less(statement, where, ratio):
    found = of(statement, *where)
    f: Any = sp.sympify(ratio)
    grids = np.meshgrid(*[np.linspace(0, 3 if "3" in str(where) else 1, 1201)] * len(f.free_symbols))
    best = float(np.max(sp.lambdify(sorted(f.free_symbols, key=str), f)(*grids)))
    if isinstance(found.ratio, str):
        exact: Any = sp.sympify(found.ratio)
        assert float(exact) == pytest.approx(best, abs=1e-6)
    else:
        assert found.ratio is not None
        assert best - 1e-6 <= float(found.ratio[0]) <= best + 1e-5
        assert float(found.ratio[1]) >= best


def test_where_a_side_is_zero_the_least_gap_is_given():
    found = of("x**2 + 1 >= 0")
    assert (found.ratio, found.gap, found.attained, found.at) == (None, "1", True, {"x": "0"})
    found = of("exp(x) > 0")
    assert (found.gap, found.attained) == ("0", False)


def test_a_limit_and_an_equality_have_no_tightness():
    assert tightness(CLAIMS["ven-lederer/properties/tanh/positive-limit"], Deadline.after(5)) is None
    assert tightness(parse_claim("sin(x)**2 + cos(x)**2 == 1"), Deadline.after(5)) is None


@pytest.mark.slow
def test_the_tightness_of_a_step_of_theorem_1_is_the_maximum_of_one_function():
    found = of_claim("corrected/ven-lederer/theorem-1/proof/log-versus-root", 20)
    # The largest value of log θ/√θ is at θ = e².
    assert 0 <= 2 / mp.e - mp.mpf(str(float(least(found)))) < 1e-6


@pytest.mark.slow
def test_the_tightness_of_a_step_of_theorem_1_is_that_of_the_least_outputs_of_its_depth():
    found = of_claim("corrected/ven-lederer/theorem-1/proof/factor-at-most-one", 20)
    assert found.at is not None
    # |θ sech²(θ f)| = (v sech² v)/|f|, with f the last output but one of the chain of the least parameters.
    output, parameter = mp.mpf(1) / 2, 2 * mp.log(mp.mpf(50) / 29)
    for _ in range(found.at["l"] - 1):
        output = mp.tanh(parameter * output)
    maximum = max(v / mp.cosh(v) ** 2 for v in mp.linspace(0.7, 0.9, 2001)) / output
    assert 0 <= maximum - mp.mpf(str(float(least(found)))) < 1e-3


@pytest.mark.slow
def test_the_deepest_chain_found_is_evaluated_the_same_way_by_the_chain_itself():
    found = of_claim("ven-lederer/example/bound", 20)
    assert found.at is not None
    x = mp.mpf(3) / 2
    outputs = [x]
    for _ in range(found.at["l"]):
        outputs.append(mp.tanh(x * outputs[-1]))
    k, l = found.at["k"], found.at["l"]
    gradient = outputs[k - 1]
    for i in range(k, l + 1):
        gradient *= 1 - outputs[i] ** 2
    ratio = gradient * x ** (l - k) * 2 ** (l - k + 1)
    assert 0 <= ratio - mp.mpf(str(least(found).numerator)) / least(found).denominator < 1e-9


def test_a_variable_that_an_equation_fixes_is_enclosed():
    found = of_claim("new/theorem-2-invariant")
    assert found.at is not None
    lo, hi = (mp.mpf(end) for end in found.at["xi"])
    xi = mp.findroot(lambda y: mp.tanh(1.5 * y) - y, 0.86)
    assert lo - mp.mpf("1e-12") <= xi <= hi + mp.mpf("1e-12")
    value = mp.mpf(3) / 2
    for _ in range(found.at["l"]):
        value = mp.tanh(1.5 * value)
    assert float(least(found)) == pytest.approx(float(xi / value), abs=1e-9)


@pytest.mark.parametrize(
    ("statement", "where"),
    [
        ("u*sech(u)**2 <= 0.4476", ["u >= 0"]),  # false by 2·10⁻⁴ of its size
        ("x*(1 - x) <= 249999/1000000", []),
        ("-x*(1 - x) >= -249999/1000000", ["0 < x", "x < 1"]),
        ("1 <= 1 - 10**(-12)", []),
    ],
)
def test_a_ratio_above_1_says_that_the_proof_is_wrong(statement, where):
    with pytest.raises(ContradictedProofError):
        of(statement, *where)


def test_a_false_statement_about_chains_is_never_given_a_tightness():
    with pytest.raises(ContradictedProofError):
        of_claim("ven-lederer/theorem-1/proof/quarter")


@pytest.mark.slow
@pytest.mark.parametrize(
    "id",
    [
        "ven-lederer/theorem-1/proof/triangle",
        "corrected/ven-lederer/theorem-1/proof/first-output",
        "corrected/ven-lederer/theorem-1/proof/outputs-at-least-half",
        "new/monotone-in-layer",
    ],
)
def test_the_point_is_one_that_the_falsifier_admits_too(id):
    found = of_claim(id)
    assert found.at is not None
    at: dict[str, Any] = dict(found.at)
    claim = CLAIMS[id]
    assert claim.depth is not None
    instance = instantiate(claim, at["l"], at.get(str(claim.depth.index)))
    values = {f"theta_{i}": value for i, value in enumerate(at.pop("theta"), 1)} | at
    if any("->" in str(value) for value in values.values()):
        return
    exact: dict[Any, Any] = {v: sp.sympify(values[str(v)]) for v in instance.variables if str(v) in values}
    for h in instance.hypotheses:
        slack: Any = h.slack
        assert sp.N(slack.subs(exact), 30) >= -(sp.Float(10) ** -25)
    ratios = []
    for part in instance.conclusion:
        assert isinstance(part, Relation)
        sides: Any = oriented(part)
        a, b = (sp.N(side.subs(exact), 30) for side in sides)
        ratios.append(a / b if b > 0 else b / a)
    assert max(ratios) >= (1 if found.ratio == "1" else least(found)) - sp.Float(10) ** -9
    rational = {v: value for v, value in exact.items() if value.is_Rational}
    if len(rational) == len(instance.variables):
        relations = [part for part in instance.conclusion if isinstance(part, Relation)]
        falsifier = Falsifier(instance.hypotheses, relations, instance.variables)
        assert falsifier.admits({v: Fraction(int(q.p), int(q.q)) for v, q in rational.items()})


def test_the_verdict_stays_as_it_is_and_what_is_not_proved_has_no_tightness():
    claim = parse_claim("x**2 >= -1")
    found = with_tightness(claim, PROVED)
    assert replace(found, tightness=None) == PROVED
    assert with_tightness(claim, Verdict(Outcome.OPEN)).tightness is None
    late = with_tightness(CLAIMS["ven-lederer/theorem-2/standard"], PROVED, 0.0)
    assert late.outcome is Outcome.PROVED
    assert late.tightness is not None
    assert late.tightness.ratio is None
    assert late.tightness.reason


def test_json_has_the_field_only_where_it_was_asked_for():
    claim = parse_claim("exp(x) <= 3", ["x <= 1"])
    verdict = with_tightness(claim, PROVED)
    assert "tightness" not in record(claim, verdict)
    document = json.loads(json.dumps(record(claim, verdict, tightness=True)))["tightness"]
    assert set(document) == {"relation", "ratio", "gap", "attained", "at", "reason"}
    assert document["attained"] is True
    assert record(claim, PROVED, tightness=True)["tightness"] is None


def test_in_words():
    assert closeness(Tightness(ratio="1", attained=True, at={"x": "0"})) == "tightness 1, attained at x = 0"
    bound = Tightness(ratio=("0.99", "1"), at={"x": "7"})
    assert closeness(bound) == "tightness at least 0.99, as at x = 7"
    assert "→ oo" in closeness(Tightness(ratio="1", attained=False, at={"x": "-> oo"}))
    assert closeness(Tightness(reason="ran out of time")) == "tightness not known: ran out of time"


def test_an_exact_point_on_a_bound_is_named_by_the_bound():
    x, y = sp.symbols("x y", real=True)
    hypotheses = [Relation(x, ">=", sp.S.One), Relation(x, "<=", sp.S(2)), Relation(y, ">=", sp.log(1 + x))]
    closest = Closest(Relation(sp.log(1 + x), "<=", y), hypotheses, [x, y])
    meeting = closest.find(Deadline.after(10))
    assert meeting is not None
    assert meeting.equal
    assert meeting.point[y] == sp.log(1 + meeting.point[x])
