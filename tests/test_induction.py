"""Induction over layers: what it proves, and attacks with premises that fail by a hair, in a gap, or too late."""

from __future__ import annotations

from dataclasses import replace

import pytest
import sympy as sp

from numerics.deadline import Deadline
from numerics.depth.declared import prove_declared
from numerics.depth.induction import premises
from numerics.proof.premises import NotOfThisFormError, covers, discharge
from theory.claim import Claim, Depth
from theory.ledger import CLAIMS
from theory.notation import G, alpha, d, f, fa, i, k, l, t, theta, x
from theory.proof import FAR_OUT, HALVED, Induction, LimitOverLayers, Orbit, Saturation, decay, grad, out, scaled_out
from theory.statement import Every, Relation

HALF = sp.Rational(1, 2)
HAIR = sp.Rational(1, 10**12)


def bound(lo, hi) -> tuple:
    return (
        Relation(x, "==", sp.Rational(3, 2)),
        Every(Relation(theta[i], ">=", lo), i, 1, l),
        Every(Relation(theta[i], "<=", hi), i, 1, l),
    )


def about_outputs(relation: Relation, where, *steps) -> Claim:
    return Claim("test/outputs", "f_i", (relation,), where, depth=Depth(i), proof=steps)


def about_gradient(relation: Relation, where, *steps) -> Claim:
    return Claim("test/gradient", "G_k", (relation,), where, depth=Depth(k), proof=steps)


def complete(claim: Claim, seconds: float = 8) -> bool:
    return prove_declared(claim, Deadline.after(seconds)).complete


def fixed_point(slope):
    """The positive root of tanh(slope·ξ) = ξ, to 30 digits."""
    s = sp.Symbol("s")
    return sp.Rational(str(sp.nsolve(sp.tanh(slope * s) - s, s, 0.85, prec=30)))


def test_an_invariant_interval_holds_at_every_layer() -> None:
    where = bound(sp.Rational(3, 2), 2)
    claim = about_outputs(Relation(f[i], ">=", sp.Rational(4, 5)), where, Induction((Relation(out, ">=", FAR),)))
    assert complete(claim)


FAR = sp.Rational(17, 20)


@pytest.mark.parametrize("off", [HAIR, -HAIR], ids=["not invariant by 1e-12", "invariant by 1e-12"])
def test_an_interval_is_invariant_or_not_by_a_hair(off) -> None:
    low = fixed_point(sp.Rational(3, 2)) + off
    claim = about_outputs(
        Relation(f[i], ">=", low), bound(sp.Rational(3, 2), sp.Rational(3, 2)), Induction((Relation(out, ">=", low),))
    )
    assert complete(claim) == (off < 0)


def test_the_base_case_is_asked_for() -> None:
    # tanh(1.5 · 0.01) is below 0.85, though 0.85 is kept by every layer.
    where = (Relation(x, "==", sp.Rational(1, 100)), *bound(sp.Rational(3, 2), 2)[1:])
    claim = about_outputs(Relation(f[i], ">=", FAR), where, Induction((Relation(out, ">=", FAR),)))
    result = prove_declared(claim, Deadline.after(5))
    assert not result.complete
    assert "the first output" in result.evidence[-1].detail


def test_hypotheses_that_start_at_the_second_layer_say_nothing_of_the_first() -> None:
    where = (
        Relation(x, "==", sp.Rational(3, 2)),
        Every(Relation(theta[i], ">=", sp.Rational(3, 2)), i, 2, l),
    )
    claim = about_outputs(Relation(f[i], ">=", FAR), where, Induction((Relation(out, ">=", FAR),)))
    assert not complete(claim, 3)


@pytest.mark.slow
def test_a_rate_that_is_too_small_by_a_hair_is_not_proved() -> None:
    # With θ = 1.5 the factor at |f| = 0.85 is 1.5 sech²(1.275) = 0.4033…
    where = bound(sp.Rational(3, 2), sp.Rational(3, 2))
    for rate, holds in ((sp.Rational(404, 1000), True), (sp.Rational(402, 1000), False)):
        step = Induction(FAR_OUT, (Relation(sp.Abs(grad), "<=", decay / 2),), rate)
        claim = about_gradient(Relation(sp.Abs(G[k]), "<=", rate ** (l - k) / 2), where, step)
        assert complete(claim, 15) == holds


def test_a_property_that_is_kept_but_does_not_start_is_not_proved() -> None:
    # |G_k| ≤ 2^{−(l−k)−20} is kept by a layer; it does not hold at l = k.
    tiny = Induction(FAR_OUT, (Relation(sp.Abs(grad), "<=", decay / 2**20),), HALF)
    claim = about_gradient(
        Relation(sp.Abs(G[k]), "<=", HALF ** (l - k) / 2**20), bound(sp.Rational(3, 2), sp.Rational(3, 2)), tiny
    )
    result = prove_declared(claim, Deadline.after(5))
    assert not result.complete
    assert "one layer" in result.evidence[-1].detail


def test_a_property_that_starts_but_is_not_kept_is_not_proved() -> None:
    # With θ = 3 a small output makes the factor larger than 1.
    where = (Relation(x, "==", HALF), Every(Relation(sp.Abs(theta[i]), "<=", sp.Integer(3)), i, 1, l))
    claim = about_gradient(
        Relation(sp.Abs(G[k]), "<=", sp.S.One), where, Induction(state=(Relation(sp.Abs(grad), "<=", sp.S.One),))
    )
    result = prove_declared(claim, Deadline.after(8))
    assert not result.complete
    assert "one more layer" in result.evidence[-1].detail


def test_the_state_has_to_imply_the_claim() -> None:
    claim = replace(CLAIMS["ven-lederer/example/bound"], proof=(HALVED,))
    stronger = Relation(sp.Abs(d * G[k]), "<=", sp.Abs(d) / 2 ** (l - k + 1) - HAIR)
    assert complete(claim, 20)
    assert not complete(replace(claim, conclusion=(stronger,)), 10)


def test_a_split_of_a_range_with_a_gap_is_refused() -> None:
    where = (Relation(sp.S.Zero, "<", t), Relation(t, "<", sp.S.One))
    lower, upper = Relation(t, "<=", HALF), Relation(t, ">=", HALF)
    gap, open_end = Relation(t, ">=", HALF + HAIR), Relation(t, ">", HALF)

    def without_gap(*cases: Relation) -> bool:
        return discharge(covers(where, [(case,) for case in cases]), Deadline.after(5)).failed is None

    assert without_gap(lower, upper)
    assert without_gap(lower, open_end)
    assert not without_gap(lower, gap)
    assert not without_gap(Relation(t, "<", HALF), open_end)
    assert not without_gap(lower)


def test_limits_may_not_be_exchanged_with_a_wrong_error() -> None:
    z = scaled_out
    linear = CLAIMS["ven-lederer/theorem-2/proof/linear-limit"]
    assert complete(linear, 15)
    small = LimitOverLayers(sp.Abs(z) ** 3 / 4, z**2)
    assert not complete(replace(linear, proof=(small,)), 5)
    with_pole = LimitOverLayers(1 / z, z**2)
    assert not complete(replace(linear, proof=(with_pole,)), 5)


VANISHING = CLAIMS["corrected/ven-lederer/naive-scaling/explodes"]
(SATURATED,) = (step for step in VANISHING.proof if isinstance(step, Saturation))


@pytest.mark.slow
@pytest.mark.parametrize(
    "wrong",
    [
        {"factor": SATURATED.factor * (1 - HAIR)},
        {"factor": 6 * alpha * sp.exp(-sp.Rational(26, 10) * alpha)},
        {"factor": 6 * alpha},
        {"first": SATURATED.first / 10**4},
        {"first": sp.exp(3 * alpha)},
        {"leading": SATURATED.leading / 4},
        {"onset": sp.S.Zero},
        {"onset": sp.Rational(1, 10)},
        {"outputs": (Relation(sp.Abs(out), ">=", sp.Rational(99, 100)),)},
        {"outputs": ()},
    ],
    ids=str,
)
def test_saturation_with_a_wrong_bound_is_refused(wrong) -> None:
    assert not complete(replace(VANISHING, proof=(replace(SATURATED, **wrong),)), 6)


@pytest.mark.slow
def test_one_layer_does_not_saturate() -> None:
    assert not complete(replace(VANISHING, depth=Depth(k)), 20)
    assert complete(replace(VANISHING, depth=Depth(k, 2)), 20)


@pytest.mark.slow
def test_a_wrong_value_of_a_limit_is_refused() -> None:
    vanishing = CLAIMS["ven-lederer/theorem-2/proof/vanishing-output"]
    wrong = Relation(sp.Limit(fa[i], alpha, sp.oo, "-"), "==", HAIR)
    assert not complete(replace(vanishing, conclusion=(wrong,)), 10)
    scaled = CLAIMS["ven-lederer/theorem-2/scaled-limit"]
    (said,) = scaled.conclusion
    assert isinstance(said, Relation)
    off = Relation(said.lhs, "==", said.rhs * sp.Rational(3, 2))
    assert not complete(replace(scaled, conclusion=(off,)), 10)


def test_what_the_state_cannot_express_is_refused() -> None:
    claim = about_gradient(Relation(G[k], "<=", f[k + 1]), bound(1, 2), Induction(state=(Relation(grad, "<=", out),)))
    with pytest.raises(NotOfThisFormError, match=r"f\[k \+ 1\]"):
        list(premises(claim, claim.proof[0]))  # pyright: ignore[reportArgumentType]


def test_that_a_fixed_point_exists_proves_no_claim_by_itself() -> None:
    invariant = CLAIMS["new/theorem-2-invariant"]
    only = tuple(step for step in invariant.proof if isinstance(step, Orbit))
    assert only
    assert not complete(replace(invariant, proof=only), 10)
