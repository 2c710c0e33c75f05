"""A claim at one depth, and the claim abstracted from depth, say the same of the same chain."""

from fractions import Fraction
from typing import Any

import pytest
import sympy as sp

from theory.instance import abstractions, at_depth, instances
from theory.ledger import CLAIMS
from theory.notation import P, Pa, f, fa, fp, fpa
from theory.statement import Every, Relation

CHAIN_CLAIMS = [
    claim
    for claim in CLAIMS.values()
    if claim.depth and list(abstractions(claim)) and not any(isinstance(part, Every) for part in claim.conclusion)
]
_VALUES = {
    "x": Fraction(7, 10), "d": Fraction(-4, 3), "r": Fraction(9, 5), "t": Fraction(1, 3), "alpha": Fraction(1),
    "xi": Fraction(3, 5),
}  # fmt: skip


def _chain(depth):
    """Outputs, arguments and suffix products of one chain, by the textbook recursion in floating point."""
    thetas = [sp.Rational(13 + 4 * j, 10) * (-1) ** j for j in range(depth)]
    outputs, arguments = [sp.Rational(7, 10)], [None]
    for theta in thetas:
        arguments.append(sp.N(theta * outputs[-1], 30))
        outputs.append(sp.N(sp.tanh(arguments[-1]), 30))
    return thetas, outputs, arguments


def _suffix(depth, k):
    thetas, outputs, _ = _chain(depth)
    return sp.Mul(*[1 - outputs[j] ** 2 for j in range(k, depth + 1)], *thetas[k:])


def _abstract_values(depth, place, index):
    """What the free variables of an abstraction stand for at layer `place` of this chain."""
    thetas, _, arguments = _chain(depth)
    named = {}
    for name in {str(index), "1"}:
        layer = 1 if name == "1" else place
        named |= {f"theta_{name}": thetas[layer - 1], f"z_{name}": arguments[layer], f"Q_{name}": _suffix(depth, layer)}
        named |= {f"z_alpha_{name}": arguments[layer], f"Q_alpha_{name}": _suffix(depth, layer)}
    if place > 1:
        named |= {f"{head}_{index}-1": arguments[place - 1] for head in ("z", "z_alpha")}
    return named


@pytest.mark.parametrize("claim", CHAIN_CLAIMS, ids=lambda claim: claim.id)
@pytest.mark.parametrize("depth", [1, 2, 3])
def test_an_abstraction_at_the_values_of_a_chain_is_the_instance(claim, depth):
    cases = {name: conclusion for name, _, conclusion in abstractions(claim)}
    thetas, _, _ = _chain(depth)
    for instance in [one for one in instances(claim, depth) if one.depth == depth]:
        place = instance.layer or 1
        index = claim.depth.index
        name = next(n for n in cases if n == "all layers" or (n.endswith("= 1") == (place == 1)) or len(cases) == 1)
        conclusion = cases[name]
        free = {**_abstract_values(depth, place, index), **{k: sp.Rational(v) for k, v in _VALUES.items()}}
        concrete = {
            **{f"theta_{j}": v for j, v in enumerate(thetas, 1)},
            **{k: sp.Rational(v) for k, v in _VALUES.items()},
        }
        relations = [part for part in instance.conclusion if isinstance(part, Relation)]
        for abstract, real in zip(conclusion, relations, strict=False):
            for side in ("lhs", "rhs"):
                left, right = getattr(abstract, side), getattr(real, side)
                a = left.subs({s: free[str(s)] for s in left.free_symbols})
                b = right.subs({s: concrete[str(s)] for s in right.free_symbols})
                assert abs(sp.N(a - b, 25)) < sp.Float("1e-15"), (claim.id, name, place, side)


def test_the_printed_convention_differs_from_the_input_at_the_first_layer_only():
    assert at_depth(3, f, 0) != at_depth(3, fp, 0) == 1
    assert at_depth(3, fa, 0) != at_depth(3, fpa, 0) == 1
    assert at_depth(3, f, 2) == at_depth(3, fp, 2)
    assert at_depth(3, fa, 2) == at_depth(3, fpa, 2)
    first: Any = at_depth(1, P, 1)
    assert not first.subs("x", 0).has(sp.Symbol("x"))
    assert at_depth(2, Pa, 1).coeff(sp.Symbol("alpha", real=True)) != 0


def test_the_first_layer_of_a_claim_without_an_index_is_not_taken_for_an_inner_one():
    # Once, f^0 := 1 was lost when k = 1 stood in the claim as a number, and a false claim was proved.
    claim = CLAIMS["ven-lederer/scaling/gradient-magnitude-first"]
    ((_, _, (relation,)),) = abstractions(claim)
    assert relation.lhs != relation.rhs
