"""From a claim to a verdict. The form of the claim chooses the engines; no engine knows a claim by name."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import sympy as sp

from numerics.deadline import Deadline, OutOfTimeError
from numerics.depth.chain_claim import ChainClaim
from numerics.depth.depth_limits import is_about_growing_depth, settle_growing_depth
from numerics.depth.suprema import settle_supremum
from numerics.depth.thresholds import Found, range_of
from numerics.enclosure.program import UnsupportedError
from numerics.forms import conjunction, settle_form
from numerics.proof.limits import has_limit
from numerics.proof.real_statement import Attempt, RealStatement
from numerics.ranges.line import UndecidedLineError
from numerics.special import settle_limits
from numerics.verdict import Evidence, Interim, Outcome, Range, Verdict
from numerics.wording import evidence_of, margin_of, refuted_at
from theory.claim import Claim
from theory.instance import instances, part_symbols
from theory.statement import Form, Relation, Supremum

Report = Callable[[str | Interim], None]


def settle(claim: Claim, seconds: float = 60.0, report: Report | None = None, digits: int | None = 15) -> Verdict:
    """The verdict on a claim, within about `seconds`; and the range of its parameter, its ends to `digits` digits.

    With `digits` None a refuted claim comes without its range, which may take longer to find than the verdict.

    Raises StatementError for a claim that says nothing that can be settled: hypotheses that exclude each other
    (VacuousError), or a conclusion that is not defined throughout (UndefinedError).
    """
    began = time.monotonic()
    deadline = Deadline.after(seconds)
    try:
        verdict = _settle_form(claim, deadline, report)
        verdict = _with_range(claim, verdict, deadline, digits, report)
    except OutOfTimeError:
        verdict = Verdict(Outcome.OPEN, (Evidence("time", "clock", f"ran out of its {seconds:g} s"),))
    except UnsupportedError as reason:
        verdict = Verdict(Outcome.OPEN, (Evidence("search", "prover", f"no engine takes this: {reason}"),))
    return replace(verdict, seconds=time.monotonic() - began)


def _settle_form(claim: Claim, deadline: Deadline, report: Report | None) -> Verdict:
    for part in claim.conclusion:
        if isinstance(part, Supremum):
            return settle_supremum(claim, part, deadline)
    if is_about_growing_depth(claim):
        return settle_growing_depth(claim, deadline)
    return ChainClaim(claim, report).settle(deadline) if claim.depth else _settle_plain(claim, deadline)


def _with_range(
    claim: Claim, verdict: Verdict, deadline: Deadline, digits: int | None, report: Report | None
) -> Verdict:
    """The verdict, with the exact set of the parameter on which the claim holds, where that is found."""
    if claim.parameter is None:
        return verdict
    if verdict.outcome is Outcome.PROVED:
        return replace(verdict, range=Range(str(claim.parameter), "all"))
    if digits is None:
        return verdict
    if report is not None and claim.threshold is not None:
        report(Interim(replace(verdict, proof=None)))
    try:
        found = range_of(claim, digits, deadline)
    except OutOfTimeError:
        # The verdict stands; only its range was not found in time.
        found = Found(evidence=[Evidence("range", "clock", "ran out of time before the range was found")])
    except (UnsupportedError, UndecidedLineError) as reason:
        found = Found(evidence=[Evidence("range", "prover", f"not found: {reason}")])
    return replace(verdict, range=found.range, evidence=(*verdict.evidence, *found.evidence))


def _settle_plain(claim: Claim, deadline: Deadline) -> Verdict:
    (instance,) = instances(claim, 0)
    variables = claim.variables or instance.variables
    forms = [part for part in claim.conclusion if isinstance(part, Form)]
    if forms:
        verdicts = [settle_form(part, instance.hypotheses, deadline) for part in forms]
        others = tuple(part for part in claim.conclusion if not isinstance(part, Form))
        if others:
            verdicts.append(_settle_plain(replace(claim, conclusion=others), deadline))
        return conjunction(verdicts)
    relations = tuple(_evaluated(part) for part in claim.conclusion if isinstance(part, Relation))
    if any(has_limit(relation) for relation in relations):
        return settle_limits(relations, instance.hypotheses, variables, deadline)
    free = sorted(set(variables) | {s for part in instance.conclusion for s in part_symbols(part)}, key=str)
    statement = RealStatement(
        instance.hypotheses, relations, [v for v in free if isinstance(v, sp.Symbol)], claim.conditions
    )
    return settle_statement(statement, deadline)


def _evaluated(relation: Relation) -> Relation:
    """Derivatives carried out; limits are left to the limit engine."""
    if relation.lhs.atoms(sp.Derivative, sp.Subs) or relation.rhs.atoms(sp.Derivative, sp.Subs):
        return relation.map(lambda side: side.doit() if not side.atoms(sp.Limit) else side)
    return relation


def settle_statement(statement: RealStatement, deadline: Deadline) -> Verdict:
    """The verdict on a statement about real variables."""
    satisfiable = statement.refuse_vacuous(deadline.share(0.3))
    quick = statement.falsifier().quick(40, deadline.share(0.1, 1.0))
    if quick is not None:
        return refuted(Attempt(refutation=statement.falsifier().simplified(quick)))
    defined = statement.undefined(deadline.share(0.4))
    attempt = statement.settle(deadline)
    if attempt.refutation is not None:
        return refuted(attempt)
    if attempt.proofs is not None and defined.proofs is not None:
        if satisfiable or any(h.op == "==" for h in statement.stated):
            return Verdict(Outcome.PROVED, tuple(evidence_of(attempt.proofs)), proof=attempt.proofs)
        attempt.findings.tried.append("a proof was found, but no point that satisfies the hypotheses")
    attempt.findings.tried += defined.findings.tried
    return opened(attempt)


def refuted(attempt: Attempt, names: dict[str, Any] | None = None) -> Verdict:
    """The verdict on a refuted statement; `names` adds what is not a variable (l, k)."""
    assert attempt.refutation is not None
    return refuted_at(attempt.refutation, names or {})


def opened(attempt: Attempt, *more: Evidence) -> Verdict:
    """The verdict on a statement that was neither proved nor refuted: how far it got."""
    margin, box = margin_of(attempt.findings)
    tried = [Evidence("search", "prover", text) for text in attempt.findings.tried[:12]]
    shown = tried or [
        Evidence("search", "prover", "subdivision, expansions at the ends, and all rules, without an end")
    ]
    return Verdict(Outcome.OPEN, (*more, *shown), margin=margin, box=box)
