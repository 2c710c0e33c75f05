"""A deduction: premises discharged one after another, what they show, and the verdict that comes of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from numerics.deadline import Deadline
from numerics.proof.goal import Proof
from numerics.proof.premises import NotOfThisFormError, Premise, discharge
from numerics.proof.real_statement import RealStatement
from numerics.verdict import Evidence, Outcome, Verdict
from theory.statement import Relation


class Deduction:
    """What was shown so far. `kind` names the rule in the evidence."""

    def __init__(self, kind: str, deadline: Deadline):
        self.kind, self.deadline = kind, deadline
        self.evidence: list[Evidence] = []
        self.proofs: list[Proof] = []
        self.shown: set[Premise] = set()

    def show(self, premises: Iterable[Premise]) -> None:
        """Discharges what was not shown yet; NotOfThisFormError names the first that was not discharged."""
        fresh = [premise for premise in premises if premise not in self.shown]
        done = discharge(fresh, self.deadline)
        for premise, proofs in done.proved:
            self.shown.add(premise)
            self.evidence.append(Evidence(self.kind, "prover", str(premise)))
            self.proofs += proofs
        if done.failed is not None:
            raise NotOfThisFormError(f"not discharged: {done.failed}")

    def say(self, detail: str) -> None:
        """Notes a conclusion by a rule."""
        self.evidence.append(Evidence(self.kind, "rule", detail))

    def proved(self, value: str | tuple[str, str] | None = None) -> Verdict:
        return Verdict(Outcome.PROVED, tuple(self.evidence), value=value, proof=self.proofs)

    def opened(self, reason: object) -> Verdict:
        self.say(f"not concluded: {reason}")
        return Verdict(Outcome.OPEN, tuple(self.evidence))


def require_points(hypotheses: Sequence[Relation], deadline: Deadline) -> None:
    """VacuousError where no values satisfy the hypotheses, and NotOfThisFormError where none were found."""
    variables = sorted({s for h in hypotheses for s in h.free_symbols}, key=str)
    if not hypotheses:
        return
    statement = RealStatement(hypotheses, (hypotheses[0],), variables)  # pyright: ignore[reportArgumentType]
    if not statement.refuse_vacuous(deadline.share(0.2)):
        raise NotOfThisFormError("no point was found that satisfies the hypotheses")
