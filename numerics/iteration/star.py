"""The star condition of one function: f(y)/y decreases strictly on y > 0."""

from __future__ import annotations

from collections.abc import Sequence

import sympy as sp

from numerics.deadline import Deadline
from numerics.iteration.odd_map import ExpressionMap
from numerics.proof.deduction import Deduction, require_points
from numerics.proof.premises import NotOfThisFormError
from numerics.proof.real_statement import RealStatement
from numerics.verdict import Evidence, Outcome, Verdict
from numerics.wording import witness_of
from theory.fixed_points import Star
from theory.statement import Relation

_SECONDS = 4.0


def settle_star(part: Star, hypotheses: Sequence[Relation], deadline: Deadline) -> Verdict:
    """Proved where y f′(y) < f(y) for y > 0; refuted by two points y_1 < y_2 with f(y_1)/y_1 ≤ f(y_2)/y_2.

    Soundness of the proof: (f(y)/y)′ = (y f′ − f)/y² < 0, and the mean value theorem on y > 0.
    """
    deduction = Deduction("star condition", deadline)
    try:
        require_points(hypotheses, deadline)
        deduction.show(ExpressionMap(part.function, part.variable, tuple(hypotheses)).star())
        return deduction.proved()
    except NotOfThisFormError as reason:
        return _refuted(part, hypotheses, deadline) or deduction.opened(reason)


def _refuted(part: Star, hypotheses: Sequence[Relation], deadline: Deadline) -> Verdict | None:
    near, far = sp.symbols("y_1 y_2", real=True)
    at_near, at_far = (part.function.xreplace({part.variable: y}) / y for y in (near, far))
    given = (*hypotheses, Relation(near, ">", sp.S.Zero), Relation(far, ">", near))
    variables = sorted({s for h in given for s in h.free_symbols} | at_near.free_symbols, key=str)
    attempt = RealStatement(given, (Relation(at_near, ">", at_far),), variables).settle(deadline.share(0.5, _SECONDS))  # pyright: ignore[reportArgumentType]
    if attempt.refutation is None:
        return None
    evidence = Evidence("witness", "Arb enclosure", f"it does not decrease: {attempt.refutation.detail}")
    return Verdict(Outcome.REFUTED, (evidence,), witness=witness_of(attempt.refutation.point))
