"""Statements about chains of every depth: reduced to statements about real variables that imply them.

This module knows how a chain is built, not what is claimed of it.
"""

from __future__ import annotations

from itertools import product
from typing import Any

import sympy as sp

from numerics.proof.exact import reduces_to_zero
from theory.chain import Chain, induction_step
from theory.claim import Claim
from theory.notation import F, alpha, i, iterate, iterate_scaled, k, l, z
from theory.statement import Relation

DEEPEST_COMPARED = 6


def closed_form_holds(depth: int, layer: int) -> bool:
    """Whether SymPy's differentiation of the output gives f_{k−1}·∏_{i≥k}(1 − f_i²)·∏_{i>k}θ_i, at one depth.

    The outputs are named from the last one down, so that both sides are polynomials in names.
    """
    chain = Chain(depth)
    names = {chain.output(j): sp.Symbol(f"f_{j}", real=True) for j in range(depth, 0, -1)}
    slopes = [1 - names[chain.output(j)] ** 2 for j in range(layer, depth + 1)]
    before = names.get(chain.output(layer - 1), chain.output(0))
    differentiated = chain.differentiated(layer)
    for output, name in names.items():
        differentiated = differentiated.xreplace({output: name})
    return sp.expand(differentiated - before * sp.Mul(*slopes, *chain.parameters[layer:])) == 0


def induction_step_holds() -> bool:
    """Whether the chain of l + 1 layers has the gradient that the closed form says, given the chain of l."""
    return all(_holds_identically(relation) for relation in induction_step())


def _holds_identically(relation: Relation) -> bool:
    """Whether lhs − rhs reduces to zero, for either sign of every u that stands in a |u|."""
    gap: Any = (relation.lhs.doit() - relation.rhs).rewrite(sp.exp)
    sizes = sorted(gap.atoms(sp.Abs), key=str)
    return all(
        reduces_to_zero(gap.xreplace({node: sign * node.args[0] for node, sign in zip(sizes, signs, strict=True)}))
        for signs in product((1, -1), repeat=len(sizes))
    )


def by_recursion(claim: Claim) -> str | None:
    """A proof by induction over depth of an equality between things that are defined layer by layer.

    Base: the equality at l = 1. Step: the l-th value is put into the recursion of the (l + 1)-th, on both sides.
    Returns what was shown, or None where the claim is not of this form or a step does not reduce to zero.
    """
    if claim.depth is None or len(claim.conclusion) != 1 or not isinstance(claim.conclusion[0], Relation):
        return None
    relation = claim.conclusion[0]
    if relation.op != "==" or relation.lhs != iterate_scaled[l]:
        return None
    w = sp.Symbol("w", real=True)
    right = relation.rhs.subs(iterate[l], w)
    if right.atoms(sp.Indexed):
        return None
    base = alpha * F(z / alpha) - right.subs(w, F(z / alpha))
    # If I_α = right(I) at l, then I_α at l + 1 is α F(right(I)/α), to be compared with right(F(I)).
    step = alpha * F(right / alpha) - right.subs(w, F(w))
    if sp.expand(base) == 0 and sp.expand(step) == 0:
        return f"base l = 1: {right.subs(w, F(z / alpha))}; step: α F({right}/α) = {right.subs(w, F(w))}"
    return None


def sum_over_layers(relation: Relation) -> Relation | None:
    """An equality whose sums over layers SymPy differentiates for a symbolic number of layers, 1 ≤ k ≤ l."""
    if not relation.lhs.has(sp.Sum):
        return None
    value: Any = sp.simplify(relation.lhs.doit())
    value = value.replace(
        lambda node: isinstance(node, sp.Piecewise) and _first_branch(node)[1] in (k <= l, i <= l),
        lambda node: _first_branch(node)[0],
    )
    return Relation(sp.simplify(value), "==", relation.rhs)


def _first_branch(node: Any) -> Any:
    """The value and the condition of the first branch of a definition by cases."""
    return node.args[0]
