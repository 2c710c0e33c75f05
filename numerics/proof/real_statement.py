"""Settling a statement about real variables: hypotheses, and relations that are to follow from them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import sympy as sp

from numerics.deadline import Deadline
from numerics.enclosure.program import UnsupportedError
from numerics.falsifying.drawing import Point, first_points
from numerics.falsifying.falsifier import Falsifier, Refutation
from numerics.proof.domain import EmptyDomainError, domains
from numerics.proof.goal import Domain, Goal, Proof, Range
from numerics.proof.prover import MANY, Findings, Prover
from numerics.verdict import Evidence
from theory.definedness import conditions
from theory.errors import UndefinedError, VacuousError
from theory.statement import Relation

QUICK_POINTS = 150
GUIDED_EXAMPLES = 300


@dataclass
class Attempt:
    """What came of a statement: a proof of every goal, a refutation, or neither and how far it got."""

    proofs: list[Proof] | None = None
    refutation: Refutation | None = None
    findings: Findings = field(default_factory=Findings)
    evidence: list[Evidence] = field(default_factory=list)


class RealStatement:
    """For all real values that satisfy the hypotheses, every relation of the conclusion holds.

    A point counts as admitted where the hypotheses are defined and hold. `conditions` is what must hold besides for
    the conclusion to be defined; SymPy may have simplified the expressions that asked for it.
    """

    def __init__(
        self,
        hypotheses: Sequence[Relation],
        conclusion: Sequence[Relation],
        variables: Sequence[sp.Symbol],
        conditions_given: Sequence[Relation] = (),
    ):
        self.stated = tuple(hypotheses)
        self.conclusion = tuple(conclusion)
        self.variables = tuple(variables)
        self.given = conditions_given
        self.hypotheses = self.stated + _unique(_conditions(self.stated), self.stated)

    def falsifier(self, conclusion: Sequence[Relation] | None = None) -> Falsifier:
        return Falsifier(self.hypotheses, conclusion or self.conclusion, self.variables)

    # -- before anything is proved -------------------------------------------------------------------------------

    def example(self, deadline: Deadline) -> Point | None:
        """A point that certainly satisfies the hypotheses; None where none was found among the first ones."""
        if not self.hypotheses:
            return dict.fromkeys(self.variables, sp.S.One)  # pyright: ignore[reportReturnType]
        falsifier = self.falsifier()
        for point in first_points(self.hypotheses, self.variables, 400):
            if deadline.left <= 0:
                return None
            if falsifier.admits(point):
                return point
        return None

    def refuse_vacuous(self, deadline: Deadline) -> bool:
        """VacuousError where the hypotheses certainly exclude each other. Whether a point was found that they admit."""
        if self.example(deadline.share(0.3, 3.0)) is not None:
            return True
        shown = ", ".join(map(str, self.stated))
        advice = "nothing would be claimed; correct the conditions"
        try:
            parts = domains(self.hypotheses, self.variables)
        except EmptyDomainError as reason:
            raise VacuousError(f"no point satisfies {shown} ({reason}): {advice}") from None
        never = [Goal(sp.S.NegativeOne, False, domain) for domain in parts]
        if all(_excluded(goal, deadline.share(0.3, 3.0)) for goal in never) or self.contradictory(deadline):
            raise VacuousError(f"no point satisfies {shown}: {advice}")
        return False

    def contradictory(self, deadline: Deadline) -> bool:
        """Whether the other hypotheses prove that one of them fails."""
        for place, h in enumerate(self.hypotheses):
            if h.op == "==":
                continue
            others = self.hypotheses[:place] + self.hypotheses[place + 1 :]
            statement = RealStatement(others, (h.negation,), self.variables)
            if statement.prove(deadline.share(0.2, 2.0)).proofs is not None:
                return True
        return False

    def needed(self) -> tuple[Relation, ...]:
        """What must follow from the hypotheses for the conclusion to speak of real numbers."""
        return _unique((*self.given, *_conditions(self.conclusion)), self.hypotheses)

    def undefined(self, deadline: Deadline) -> Attempt:
        """The attempt to prove that the conclusion is defined throughout; UndefinedError where it is certainly not."""
        attempt = Attempt(proofs=[])
        for condition in self.needed():
            part = RealStatement(self.stated, (condition,), self.variables)
            found = part.settle(deadline.share(0.5), guided=False)
            if found.refutation is not None:
                place = ", ".join(f"{v} = {value}" for v, value in found.refutation.point.items()) or "everywhere"
                raise UndefinedError(
                    f"the statement is not defined where {condition} fails, as at {place}, which the conditions admit: "
                    f"add a condition such as --where '{condition.typed()}'"
                )
            if found.proofs is None:
                attempt.findings.tried.append(f"that {condition} throughout, so that the statement is defined")
                attempt.proofs = None
                return attempt
        return attempt

    # -- settling ------------------------------------------------------------------------------------------------

    def settle(self, deadline: Deadline, guided: bool = True) -> Attempt:
        """Refute by short points; prove; refute near what the proof search left, and by a guided search."""
        falsifier = self.falsifier()
        # Among many variables few short points say little, and a product over layers is maximised by its own rule.
        few = len(self.variables) < MANY
        quick = falsifier.quick(QUICK_POINTS, deadline.share(0.15, 2.0 if few else 0.3)) or (
            falsifier.downhill(QUICK_POINTS, deadline.share(0.1, 1.5 if few else 0.3)) if guided else None
        )
        if quick is not None:
            return Attempt(refutation=falsifier.simplified(quick))
        attempt = self.prove(deadline.share(0.7))
        if attempt.proofs is not None:
            return attempt
        near = falsifier.near((*attempt.findings.suspects, *attempt.findings.left[:200]), deadline.share(0.3))
        if near is None and guided:
            near = falsifier.guided(deadline.share(0.6), GUIDED_EXAMPLES, _seeds(attempt.findings, self.variables))
        if near is not None:
            attempt.refutation = falsifier.simplified(near)
        return attempt

    def prove(self, deadline: Deadline) -> Attempt:
        """A proof of every relation on every part of the domain."""
        attempt = Attempt(proofs=[])
        try:
            parts = domains(self.hypotheses, self.variables)
        except EmptyDomainError:
            # Vacuous truths are refused before this; parts of a case distinction may be empty.
            return attempt
        for relation in self.conclusion:
            shown: list[tuple[Goal, Proof]] = []
            for domain in parts:
                prover = Prover(deadline)
                for goal in _goals(relation, domain):
                    proof = _by_symmetry(goal, shown) or prover.prove(goal)
                    if proof is not None:
                        shown.append((goal, proof))
                    attempt.findings.suspects += prover.findings.suspects
                    if proof is None:
                        attempt.findings.left = prover.findings.left
                        attempt.findings.margin = prover.findings.margin
                        attempt.findings.tried += prover.findings.tried
                        attempt.proofs = None
                        return attempt
                    assert attempt.proofs is not None
                    attempt.proofs.append(proof)
        return attempt


def _goals(relation: Relation, domain: Any) -> list[Goal]:
    """The goals that together say the relation: an equality is two inequalities, ≠ is |lhs − rhs| > 0."""
    gap = relation.lhs - relation.rhs
    if relation.op == "==":
        return [Goal(gap, False, domain), Goal(-gap, False, domain)]
    return [Goal(relation.slack, relation.strict, domain)]


def _by_symmetry(goal: Goal, shown: Sequence[tuple[Goal, Proof]]) -> Proof | None:
    """A proof where the goal is, with −v in the place of v, one that was proved: v < 0 often says the same as v > 0."""
    for v in goal.domain.variables if shown else ():
        flip: dict[Any, Any] = {v: -v}
        bounds = goal.domain.ranges[v]
        ranges = {**goal.domain.ranges, v: Range(-bounds.hi, -bounds.lo, bounds.hi_open, bounds.lo_open)}
        constraints = tuple((g.subs(flip), strict) for g, strict in goal.domain.constraints)
        mirrored = Goal(goal.expression.subs(flip), goal.strict, Domain(ranges, constraints))
        for other, proof in shown:
            if other == mirrored:
                return Proof("symmetry", goal, f"{v} ↦ −{v}", (proof,))
    return None


def _conditions(relations: Sequence[Relation]) -> tuple[Relation, ...]:
    return tuple(c for relation in relations for side in (relation.lhs, relation.rhs) for c in conditions(side))


def _unique(relations: Sequence[Relation], besides: Sequence[Relation]) -> tuple[Relation, ...]:
    found: list[Relation] = []
    for relation in relations:
        if relation not in besides and relation not in found:
            found.append(relation)
    return tuple(found)


def _excluded(goal: Goal, deadline: Deadline) -> bool:
    try:
        return Prover(deadline).prove(goal) is not None
    except UnsupportedError:
        return False


def _seeds(findings: Findings, variables: Sequence[sp.Symbol]) -> list[Point]:
    seeds: list[Point] = []
    for region in (*findings.suspects, *findings.left)[:20]:
        if all(v in region for v in variables):
            seeds.append({v: region[v].middle() for v in variables})
    return seeds
