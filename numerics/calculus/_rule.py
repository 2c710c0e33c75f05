"""What the engines have in common: premises that are discharged, and what is found instead where one is false."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from numerics.deadline import Deadline
from numerics.proof.premises import Premise, discharge
from numerics.proof.real_statement import RealStatement
from numerics.verdict import Evidence, Outcome, Verdict
from numerics.wording import evidence_of, witness_of
from theory.statement import Relation


def from_premises(premises: Iterable[Premise], rule: str, deadline: Deadline) -> Verdict:
    """Proved by the rule where every premise is; else open, with the premise at which it ended."""
    done = discharge(premises, deadline)
    evidence = [Evidence(rule, "prover", str(premise)) for premise, _ in done.proved]
    proofs = [proof for _, found in done.proved for proof in found]
    if done.failed is not None:
        return Verdict(Outcome.OPEN, (*evidence, Evidence(rule, "prover", f"not discharged: {done.failed}")))
    return Verdict(Outcome.PROVED, tuple(evidence), proof=proofs)


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
        found = attempt.refutation
        detail = f"the hypotheses hold at this point and {found.relation} fails: {found.detail}"
        witness = {**(names or {}), **witness_of(found.point)}
        return Verdict(Outcome.REFUTED, (Evidence("witness", "Arb enclosure", detail),), witness=witness)
    if attempt.proofs is None or statement.undefined(deadline).proofs is None:
        tried = tuple(Evidence("search", "prover", text) for text in attempt.findings.tried[:6])
        left = Evidence("search", "prover", f"not proved: {', '.join(map(str, relations))}")
        return Verdict(Outcome.OPEN, (*tried, left))
    return Verdict(Outcome.PROVED, tuple(evidence_of(attempt.proofs)), proof=attempt.proofs)
