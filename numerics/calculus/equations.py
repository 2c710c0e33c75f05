"""Uniqueness of the solution of f′ = F(f) with one value given, for a polynomial F."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sympy as sp

from numerics.calculus._rule import of_relations
from numerics.deadline import Deadline
from numerics.forms import conjunction
from numerics.verdict import Evidence, Outcome, Verdict
from theory.calculus import OnlySolution
from theory.statement import Relation, show


def settle_only_solution(part: OnlySolution, hypotheses: Sequence[Relation], deadline: Deadline) -> Verdict:
    """That f solves f′ = F(f), f(0) = c on ℝ, and nothing else does.

    **Uniqueness.** For a polynomial F, F(u) − F(v) = (u − v)·q(u, v) with a polynomial q. If u and v solve the
    equation, w = u − v satisfies w′ = q(u, v)·w, where x ↦ q(u(x), v(x)) is continuous; so w·e^{−∫q} has derivative
    zero and w(0) = 0 makes w zero throughout. Soundness: u and v are differentiable, hence continuous; the quotient
    is shown exact by division of polynomials.
    """
    x, y = part.variable, part.unknown
    if not part.slope.is_polynomial(y):
        return Verdict(Outcome.OPEN, (Evidence("uniqueness", "rule", f"{show(part.slope)} is no polynomial in {y}"),))
    other = sp.Dummy("v", real=True)
    numerator: Any = part.slope - part.slope.subs(y, other)
    quotient, remainder = sp.div(sp.Poly(numerator, y, other), sp.Poly(y - other, y, other))
    if not remainder.is_zero:
        raise AssertionError(f"{numerator} is not divisible by {y - other}")
    solves = Relation(sp.diff(part.solution, x), "==", part.slope.subs(y, part.solution))
    starts = Relation(part.solution.subs(x, 0), "==", part.start)
    found = [of_relations((relation,), hypotheses, deadline.share(0.5)) for relation in (solves, starts)]
    factor = show(quotient.as_expr().subs(other, sp.Symbol("v")))
    rule = Evidence("uniqueness", "SymPy", f"the difference of two solutions satisfies w′ = ({factor})·w, w(0) = 0")
    return conjunction([*found, Verdict(Outcome.PROVED, (rule,))])
