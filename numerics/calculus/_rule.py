"""What the engines have in common: the verdict on relations that a statement of calculus comes down to."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from numerics.deadline import Deadline
from numerics.proof.real_statement import RealStatement
from numerics.verdict import Evidence, Outcome, Verdict
from numerics.wording import evidence_of, refuted_at
from theory.statement import Relation


def of_relations(
    relations: Sequence[Relation],
    hypotheses: Sequence[Relation],
    deadline: Deadline,
    names: dict[str, Any] | None = None,
) -> Verdict:
    """The verdict on relations between real variables; a witness also has what is in `names`."""
    used: set[Any] = {s for r in (*relations, *hypotheses) for s in r.free_symbols}
    statement = RealStatement(hypotheses, relations, sorted(used, key=str))
    if hypotheses:
        statement.refuse_vacuous(deadline.share(0.2))
    attempt = statement.settle(deadline)
    if attempt.refutation is not None:
        return refuted_at(attempt.refutation, names or {})
    if attempt.proofs is None or statement.undefined(deadline).proofs is None:
        tried = tuple(Evidence("search", "prover", text) for text in attempt.findings.tried[:6])
        left = Evidence("search", "prover", f"not proved: {', '.join(map(str, relations))}")
        return Verdict(Outcome.OPEN, (*tried, left))
    return Verdict(Outcome.PROVED, tuple(evidence_of(attempt.proofs)), proof=attempt.proofs)
