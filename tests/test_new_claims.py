"""The rules behind our own claims: what they prove, and what is false by a hair and must not be proved."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
import sympy as sp

from numerics.deadline import Deadline
from numerics.depth.orbits import EqualWeights
from numerics.proof.identities import by_cases, from_equalities
from numerics.proof.premises import Premise, discharge
from numerics.settling import settle
from numerics.verdict import Outcome
from theory.claim import Claim, Depth
from theory.errors import VacuousError
from theory.ledger.new import CLAIMS as OURS
from theory.notation import G, Ga, alpha, f, i, k, l, theta, x, zz
from theory.proof import AdjacentLayers, Induction, Orbit, anything, grad, next_grad, next_own, out, own, running
from theory.statement import Every, Exists, Relation, Supremum

CLAIMS = {claim.id.removeprefix("new/"): claim for claim in OURS}
HAIR = sp.Rational(1, 10**12)
XI, U = sp.Symbol("xi", real=True), sp.Symbol("u", real=True)


def proved(claim: Claim, seconds: float = 12) -> bool:
    return settle(claim, seconds).outcome is Outcome.PROVED


def changed(name: str, **parts: Any) -> Claim:
    return replace(CLAIMS[name], id="test/attack", **parts)


def relation_of(name: str, place: int = 0) -> Any:
    return CLAIMS[name].conclusion[place]


def equal(c: Any) -> Every:
    return Every(Relation(theta[i], "==", c), i, 1, l)


# -- equalities ------------------------------------------------------------------------------------------------------


def at_zero(value: Any, elsewhere: Any) -> Any:
    return sp.Piecewise((value, sp.Eq(U, 0)), (elsewhere, True))


@pytest.mark.parametrize("value", [1, 1 + HAIR])
def test_a_definition_by_cases_is_asked_for_at_its_point(value) -> None:
    relation = Relation(sp.cosh(U) * at_zero(value, sp.sech(U)), "==", sp.S.One)
    assert (by_cases(relation, Deadline.after(5)) is not None) == (value == 1)


def test_a_branch_has_to_be_defined_where_it_is_taken() -> None:
    # u²·(1/u²) is 1 for SymPy, and so is (u−1)/(u−1), which is not defined at 1.
    assert by_cases(Relation(U**2 * at_zero(0, U**-2), "==", at_zero(0, U**-2) * U**2), Deadline.after(5)) is not None
    with_pole = at_zero(0, 1 / (U - 1))
    assert by_cases(Relation((U - 1) * with_pole * U, "==", U), Deadline.after(5)) is None


def test_an_equality_follows_from_equalities_or_not() -> None:
    a, b, c = sp.symbols("a b c", real=True)
    given = (Relation(a, "==", sp.tanh(b)), Relation(c, "==", a**2))
    assert from_equalities(given, Relation(c * b, "==", sp.tanh(b) ** 2 * b)) is not None
    assert from_equalities(given, Relation(c * b, "==", sp.tanh(b) ** 2 * b + HAIR)) is None
    # a² = c² does not say a = c, and an inequality says no equality.
    assert from_equalities((Relation(a**2, "==", c**2),), Relation(a, "==", c)) is None
    assert from_equalities((Relation(a, "<=", c),), Relation(a, "==", c)) is None
    # What needs a condition that the hypotheses do not make is not concluded.
    assert from_equalities((), Relation(sp.log(b) + a, "==", a + sp.log(b))) is None


def test_a_wrong_value_at_zero_is_no_way_around_a_bound() -> None:
    # e(0) = 5 keeps v sech² v = tanh v · e(v), but not ∏ e(z_i) ≤ 1.
    def e(z: Any) -> Any:
        return sp.Piecewise((sp.Integer(5), sp.Eq(z, 0)), (2 * z / sp.sinh(2 * z), True))

    v: Any = anything
    lemma = Relation(v * sp.sech(v) ** 2, "==", sp.tanh(v) * e(v))
    step = Induction(state=(Relation(running, "<=", sp.S.One),), lemma=lemma)
    product: Any = sp.Product(e(zz[i]), (i, k, l))
    bound = Relation(product, "<=", sp.S.One)
    claim = Claim("test/attack", "∏ e ≤ 1", (bound,), depth=Depth(k), proof=(step,))
    assert not proved(claim, 10)
    # The prover would read the lemma as saying that sinh(2u) is not 0, though the branch is not taken there.
    premise = Premise("sinh(2u) ≠ 0", (lemma.subs({v: U}),), (Relation(sp.Abs(sp.sinh(2 * U)), ">", sp.S.Zero),))
    assert discharge([premise], Deadline.after(8)).failed is premise


# -- elasticity, the best bound, adjacent layers -----------------------------------------------------------------------


@pytest.mark.slow
def test_elasticity_is_proved_and_no_other_factor_is() -> None:
    assert proved(CLAIMS["elasticity"])
    said = relation_of("elasticity")
    off = Relation(said.lhs, "==", said.rhs * (1 + HAIR))
    assert not proved(changed("elasticity", conclusion=(off,)), 6)
    (step,) = CLAIMS["elasticity"].proof
    assert isinstance(step, Induction)
    assert isinstance(step.lemma, Relation)
    false_lemma = Relation(step.lemma.lhs, "==", step.lemma.rhs + HAIR)
    assert not proved(changed("elasticity", proof=(replace(step, lemma=false_lemma),)), 6)


@pytest.mark.slow
def test_the_universal_bound_is_the_best() -> None:
    verdict = settle(CLAIMS["universal-bound"], 40)
    assert verdict.outcome is Outcome.PROVED
    assert verdict.value == ("0.44774320469430284", "0.44774320469430285")
    part = relation_of("universal-bound")
    higher = replace(part, function=part.function + HAIR)
    lower = replace(part, function=part.function * (1 - HAIR))
    elsewhere = replace(part, attained=((x, sp.S.One), (sp.Symbol("theta_1", real=True), U / 2)))
    for attack in (higher, lower, elsewhere):
        assert not proved(changed("universal-bound", conclusion=(attack,)), 10)


@pytest.mark.slow
def test_a_granted_lemma_follows_from_the_bound() -> None:
    (step,) = CLAIMS["universal-bound"].proof
    assert isinstance(step, Induction)
    stronger = Relation(sp.Abs(anything) * sp.sech(anything) ** 2, "<=", Supremum.bound - HAIR)
    assert not proved(changed("universal-bound", proof=(replace(step, lemma=stronger),)), 10)


def test_adjacent_layers_are_in_order_and_by_no_more_than_that() -> None:
    assert proved(CLAIMS["monotone-in-layer"], 30)
    said, step = relation_of("monotone-in-layer"), AdjacentLayers
    small, large = sp.Abs(own * grad), sp.Abs(next_own * next_grad)
    apart = Every(Relation(said.relation.lhs * (1 + HAIR), "<=", said.relation.rhs), i, 1, l - 1)
    proof = (step((Relation(small * (1 + HAIR), "<=", large),)),)
    assert not proved(changed("monotone-in-layer", conclusion=(apart,), proof=proof), 8)
    falling = Every(Relation(said.relation.rhs, "<=", said.relation.lhs), i, 1, l - 1)
    backwards = changed("monotone-in-layer", conclusion=(falling,), proof=(step((Relation(large, "<=", small),)),))
    assert settle(backwards, 10).outcome is Outcome.REFUTED
    # The last layer has none after it.
    beyond = replace(said, last=l)
    assert not proved(changed("monotone-in-layer", conclusion=(beyond,)), 4)


@pytest.mark.slow
def test_the_invariant_of_theorem_2_is_sharp() -> None:
    assert proved(CLAIMS["theorem-2-invariant"], 40)
    above = Relation(f[i], ">", XI + HAIR)
    step = Induction(outputs=(Relation(out, ">", XI + HAIR),))
    assert not proved(changed("theorem-2-invariant", conclusion=(above,), proof=(step,)), 12)


# -- limits over depth -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["depth-rate", "depth-rate-critical", "limits-do-not-commute", "scale-needed"])
def test_limits_over_depth_are_proved(name) -> None:
    assert proved(CLAIMS[name], 40)


@pytest.mark.slow
def test_the_reported_values_are_computed() -> None:
    assert settle(CLAIMS["depth-rate-critical"], 30).value == "-3/2"
    kappa: Any = sp.sympify(settle(CLAIMS["scale-needed"], 30).value)
    values = {"theta": sp.Rational(3, 2), "xi": sp.Float("0.8586")}
    number = kappa.subs({s: values[s.name] for s in kappa.free_symbols})
    # By bisection, log α_l at l = 400 and l = 800, θ = 3/2, x = 1, differ by 400 · 0.2837.
    assert float(sp.log(number)) == pytest.approx(growth_of_scale(400, 800), rel=2e-3)


def growth_of_scale(first: int, second: int) -> float:
    """(log α_second − log α_first)/(second − first), α_l the least α that keeps |G_1| ≥ 1, in floating point."""
    import mpmath as mp

    def log_gradient(log_scale: Any, depth: int) -> Any:
        y, total = mp.exp(-log_scale), -mp.log(1.5)
        for _ in range(depth):
            total += mp.log(1.5) + 2 * mp.log(mp.sech(1.5 * y))
            y = mp.tanh(1.5 * y)
        return total

    def least(depth: int) -> Any:
        lo, hi = mp.mpf(0), mp.mpf(depth)
        for _ in range(40):
            middle = (lo + hi) / 2
            lo, hi = (lo, middle) if log_gradient(middle, depth) >= 0 else (middle, hi)
        return hi

    return float((least(second) - least(first)) / (second - first))


@pytest.mark.parametrize("off", [HAIR, -HAIR])
def test_a_rate_that_is_off_by_a_hair_is_not_proved(off) -> None:
    said = relation_of("depth-rate")
    assert not proved(changed("depth-rate", conclusion=(Relation(said.lhs, "==", said.rhs + off),)), 8)
    below = Relation(said.lhs, "<", said.rhs - off)
    assert proved(changed("depth-rate", conclusion=(below,)), 8) == (off < 0)


def hypotheses(c: Any, *more: Relation) -> tuple[Any, ...]:
    return (equal(c), Relation(x, "!=", sp.S.Zero), *more)


def test_every_premise_of_an_orbit_is_asked_for() -> None:
    rate = relation_of("depth-rate", 1)
    a = sp.Symbol("a", real=True)

    def vanishes(where: tuple[Any, ...], limit: Any = XI) -> bool:
        return proved(Claim("test/attack", "→ 0", (rate,), where, proof=(Orbit(limit),)), 8)

    assert vanishes(hypotheses(1 + HAIR))
    assert not vanishes(hypotheses(sp.S.One))
    assert not vanishes(hypotheses(1 - HAIR))
    assert not vanishes(hypotheses(a, Relation(a, ">=", sp.S.One)))
    # With x = 0 the gradient is 0 at every depth, and has no logarithm.
    assert not vanishes((equal(sp.Integer(2)),))
    # Of other parameters than equal ones the rule knows nothing; nor of a fixed point of which more is said.
    assert not vanishes((Every(Relation(theta[i], ">=", sp.Integer(2)), i, 1, l), Relation(x, "!=", sp.S.Zero)))
    assert not vanishes(hypotheses(sp.Integer(2), Relation(XI, ">", sp.Rational(1, 2))))
    assert not vanishes(hypotheses(sp.Integer(2)), sp.S.Zero)
    with pytest.raises(VacuousError):
        vanishes(hypotheses(a, Relation(a, ">", sp.Integer(2)), Relation(a, "<", sp.S.One)))


def test_a_power_of_the_depth_needs_the_critical_parameter() -> None:
    part = relation_of("depth-rate-critical")

    def found(c: Any, domain: Any = part.domain) -> bool:
        return proved(Claim("t", "p", (replace(part, domain=domain),), hypotheses(c), proof=(Orbit(sp.S.Zero),)), 8)

    assert found(sp.S.One)
    assert not found(sp.S.One, sp.Interval.open(sp.Rational(-3, 2), 0))
    assert not found(1 + HAIR)
    # At c < 1 the decay is exponential: log|G_1|/log l has no finite limit.
    assert not found(1 - HAIR)


@pytest.mark.slow
def test_limits_in_depth_and_scale_are_not_confused() -> None:
    first, second = CLAIMS["limits-do-not-commute"].conclusion
    assert isinstance(first, Relation)
    assert isinstance(second, Relation)
    for attack in (
        Relation(first.lhs, "==", sp.S.Zero),
        Relation(second.lhs, "==", sp.oo),
        Relation(second.lhs, "==", HAIR),
        Relation(second.lhs, "<", sp.S.Zero),
        Relation(sp.Limit(sp.Abs(Ga[1]) * l, l, sp.oo, "-"), "==", sp.S.Zero),
        Relation(sp.Limit(sp.Abs(G[2]), l, sp.oo, "-"), "==", sp.oo),
    ):
        assert not proved(changed("limits-do-not-commute", conclusion=(attack,)), 10), attack
    (orbit, _) = CLAIMS["limits-do-not-commute"].proof
    assert not proved(changed("limits-do-not-commute", conclusion=(first,), proof=(orbit,)), 8)
    at_one = (equal(sp.S.One), Relation(x, "==", sp.S.One))
    assert not proved(changed("limits-do-not-commute", hypotheses=at_one), 8)


@pytest.mark.slow
def test_the_scale_needed_is_above_one_and_no_more() -> None:
    part = relation_of("scale-needed")
    assert isinstance(part, Exists)
    for domain in (sp.Interval.open(2, sp.oo), sp.Interval.open(0, 1)):
        assert not proved(changed("scale-needed", conclusion=(replace(part, domain=domain),)), 8)
    other: Any = part.relation.lhs.xreplace({sp.Abs(Ga[1]): sp.Abs(Ga[1]) * alpha})
    attack = replace(part, relation=Relation(other, "==", part.relation.rhs))
    assert not proved(changed("scale-needed", conclusion=(attack,)), 8)


def test_the_product_along_the_orbit_is_compared_with_the_gradient() -> None:
    class Doubled(EqualWeights):
        def slope(self, y: Any) -> Any:
            return 2 * super().slope(y)

    plain = EqualWeights(sp.Integer(2), (), XI)
    assert all(plain.is_product(n) for n in (1, 2, 3))
    with pytest.raises(AssertionError, match="product of their slopes"):
        list(Doubled(sp.Integer(2), (), XI).shape())
