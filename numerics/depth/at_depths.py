"""A claim about chains of every depth, settled for the chains of some depths only, with its range at each.

What is proved for every depth holds at these; a refutation needs a chain of one of them. Where neither is found, each
depth and layer is a statement of its own about real variables.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from numerics.deadline import Deadline, OutOfTimeError
from numerics.depth.chain_claim import ChainClaim
from numerics.depth.depth_limits import is_about_growing_depth
from numerics.depth.fixed_depth import FixedDepths
from numerics.enclosure.program import UnsupportedError
from numerics.proof.limits import has_limit
from numerics.proof.real_statement import RealStatement
from numerics.special import settle_limits
from numerics.verdict import Evidence, Outcome, Range, Verdict
from theory.claim import Claim
from theory.instance import Instance, instances_at
from theory.statement import Relation, Supremum


def left_out(claim: Claim, depths: Sequence[int]) -> str | None:
    """Why a claim says nothing of chains of these depths, as the rest of a sentence; None where it does."""
    if claim.depth is None:
        return "speaks of no chain"
    if is_about_growing_depth(claim) or any(isinstance(part, Supremum) for part in claim.conclusion):
        return "speaks of all depths together"
    if claim.depth.index is not None and max(depths) < claim.depth.first:
        return f"speaks of the layers from {claim.depth.first} on, which no chain of depth {max(depths)} has"
    return None


def settle_at(
    claim: Claim,
    depths: Sequence[int],
    seconds: float = 60.0,
    report: Callable[[str], None] | None = None,
    digits: int = 15,
) -> Verdict:
    """The verdict on a claim for the chains of these depths, and the range of its parameter at each.

    `range` is then the set on which it holds at all of them. Raises StatementError as `settle`, and ValueError for a
    claim that is left out.
    """
    reason = left_out(claim, depths)
    if reason is not None:
        raise ValueError(f"{claim.id} {reason}")
    began, deadline = time.monotonic(), Deadline.after(seconds)
    shown = Evidence("fixed depth", "rule", f"for chains of l = {', '.join(map(str, depths))} layers alone")
    # Where a range is declared for each depth, it takes longer to find than one chain that refutes.
    share = 0.8 if claim.threshold is None or claim.threshold.at_depth is None else 0.3
    try:
        verdict = ClaimAtDepths(claim, depths, report).settle(deadline.share(share))
    except OutOfTimeError:
        verdict = Verdict(Outcome.OPEN, (Evidence("time", "clock", "ran out of its time"),))
    except UnsupportedError as unsupported:
        verdict = Verdict(Outcome.OPEN, (Evidence("search", "prover", f"no engine takes this: {unsupported}"),))
    verdict = replace(verdict, evidence=(shown, *verdict.evidence), ranges_by_depth={})
    verdict = _with_ranges(claim, depths, verdict, digits, deadline)
    return replace(verdict, seconds=time.monotonic() - began)


def _with_ranges(claim: Claim, depths: Sequence[int], verdict: Verdict, digits: int, deadline: Deadline) -> Verdict:
    if claim.parameter is None or claim.depth is None:
        return verdict
    everything = Range(str(claim.parameter), "all")
    if verdict.outcome is Outcome.PROVED:
        return replace(verdict, range=everything, ranges_by_depth=dict.fromkeys(depths, everything))
    search = FixedDepths(claim, digits, deadline)
    ranges: dict[int, Range | None] = {}
    evidence = dict.fromkeys(verdict.evidence)
    for depth in depths:
        if depth < max(claim.depth.least, claim.depth.first if claim.depth.index is not None else 1):
            ranges[depth] = everything
            continue
        found = search.at(depth)
        ranges[depth] = found.range
        evidence |= dict.fromkeys(found.evidence)
        if verdict.outcome is Outcome.OPEN and found.witness is not None:
            verdict = replace(verdict, outcome=Outcome.REFUTED, witness=found.witness, margin=None, box=None)
    common = search.common(ranges)
    return replace(verdict, range=common, ranges_by_depth=ranges, evidence=tuple(evidence))


class ClaimAtDepths(ChainClaim):
    """The ways to settle a claim about chains, for some depths only."""

    def __init__(self, claim: Claim, depths: Sequence[int], report: Callable[[str], None] | None = None):
        super().__init__(claim, report)
        self.depths = tuple(depths)

    def instances(self, deepest: int) -> Iterator[Instance]:
        for depth in self.depths:
            yield from instances_at(self.claim, depth)

    def settle(self, deadline: Deadline) -> Verdict:
        """A refutation at one of the depths, a proof for every depth, or one for each of these."""
        if any(has_limit(relation) for relation in self.relations):
            return self.limits(deadline)
        deepest = self.depths[-1]
        settled = (
            self.by_identity()
            or self.at_small_depth(deadline.share(0.15, 2.0), deepest)
            or self.by_declared_proof(deadline.share(0.6, 40.0))
            or self.by_abstraction(deadline.share(0.45, 20.0))
            or self.one_by_one(deadline.share(0.5))
            or self.guided(deadline.share(0.5, 6.0))
        )
        searched = Evidence("search", "falsifier", "no counterexample at these depths")
        return settled or Verdict(Outcome.OPEN, (*self.tried, searched))

    def one_by_one(self, deadline: Deadline) -> Verdict | None:
        """Every layer of every depth proved by itself."""
        evidence: list[Evidence] = []
        for instance in self.instances(self.depths[-1]):
            relations = [part for part in instance.conclusion if isinstance(part, Relation)]
            statement = RealStatement(instance.hypotheses, relations, instance.variables)
            try:
                attempt = statement.prove(deadline.share(0.3))
                if len(relations) < len(instance.conclusion) or attempt.proofs is None:
                    return None
                if statement.undefined(deadline.share(0.3)).proofs is None:
                    return None
            except (UnsupportedError, OutOfTimeError):
                return None
            evidence.append(Evidence("each depth by itself", "prover", f"proved for {self.named(instance)}"))
        return Verdict(Outcome.PROVED, tuple(evidence)) if evidence else None

    def limits(self, deadline: Deadline) -> Verdict:
        """The limits at every layer of every depth; the first wrong one refutes."""
        evidence: list[Evidence] = []
        for instance in self.instances(self.depths[-1]):
            relations = [part for part in instance.conclusion if isinstance(part, Relation)]
            names = self.indices(instance)
            verdict = settle_limits(relations, instance.hypotheses, instance.variables, deadline, names)
            if verdict.outcome is Outcome.REFUTED:
                return verdict
            if verdict.outcome is Outcome.OPEN:
                return self.by_declared_proof(deadline) or verdict
            evidence.append(Evidence("limit", "each depth by itself", f"holds for {self.named(instance)}"))
        return Verdict(Outcome.PROVED, tuple(evidence))
