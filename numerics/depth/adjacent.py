"""Induction over depth for two gradients that follow each other: G_i and G_{i+1} in the chain of l ≥ i + 1 layers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import sympy as sp

from numerics.proof.premises import NotOfThisFormError, Premise
from theory.claim import Claim
from theory.notation import G, l, theta, x
from theory.proof import AdjacentLayers, before, grad, next_grad, next_own, out, own, weight
from theory.statement import Every, Relation


def premises(claim: Claim, step: AdjacentLayers) -> Iterator[Premise]:
    """The premises of an induction over depth for G_i and G_{i+1}, i = 1, …, l − 1.

    **Adjacent layers.** Fix i and let J be a property of (G_i, θ_i, G_{i+1}, θ_{i+1}). The chain of i + 1 layers has,
    with y = f_{i−1} (x for i = 1, a number of (−1, 1) for i ≥ 2) and u = tanh(θ_i y): G_{i+1} = u sech²(θ_{i+1} u) and
    G_i = y sech²(θ_i y) θ_{i+1} sech²(θ_{i+1} u). One more layer with parameter w after the output f multiplies both by
    w sech²(w f). If J holds at the start and is kept by a layer, it holds for every l ≥ i + 1, and so does the claim
    that it implies.
    Soundness: induction over l; the recursion of both gradients is the chain rule.
    """
    relations = [_placed(part) for part in claim.conclusion]
    fixed = tuple(h for h in claim.hypotheses if isinstance(h, Relation))
    if len(fixed) != len(claim.hypotheses):
        raise NotOfThisFormError("a hypothesis on every parameter is not taken up by this rule")
    u = sp.tanh(own * before)
    factor = sp.sech(next_own * u) ** 2
    start = {grad: before * sp.sech(own * before) ** 2 * next_own * factor, next_grad: u * factor}
    inside = (Relation(sp.S.NegativeOne, "<", before), Relation(before, "<", sp.S.One))
    for shown, place, known in (("i = 1", {before: x}, ()), ("i ≥ 2", {}, inside)):
        yield Premise(f"two layers, {shown}", (*fixed, *known), tuple(r.subs(start).subs(place) for r in step.state))
    slope = weight * sp.sech(weight * out) ** 2
    added = {grad: slope * grad, next_grad: slope * next_grad}
    yield Premise("one more layer", (*fixed, *step.state), tuple(r.subs(added) for r in step.state))
    yield Premise("conclusion", (*fixed, *step.state), tuple(relations))


def _placed(part: Any) -> Relation:
    """The claimed relation in terms of the two layers."""
    if not isinstance(part, Every) or (part.first, part.last) != (1, l - 1):
        raise NotOfThisFormError("the conclusion is not about every i = 1, …, l − 1")
    i = part.index
    names = {G[i]: grad, theta[i]: own, G[i + 1]: next_grad, theta[i + 1]: next_own}
    relation = part.relation.map(lambda side: side.xreplace(names))
    left = relation.lhs.atoms(sp.Indexed) | relation.rhs.atoms(sp.Indexed) | (relation.free_symbols & {i, l})
    if left:
        raise NotOfThisFormError(f"{relation} speaks of {', '.join(map(str, left))}")
    return relation
