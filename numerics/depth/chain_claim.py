"""Claims about chains of every depth: refuted at a small one, or proved for all at once.

A refutation needs one chain, so depths are tried from 1 up. A proof has to cover all of them: by generalisation
(what holds for any numbers in the place of outputs holds for the outputs), or by induction over depth.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from numerics.deadline import Deadline, OutOfTimeError
from numerics.depth.declared import gradient_lemmas, prove_declared
from numerics.depth.reduction import DEEPEST_COMPARED, by_recursion, sum_over_layers
from numerics.enclosure.program import UnsupportedError
from numerics.falsifying.falsifier import Falsifier
from numerics.proof.exact import reduces_to_zero
from numerics.proof.limits import has_limit
from numerics.proof.real_statement import Attempt, RealStatement
from numerics.special import settle_limits
from numerics.verdict import Evidence, Outcome, Verdict
from numerics.wording import evidence_of, refuted_at
from theory.claim import Claim
from theory.instance import Instance, abstractions, instances
from theory.statement import Relation

DEEPEST_TRIED = 12
DEEPEST_OF_LIMITS, _SECONDS_OF_LIMITS = 3, 2.0
_POINTS_PER_LAYER = 400


class ChainClaim:
    """One claim about chains, and the ways to settle it."""

    def __init__(self, claim: Claim, report: Callable[[str], None] | None = None):
        self.claim = claim
        self.report = report or (lambda text: None)
        self.relations = [part for part in claim.conclusion if isinstance(part, Relation)]
        self.tried: list[Evidence] = []

    def settle(self, deadline: Deadline) -> Verdict:
        """Refutation at small depth, then a proof for every depth, then a longer search for a refutation."""
        if any(has_limit(relation) for relation in self.relations):
            return self.settle_limits(deadline)
        settled = (
            self.by_identity()
            or self.at_small_depth(deadline.share(0.15, 2.0), 2)
            or self.by_declared_proof(deadline.share(0.6, 40.0))
            or self.by_abstraction(deadline.share(0.45, 20.0))
            or self.at_small_depth(deadline.share(0.2, 3.0), DEEPEST_TRIED)
            or self.guided(deadline.share(0.3, 6.0))
        )
        return settled or Verdict(Outcome.OPEN, self.how_far(deadline.share(0.5, 3.0)))

    # -- proofs --------------------------------------------------------------------------------------------------

    def by_identity(self) -> Verdict | None:
        """An identity that holds for a symbolic number of layers, or by recursion from layer to layer."""
        recursion = by_recursion(self.claim)
        if recursion is not None:
            return Verdict(Outcome.PROVED, (Evidence("induction over depth", "SymPy", recursion),))
        if len(self.relations) == len(self.claim.conclusion) == 1 and self.relations[0].op == "==":
            summed = sum_over_layers(self.relations[0])
            if summed is not None and reduces_to_zero(summed.lhs - summed.rhs):
                detail = f"for a symbolic number of layers the left-hand side is {summed.lhs}"
                checked = [self.identity_at(n) for n in range(1, DEEPEST_COMPARED + 1)]
                if all(checked):
                    also = Evidence("identity", "SymPy", f"term by term at depths 1, …, {DEEPEST_COMPARED}")
                    return Verdict(Outcome.PROVED, (Evidence("identity", "SymPy", detail), also))
        return None

    def identity_at(self, depth: int) -> bool:
        return all(
            reduces_to_zero(part.lhs - part.rhs)
            for instance in instances(self.claim, depth)
            for part in instance.conclusion
            if isinstance(part, Relation)
        )

    def by_abstraction(self, deadline: Deadline) -> Verdict | None:
        """Every case of the generalised statement proved."""
        evidence: list[Evidence] = []
        proofs: list[Any] = []
        cases = list(abstractions(self.claim))
        for name, hypotheses, conclusion in cases:
            variables = sorted({s for r in (*hypotheses, *conclusion) for s in r.free_symbols}, key=str)
            statement = RealStatement(hypotheses, conclusion, variables)  # pyright: ignore[reportArgumentType]
            try:
                if statement.falsifier().quick(20, deadline.share(0.1, 0.5)) is not None:
                    # False of arbitrary numbers: the outputs of a chain may still obey it.
                    return None
                attempt = statement.prove(deadline.share(0.6))
                defined = statement.undefined(deadline)
            except (UnsupportedError, ValueError, OutOfTimeError):
                return None
            if attempt.proofs is None or defined.proofs is None:
                self.tried.append(Evidence("generalisation", "rule", f"not proved in the case of {name}"))
                return None
            evidence.append(Evidence("generalisation", "rule", f"outputs replaced by any tanh: {name}"))
            evidence += evidence_of(attempt.proofs)
            proofs += attempt.proofs
        if not cases:
            return None
        return Verdict(Outcome.PROVED, (*gradient_lemmas(self.claim), *evidence), proof=proofs)

    def by_declared_proof(self, deadline: Deadline) -> Verdict | None:
        """The proof that the claim carries, with every premise discharged."""
        if not self.claim.proof:
            return None
        self.report("the declared proof")
        declared = prove_declared(self.claim, deadline)
        if not declared.complete:
            self.tried += declared.evidence[-1:]
            return None
        return Verdict(Outcome.PROVED, tuple(declared.evidence), proof=declared.proofs)

    # -- refutations ---------------------------------------------------------------------------------------------

    def instances(self, deepest: int) -> Iterator[Instance]:
        """The claim at each depth that is tried, every layer of each."""
        return instances(self.claim, deepest)

    def falsifiers(self, deepest: int) -> Iterator[tuple[Instance, Falsifier]]:
        for instance in self.instances(deepest):
            relations = [part for part in instance.conclusion if isinstance(part, Relation)]
            if relations:
                yield instance, Falsifier(instance.hypotheses, relations, instance.variables)

    def at_small_depth(self, deadline: Deadline, deepest: int) -> Verdict | None:
        """The first short point that refutes, at the least depth."""
        for instance, falsifier in self.falsifiers(deepest):
            if deadline.left <= 0:
                return None
            most = _POINTS_PER_LAYER if instance.depth <= 2 else 12
            found = falsifier.quick(most, deadline)
            if found is None and instance.depth <= 2:
                found = falsifier.downhill(most // 8, deadline.share(0.3, 0.5))
            if found is not None:
                return self.refuted(instance, Attempt(refutation=falsifier.simplified(found)))
        return None

    def guided(self, deadline: Deadline) -> Verdict | None:
        """Hypothesis and local descent, at depths up to DEEPEST_TRIED."""
        for instance, falsifier in self.falsifiers(DEEPEST_TRIED):
            if deadline.left <= 0:
                return None
            self.report(f"depth {instance.depth}")
            found = falsifier.guided(deadline.share(0.35), 200)
            if found is not None:
                return self.refuted(instance, Attempt(refutation=falsifier.simplified(found)))
        return None

    def refuted(self, instance: Instance, attempt: Attempt) -> Verdict:
        assert attempt.refutation is not None
        return refuted_at(attempt.refutation, self.indices(instance))

    def indices(self, instance: Instance) -> dict[str, Any]:
        index = self.claim.depth and self.claim.depth.index
        return {"l": instance.depth, **({str(index): instance.layer} if index is not None else {})}

    def named(self, instance: Instance) -> str:
        return ", ".join(f"{name} = {value}" for name, value in self.indices(instance).items())

    # -- limits, and what is left --------------------------------------------------------------------------------

    def settle_limits(self, deadline: Deadline) -> Verdict:
        """A limit at each small depth; the first wrong one refutes."""
        settled: list[str] = []
        began = deadline.share(1.0, _SECONDS_OF_LIMITS)
        for instance in instances(self.claim, DEEPEST_OF_LIMITS):
            if began.left <= 0:
                break
            relations = [part for part in instance.conclusion if isinstance(part, Relation)]
            names = self.indices(instance)
            verdict = settle_limits(relations, instance.hypotheses, instance.variables, deadline, names)
            if verdict.outcome is Outcome.REFUTED:
                return verdict
            if verdict.outcome is Outcome.OPEN:
                return self.by_declared_proof(deadline) or Verdict(Outcome.OPEN, (*self.tried, *verdict.evidence))
            settled.append(self.named(instance))
        proved = self.by_declared_proof(deadline)
        if proved is not None:
            return proved
        detail = f"holds for {'; '.join(settled)}; a proof for every depth is not known here"
        return Verdict(Outcome.OPEN, (*self.tried, Evidence("limit", "each depth by itself", detail)))

    def how_far(self, deadline: Deadline) -> tuple[Evidence, ...]:
        """The depths at which the claim is proved by itself."""
        proved: list[str] = []
        for instance in instances(self.claim, 3):
            relations = [part for part in instance.conclusion if isinstance(part, Relation)]
            statement = RealStatement(instance.hypotheses, relations, instance.variables)
            try:
                attempt = statement.prove(deadline.share(0.3))
            except (UnsupportedError, OutOfTimeError):
                break
            if attempt.proofs is None:
                break
            proved.append(self.named(instance))
        shown = f"proved for {'; '.join(proved)}" if proved else "not proved even at depth 1"
        searched = f"no counterexample up to depth {DEEPEST_TRIED}"
        return (
            *self.tried,
            Evidence("each depth by itself", "prover", shown),
            Evidence("search", "falsifier", searched),
        )
