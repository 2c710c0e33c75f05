"""Products of n factors, each bounded by the same number: for one n, or for every n at once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sympy as sp

from numerics.calculus._rule import of_relations
from numerics.deadline import Deadline
from numerics.forms import conjunction
from numerics.proof.exact import reduces_to_zero
from numerics.verdict import Evidence, Outcome, Verdict
from theory.calculus import Product
from theory.statement import Relation, show


def settle_product(part: Product, hypotheses: Sequence[Relation], deadline: Deadline) -> Verdict:
    """|∏ c_i| ≤ bⁿ or ∏ c_i ≥ bⁿ, where each c_i = c(u_i) with u_i of its own that satisfies the hypotheses.

    **Product of factors.** b ≥ 0 and |c(u)| ≤ b (c(u) ≥ b) for every admitted u give the bound, by induction over n:
    |∏_{i≤n+1} c_i| = |∏_{i≤n} c_i|·|c_{n+1}|. Conversely, if c(u) breaks the bound of one factor, n equal factors
    break that of n: |c(u)|ⁿ > bⁿ (for ≥: n = 1).
    **Chain rule.** ∂y_n/∂y_0 for y_i = F(u_i, y_{i−1}) is the product of ∂F/∂y(u_i, y_{i−1}): c is that derivative,
    and in it y_{i−1} may be any number.
    """
    verdicts: list[Verdict] = []
    number = part.number if part.number.is_Integer else sp.S.One
    if part.layer is not None:
        shape, state = part.layer
        if not reduces_to_zero(sp.diff(shape, state) - part.factor):
            gap = f"∂/∂{state} {show(shape)} is not seen to be {show(part.factor)}"
            return Verdict(Outcome.OPEN, (Evidence("chain rule", "SymPy", gap),))
        shown = f"∂/∂{state} ({show(shape)}) = {show(part.factor)}"
        verdicts.append(Verdict(Outcome.PROVED, (Evidence("chain rule", "SymPy", shown),)))
    single = part.op == ">=" and number != 1
    if single:
        return Verdict(Outcome.OPEN, (Evidence("product of factors", "rule", "≥ is known for every n only"),))
    names: dict[str, Any] = {str(part.number) if part.number.is_Symbol else "n": int(number)}
    one = of_relations((part.one,), hypotheses, deadline.share(0.6), names)
    if one.outcome is not Outcome.PROVED:
        return one
    nonnegative = of_relations((Relation(part.bound, ">=", sp.S.Zero),), _on(part.bound, hypotheses), deadline)
    verdicts += [one, nonnegative]
    if part.attained:
        at = [*(Relation(u, "==", value) for u, value in part.attained.items())]
        admitted = [h.subs(part.attained) for h in hypotheses]
        reached = Relation(sp.Abs(part.factor.subs(part.attained)), "==", part.bound)
        verdicts.append(of_relations((*admitted, reached), (), deadline))
        place = ", ".join(map(str, at))
        verdicts.append(Verdict(Outcome.PROVED, (Evidence("product of factors", "rule", f"attained at {place}"),)))
    rule = Evidence("product of factors", "rule", f"each factor: {part.one}; n factors by induction over n")
    return conjunction([*verdicts, Verdict(Outcome.PROVED, (rule,))])


def _on(expression: sp.Expr, hypotheses: Sequence[Relation]) -> list[Relation]:
    return [h for h in hypotheses if h.free_symbols <= expression.free_symbols]
