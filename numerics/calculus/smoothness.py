"""How often a function that is defined by cases can be differentiated: one-sided derivatives where two cases meet."""

from __future__ import annotations

from collections.abc import Sequence

import sympy as sp

from numerics.calculus._rule import of_relations
from numerics.deadline import Deadline
from numerics.enclosure.program import UnsupportedError
from numerics.forms import conjunction
from numerics.verdict import Evidence, Outcome, Verdict
from theory.calculus import Smooth
from theory.joints import NotByCasesError, agreement, joints_of
from theory.statement import Relation, show

_HIGHEST_COMPARED = 20


def settle_smooth(part: Smooth, hypotheses: Sequence[Relation], deadline: Deadline) -> Verdict:
    """Whether f is C^n, for all parameters.

    **Cases that meet.** Each formula is entire (sums, products and compositions of polynomials and entire functions),
    so that f is smooth but where two cases meet, and its one-sided derivatives there are those of the formulas. f is
    Cⁿ there if and only if these agree up to order n. Soundness: if f is Cⁿ, both one-sided derivatives are its own;
    if they agree, each derivative of order j < n is differentiable by the mean value theorem, with that value.
    For C^∞ all orders are to agree, which is only shown where the two formulas are the same.
    """
    x = part.variable
    try:
        joints = [joint for joint in joints_of(part.function, x) if part.at is None or joint.at == part.at]
    except NotByCasesError as reason:
        raise UnsupportedError(str(reason)) from None
    if not joints:
        detail = f"{show(part.function)} has no cases that meet there, and is entire"
        return Verdict(Outcome.PROVED, (Evidence("smoothness", "rule", detail),))
    verdicts = []
    for joint in joints:
        everywhere = part.order is sp.S.Infinity
        if everywhere and sp.simplify(joint.left - joint.right) == 0:
            continue
        highest = _HIGHEST_COMPARED if everywhere else int(part.order)
        agreed = Verdict(Outcome.PROVED)
        for order in range(highest + 1):
            relation = agreement(joint, x, order)
            agreed = of_relations((relation,), hypotheses, deadline.share(0.5))
            if agreed.outcome is not Outcome.PROVED:
                break
            said = Evidence("smoothness", "SymPy", f"order {order} at {x} = {joint.at}: both are {show(relation.lhs)}")
            verdicts.append(Verdict(Outcome.PROVED, (said,), proof=agreed.proof))
        if agreed.outcome is Outcome.REFUTED:
            said = Evidence("smoothness", "rule", f"order {order} at {x} = {joint.at}: {relation} is asked for")
            witness = {str(x): str(joint.at), "order": str(order), **(agreed.witness or {})}
            return Verdict(Outcome.REFUTED, (said, *agreed.evidence), witness=witness)
        if everywhere or agreed.outcome is Outcome.OPEN:
            said = Evidence("smoothness", "SymPy", f"one-sided derivatives compared up to order {order}")
            return Verdict(Outcome.OPEN, (said, *agreed.evidence))
    return conjunction(verdicts or [Verdict(Outcome.PROVED, (Evidence("smoothness", "SymPy", "the same formula"),))])
