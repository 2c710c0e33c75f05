"""Ranges at one depth: against an independent search among chains, and attacked with declarations wrong by a hair."""

from __future__ import annotations

import math
import random
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cache
from typing import Any

import pytest
import sympy as sp

from numerics.deadline import Deadline
from numerics.depth.at_depths import left_out, settle_at
from numerics.depth.chain_values import ChainValues
from numerics.depth.fixed_depth import FixedDepths, Maximum
from numerics.depth.layer_bounds import LayerBounds
from numerics.proof.premises import discharge
from numerics.verdict import Outcome
from theory.claim import Claim
from theory.fixed_depth import FixedDepth, Free, LastLayer, Layers, Product
from theory.ledger import CLAIMS
from theory.notation import t
from theory.statement import Relation

NAMES = ("small-gradient", "small-gradient-printed", "regularized-gradient", "regularized-gradient-printed")
HAIR = sp.Rational(1, 10**12)
AT_A_DEPTH = ("the cases leave no gap", "a v below the floor", "a v that no output reaches")


def claim_of(name: str) -> Claim:
    return CLAIMS[f"ven-lederer/theorem-1/{name}"]


@dataclass
class Granted(FixedDepths):
    """The premises that no depth changes are granted, so that a test has only to wait for those of its depth."""

    def discharge(self, premises):
        wanted = list(premises)
        super().discharge(premise for premise in wanted if premise.name in AT_A_DEPTH)
        return wanted


@cache
def maxima(size: Any, digits: int) -> Maximum:
    return FixedDepths(claim_of(NAMES[0]), digits, Deadline.after(60)).maximum(size)


def granted(claim: Claim, digits: int = 15) -> FixedDepths:
    sizes = {part.core.size for part in declared(claim).deeper if part.core is not None}
    return Granted(claim, digits, Deadline.after(60), maxima={size: maxima(size, digits) for size in sizes})


def declared(claim: Claim) -> FixedDepth:
    assert claim.threshold is not None
    assert claim.threshold.at_depth is not None
    return claim.threshold.at_depth


def changed(claim: Claim, **parts: Any) -> Claim:
    assert claim.threshold is not None
    return replace(claim, threshold=replace(claim.threshold, at_depth=replace(declared(claim), **parts)))


# -- an independent search -------------------------------------------------------------------------------------------


def excess(name: str, at: float, x: float, thetas: list[float]) -> float:
    """By how much the chain breaks the claim, in plain doubles, from the recursion of the chain."""
    outputs, slopes = [x], []
    for theta in thetas:
        z = theta * outputs[-1]
        outputs.append(math.tanh(z))
        slopes.append(1 / math.cosh(min(z, 300.0)) ** 2)
    worst = -math.inf
    for k in range(len(thetas)):
        gradient = 1.0 if k == 0 and name.endswith("printed") else outputs[k]
        gradient *= math.prod(slopes[k:]) * math.prod(thetas[k + 1 :])
        bound = at if name.startswith("small") else thetas[k] + math.log(at)
        worst = max(worst, gradient - bound)
    return worst


def worst_chain(name: str, depth: int, at: float, tries: int) -> float:
    """The largest excess that a climb from random chains comes upon; the hypotheses hold at every chain."""
    rng, least = random.Random(f"{name}{depth}"), -math.log(at)

    def value(u: list[float]) -> float:
        x = math.exp(u[0])
        smallest = least / min(x, 0.5)
        return excess(name, at, x, [smallest * math.exp(max(0.0, a)) for a in u[1:]])

    top = -math.inf
    for _ in range(tries):
        u = [rng.choice([math.log(0.5), rng.uniform(-1, 1)]), *(rng.choice([-0.1, rng.random()]) for _ in range(depth))]
        u[-1] = rng.choice([-0.1, rng.uniform(0, 6)])
        best, step = value(u), 0.5
        while step > 1e-7:
            place = rng.randrange(depth + 1)
            moved = [a + rng.gauss(0, step) * (i == place) for i, a in enumerate(u)]
            if rng.random() < 0.1:
                moved[0] = math.log(0.5)
            new = value(moved)
            u, best, step = (moved, new, step * 1.3) if new > best else (u, best, step * 0.97)
        top = max(top, best)
    return top


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_a_search_among_chains_finds_the_same_ends(name) -> None:
    depths = granted(claim_of(name))
    for depth in (2, 3, 5):
        found = depths.at(depth)
        assert found.range is not None, found.evidence[-1].detail
        assert found.range.bracket is not None
        lo, hi = map(Fraction, found.range.bracket)
        assert 0 < hi - lo <= Fraction(1, 10**15)
        assert worst_chain(name, depth, float(lo) - 1e-3, 20) < 0
        assert worst_chain(name, depth, float(hi) + 1e-3, 40) > 0


@pytest.mark.slow
def test_more_digits_go_on_where_fewer_stop() -> None:
    few, many = (granted(claim_of("small-gradient"), digits).at(4).range for digits in (8, 30))
    assert few is not None
    assert many is not None
    assert few.bracket is not None
    assert many.bracket is not None
    a, b, c, d = map(Fraction, (few.bracket[0], many.bracket[0], many.bracket[1], few.bracket[1]))
    assert a <= b < c <= d
    assert c - b <= Fraction(1, 10**30)


# -- attacks ---------------------------------------------------------------------------------------------------------


def failed(claim: Claim) -> str | None:
    """The first premise of a product over layers that is not discharged."""
    bounds = LayerBounds(claim, declared(claim))
    part = declared(claim).deeper[0]
    premises = [*bounds.product(part, part.proof), *bounds.monotone(part)]  # pyright: ignore[reportArgumentType]
    stopped = discharge(premises, Deadline.after(12), 3.0).failed
    return stopped and stopped.name


def with_first_part(claim: Claim, **parts: Any) -> Claim:
    first, *others = declared(claim).deeper
    return changed(claim, deeper=(replace(first, **parts), *others))


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES[:2])
def test_a_product_or_a_size_that_is_off_by_a_hair_is_not_proved(name) -> None:
    claim = claim_of(name)
    part = declared(claim).deeper[0]
    product, core = part.proof, part.core
    assert isinstance(product, Product)
    assert core is not None
    assert failed(claim) is None
    factor = product.factor * (1 - HAIR)
    start = factor if product.start == product.factor else product.start
    assert failed(with_first_part(claim, proof=Product(start, factor))) in ("the layer k", "one more layer")
    assert failed(with_first_part(claim, core=replace(core, size=core.size * (1 - HAIR)))) == "the last layer"


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES[:2])
def test_a_bound_that_is_off_by_a_hair_is_too_large_to_conclude_or_too_small_to_refute(name) -> None:
    claim = claim_of(name)
    for off in (0, HAIR, -HAIR):
        for part in (part for part in declared(claim).deeper if part.core is not None):
            assert part.core is not None
            core = replace(part.core, bound=part.core.bound * (1 + off))
            bounds = LayerBounds(claim, declared(claim))
            concluded = discharge(bounds.concluded(part, core.bound), Deadline.after(40), 12.0).failed is None
            refuted = discharge([bounds.failing(replace(part, core=core))], Deadline.after(40), 12.0).failed is None
            # A smaller bound is still enough and a larger one still refutes, but nothing asks for that.
            assert concluded if off == 0 else not (concluded and off > 0)
            assert refuted if off == 0 else not (refuted and off < 0)


@pytest.mark.slow
def test_a_floor_that_is_too_high_by_a_hair_is_not_proved() -> None:
    claim = claim_of("small-gradient")
    floors = declared(claim).floors
    for wrong in (
        replace(floors, first=floors.first + HAIR),
        replace(floors, following=floors.following + HAIR),
        replace(floors, given=(Relation(floors.given[0].lhs, ">=", floors.given[0].rhs + HAIR),)),
    ):
        bounds = LayerBounds(claim, replace(declared(claim), floors=wrong))
        assert discharge(bounds.about_floors(), Deadline.after(15), 3.0).failed is not None


@pytest.mark.slow
def test_a_chain_with_a_number_in_the_gap_refutes_nothing() -> None:
    claim = claim_of("small-gradient-printed")
    depths = granted(claim)
    core = declared(claim).deeper[0].core
    assert core is not None
    best = depths.maximum(core.size)
    # With two layers |z_2| is above 0.758, and the size is largest at 0.7717: no other number gives the end.
    for at in (Fraction(3, 4), Fraction(77, 100), Fraction(4, 5)):
        depths.maxima[core.size] = replace(best, at=at)
        assert depths.at(2).range is None
    # With a maximum that is too small by a hair the core seems to hold for too long; the chain does not agree.
    depths.maxima[core.size] = replace(best, lo=best.lo - Fraction(1, 10**12), hi=best.hi - Fraction(1, 10**12))
    late = depths.at(2).range
    depths.maxima[core.size] = best
    right = depths.at(2).range
    assert right is not None
    assert late is None or late.bracket != right.bracket


def test_the_product_taken_one_layer_too_late_is_refused_by_the_chain_itself(monkeypatch) -> None:
    depths, right = granted(claim_of("small-gradient")), ChainValues.floor_at
    assert depths.at(3).range is not None
    monkeypatch.setattr(ChainValues, "floor_at", lambda self, i, at: right(self, i + 1, at))
    found = depths.at(3)
    assert found.range is None
    assert "does not fail" in found.evidence[-1].detail


def test_a_part_that_leaves_a_gap_in_the_layers_or_in_t_gives_no_range() -> None:
    claim = claim_of("small-gradient")
    before, last = declared(claim).deeper
    found = granted(changed(claim, deeper=(before,))).at(2)
    assert found.range is None
    assert "some layer is none of" in found.evidence[-1].detail
    # The end for two layers is 0.7546: a last layer that is proved up to 3/4 leaves a gap, and up to 19/25 none.
    assert isinstance(last.proof, LastLayer)
    for most, complete in ((sp.Rational(3, 4), False), (sp.Rational(19, 25), True)):
        where = (last.proof.where[0], Relation(t, "<=", most))
        parts = (before, replace(last, proof=replace(last.proof, where=where)))
        assert (granted(changed(claim, deeper=parts)).at(2).range is not None) == complete


def test_a_chain_that_its_depth_does_not_have_gives_no_range() -> None:
    claim = claim_of("regularized-gradient")
    (part,) = declared(claim).deeper
    assert part.broken is not None
    free = replace(part, broken=replace(part.broken, free=Free.INPUT))
    assert granted(changed(claim, deeper=(free,))).at(2).range is None
    assert granted(changed(claim, deeper=(replace(part, layers=Layers.LAST),))).at(2).range is None


# -- a claim at some depths ------------------------------------------------------------------------------------------


def test_what_says_nothing_of_a_depth_is_left_out() -> None:
    reasons = {left_out(claim, (1,)) for claim in CLAIMS.values()}
    assert "speaks of no chain" in reasons
    assert "speaks of all depths together" in reasons
    assert left_out(claim_of("small-gradient"), (1,)) is None
    with pytest.raises(ValueError, match="speaks of no chain"):
        settle_at(claim_of("proof/tanh-one"), (1,))


def test_a_proof_for_every_depth_and_a_chain_of_these_depths_settle_a_claim() -> None:
    proved = settle_at(CLAIMS["ven-lederer/theorem-1/proof/twice-log"], (2, 3), 20)
    assert proved.outcome is Outcome.PROVED
    assert proved.ranges_by_depth is not None
    assert [(l, found and found.set) for l, found in proved.ranges_by_depth.items()] == [(2, "all"), (3, "all")]
    refuted = settle_at(CLAIMS["ven-lederer/theorem-1/proof/leading-factor-true"], (2, 4), 20)
    assert refuted.outcome is Outcome.REFUTED
    assert refuted.witness is not None
    assert refuted.witness["l"] in (2, 4)
    assert len(refuted.witness["theta"]) == refuted.witness["l"]


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES[1::2])
def test_the_ranges_at_eight_depths_and_where_the_claim_holds_at_all_of_them(name) -> None:
    verdict = settle_at(claim_of(name), range(1, 9), 300)
    assert verdict.outcome is Outcome.REFUTED
    assert verdict.ranges_by_depth is not None
    ends = [found.bracket for found in verdict.ranges_by_depth.values() if found is not None and found.bracket]
    assert len(ends) == 8
    assert verdict.range is not None
    assert verdict.range.bracket == min(ends, key=lambda bracket: Fraction(bracket[0]))
    assert verdict.range.set.startswith("(0, ")
