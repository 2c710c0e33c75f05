"""The best bound of a quantity over all chains: from above by induction over depth, from below by one layer."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import sympy as sp

from numerics.deadline import Deadline
from numerics.depth.declared import gradient_lemmas
from numerics.depth.induction import premises as induction_premises
from numerics.extrema.extremum import extremum
from numerics.proof.premises import NotOfThisFormError, Premise, discharge
from numerics.verdict import Evidence, Outcome, Verdict
from theory.claim import Claim
from theory.instance import instantiate
from theory.proof import Induction, anything
from theory.statement import Relation, Supremum

DIGITS = 16


def settle_supremum(claim: Claim, part: Supremum, deadline: Deadline) -> Verdict:
    """The claim proved, with an enclosure of the supremum; open where a premise was not discharged."""
    try:
        done = discharge(premises(claim, part), deadline.share(0.7))
    except NotOfThisFormError as reason:
        return Verdict(Outcome.OPEN, (Evidence("best bound", "rule", f"does not fit the claim: {reason}"),))
    evidence = [Evidence("best bound", "prover", str(premise)) for premise, _ in done.proved]
    if done.failed is not None:
        return Verdict(Outcome.OPEN, (*evidence, Evidence("best bound", "prover", f"not discharged: {done.failed}")))
    top = extremum(part.function, (), (part.variable,), digits=DIGITS, deadline=deadline)
    evidence += top.evidence
    if not top.certain or top.attained is not True:
        return Verdict(Outcome.OPEN, (*evidence, Evidence("best bound", "extremum", "the maximum was not found")))
    stated = replace(claim, conclusion=(Relation(part.quantity, "<=", Supremum.bound),))
    proofs = [proof for _, found in done.proved for proof in found]
    return Verdict(Outcome.PROVED, (*gradient_lemmas(stated), *evidence), value=top.value, proof=proofs)


def premises(claim: Claim, part: Supremum) -> Iterator[Premise]:
    """The premises of a best bound.

    **Best bound.** (a) Let C be any number that bounds the function: then C bounds the quantity, for every depth, by an
    induction whose lemma follows from f(v) ≤ C and f(−v) ≤ C. (b) In the chain of one layer, with the declared values,
    the quantity is at least f(u), for every u.
    Soundness: by (a) with C = max f the supremum is at most max f; by (b) it is at least f(u) for every u.
    """
    if len(claim.conclusion) != 1 or claim.hypotheses:
        raise NotOfThisFormError("the best bound is not all that is claimed, of all chains")
    steps = [step for step in claim.proof if isinstance(step, Induction)]
    if len(steps) != 1 or len(claim.proof) != 1 or steps[0].lemma is None or steps[0].where:
        raise NotOfThisFormError("the bound is not declared by one induction with a lemma, for all parameters")
    (step,) = steps
    of = sp.Lambda(part.variable, part.function)
    bounded: Any = tuple(Relation(of(v), "<=", Supremum.bound) for v in (anything, -anything))
    yield Premise("lemma, from a bound C of the function", bounded, (step.lemma,))  # pyright: ignore
    stated = replace(claim, conclusion=(Relation(part.quantity, "<=", Supremum.bound),))
    yield from induction_premises(stated, step, granted=True)
    one = instantiate(stated, 1, 1).conclusion[0]
    assert isinstance(one, Relation)
    attained: Any = one.lhs.subs(dict(part.attained), simultaneous=True)
    if attained.free_symbols - {part.variable}:
        raise NotOfThisFormError(f"{attained} is not a function of {part.variable}")
    yield Premise("attained by one layer", (), (Relation(attained, ">=", part.function),))
