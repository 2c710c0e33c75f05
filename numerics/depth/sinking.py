"""A claim that fails in a chain deep enough: where the outputs sink below a level.

**Sinking.** Let T(y) = tanh(w y) with w > 0, b > 0 and T(b) < b, and let f_1 > 0, f_{i+1} = T(f_i). Then f_n < b for
some n ≥ 1. Soundness: tanh is concave on [0, ∞), so that T(y)/y does not increase there, and T(y) < y for all y ≥ b. If
no f_n were below b, the outputs would decrease to a limit y ≥ b with T(y) = y by continuity; there is none. The chain
that continues these n layers by one with the parameter `last`, a function of f_n ∈ (0, b), has depth n + 1 ≥ 2.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import sympy as sp

from numerics.proof.premises import NotOfThisFormError, Premise
from theory.chain import x
from theory.claim import Claim
from theory.notation import f, l, theta
from theory.proof import Sinking, anything, before
from theory.statement import Every, Relation


def sinks(
    claim: Claim, chain: Sinking, known: tuple[Relation, ...], failing: tuple[Relation, ...]
) -> Iterator[Premise]:
    """What shows, under what is known and `failing`, that the claim fails in the layer after the outputs have sunk."""
    index: Any = claim.depth.index if claim.depth is not None else None
    if index is None or claim.depth is None or claim.depth.first > 2 or x not in chain.values:
        raise NotOfThisFormError("what sinks below a level are the outputs of a chain, from a given x on")
    given = (*known, *failing)
    positive = [Relation(side, ">", sp.S.Zero) for side in (chain.weight, chain.level, chain.first * chain.values[x])]
    yield Premise("the outputs are positive", given, tuple(positive))
    falls = Relation(sp.tanh(chain.weight * chain.level), "<", chain.level)
    yield Premise("they sink below the level", given, (falls,))
    below = (Relation(sp.S.Zero, "<", before), Relation(before, "<", chain.level))
    low = (*given, *below)
    if chain.hence:
        yield Premise("hence", given, chain.hence)
    for h in claim.hypotheses:
        if isinstance(h, Relation):
            yield Premise("the chain is admitted", given, (_spoken(h.subs(chain.values), claim, chain),))
            continue
        if (h.first, h.last) != (1, l):
            raise NotOfThisFormError(f"a hypothesis on the layers {h.first}, …, {h.last}")
        for parameter in dict.fromkeys((chain.first, chain.weight, chain.last)):
            admitted = _parameter(h, parameter).subs(chain.values)
            enough = (*known, *chain.hence, *below) if chain.hence and parameter == chain.last else low
            yield Premise("the chain is admitted", enough, (_spoken(admitted, claim, chain),))
    part: Any = claim.conclusion[chain.part]
    if not isinstance(part, Relation):
        raise NotOfThisFormError("the conclusion is not a relation")
    names = {f[index - 1]: before, f[index]: sp.tanh(chain.last * before), theta[index]: chain.last}
    fails = part.map(lambda side: side.xreplace(names)).subs(chain.values).negation
    yield Premise("the claim fails in the layer after", low, (_spoken(fails, claim, chain),))


def _parameter(h: Every, value: Any) -> Relation:
    return h.relation.map(lambda side: side.xreplace({theta[h.index]: value}))


def _spoken(relation: Relation, claim: Claim, chain: Sinking) -> Relation:
    """The relation, if it speaks of nothing but the parameter, the output before and `anything`."""
    indexed = {a for side in (relation.lhs, relation.rhs) for a in side.atoms(sp.Indexed)}
    left = relation.free_symbols - {claim.parameter, before, anything}
    if indexed or left:
        raise NotOfThisFormError(f"the chain leaves {', '.join(sorted(map(str, indexed | left)))} open")
    return relation
