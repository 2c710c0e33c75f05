"""The exact set of its parameter on which a claim about every depth holds, by a declared threshold.

**Threshold.** A statement about real numbers, the core, decides: where it holds, the claim is proved for every depth by
induction over the layers; where it fails, the claim fails in a chain given in terms of the parameter, and of the value
of `anything` for which the core fails. Sound: the two together say that the claim holds exactly where the core does,
whose set `numerics.ranges.parameter_range` finds.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import sympy as sp

from numerics.deadline import Deadline
from numerics.depth.induction import premises
from numerics.depth.sinking import sinks
from numerics.proof.premises import Discharged, NotOfThisFormError, Premise, covers, discharge
from numerics.ranges.line import union
from numerics.ranges.parameter_range import admitted, as_range, holds_on
from numerics.verdict import Evidence, Range
from theory.claim import Claim
from theory.instance import instantiate
from theory.proof import Threshold, Witness, anything
from theory.statement import Relation


@dataclass
class Found:
    """The range, or None where a premise was not discharged; and the evidence for both directions."""

    range: Range | None = None
    evidence: list[Evidence] = field(default_factory=list)


def range_of(claim: Claim, digits: int, deadline: Deadline) -> Found:
    """The exact set of the claim's parameter, with each end bracketed to the given number of digits."""
    found = Found()
    if claim.threshold is None or claim.parameter is None:
        return found
    try:
        enough = discharge(sufficient(claim, claim.threshold), deadline)
        needed = discharge(necessary(claim, claim.threshold), deadline) if enough.failed is None else Discharged()
        same = discharge(solved(claim, claim.threshold), deadline) if needed.failed is None else Discharged()
    except NotOfThisFormError as reason:
        found.evidence.append(Evidence("range", "rule", f"the threshold does not fit the claim: {reason}"))
        return found
    said = (("the core is enough", enough), ("the core is needed", needed), ("the core, solved", same))
    for kind, done in said:
        found.evidence += [Evidence("range", "prover", f"{kind}: {premise}") for premise, _ in done.proved]
        if done.failed is not None:
            found.evidence.append(Evidence("range", "prover", f"{kind}: not discharged: {done.failed}"))
            return found
    found.range = _line_of(claim, claim.threshold, digits, deadline)
    return found


def _on_parameter(claim: Claim) -> tuple[Relation, ...]:
    return tuple(h for h in claim.hypotheses if isinstance(h, Relation) and h.free_symbols == {claim.parameter})


def sufficient(claim: Claim, threshold: Threshold) -> Iterator[Premise]:
    """What shows the claim where the core holds: every case of the proof, and that the cases leave no gap."""
    about_parameter = threshold.core.free_symbols <= {claim.parameter}
    for case in threshold.proof:
        granted = case.lemma == threshold.core
        if threshold.within is not None and threshold.within not in case.where and (granted or about_parameter):
            raise NotOfThisFormError(f"the core is not known to hold outside of {threshold.within}")
        yield from premises(claim, case, granted)
    # A core that speaks of the parameter alone may be used to tell the cases apart.
    core = threshold.core if about_parameter else None
    wheres = [tuple(r for r in case.where if r != core) for case in threshold.proof]
    yield from covers(_on_parameter(claim), wheres, core)


def necessary(claim: Claim, threshold: Threshold) -> Iterator[Premise]:
    """What shows that the claim fails where the core fails: in one of the declared chains, which leave no gap."""
    within = (threshold.within,) if threshold.within is not None else ()
    own, failing = (*_on_parameter(claim), *within), (threshold.core.negation,)
    for broken in threshold.broken:
        known = (*own, *broken.where)
        if isinstance(broken, Witness):
            yield from _in_a_chain(claim, broken, (*known, *failing))
        else:
            yield from sinks(claim, broken, known, failing)
    # Where no chain is to be had, the core has to hold.
    yield from covers(own, [broken.where for broken in threshold.broken], threshold.core.negation)


def solved(claim: Claim, threshold: Threshold) -> Iterator[Premise]:
    """What shows that the core holds for every v where its solved form holds for every v > 0, and not otherwise."""
    if threshold.solved is None:
        return
    v: Any = anything
    own, positive = _on_parameter(claim), Relation(v, ">", sp.S.Zero)
    yield Premise("at zero", own, (threshold.core.subs({v: sp.S.Zero}),))
    for side in (threshold.core.lhs, threshold.core.rhs):
        yield Premise("even", own, (Relation(side.subs(v, -v), "==", side),))
    yield Premise("the solved form is enough", (*own, positive, threshold.solved), (threshold.core,))
    yield Premise("the solved form is needed", (*own, positive, threshold.core), (threshold.solved,))


def _in_a_chain(claim: Claim, broken: Witness, given: tuple[Relation, ...]) -> Iterator[Premise]:
    instance = instantiate(claim, broken.depth, broken.layer)
    missing = set(instance.variables) - set(broken.values) - {claim.parameter}
    if missing:
        raise NotOfThisFormError(f"the chain leaves {', '.join(map(str, missing))} open")
    for h in instance.hypotheses:
        yield Premise("the chain is admitted", given, (h.subs(broken.values),))
    part: Any = instance.conclusion[broken.part]
    conclusion: Relation = part.subs(broken.values).map(sp.expand)
    if broken.pole:
        zero = sp.Mul(*_divisors(conclusion))
        at = tuple(Relation(zero, op, sp.S.Zero) for op in ("<=", ">="))
        yield Premise("the claim divides by zero there", given, at)
    else:
        yield Premise("the claim fails there", given, (conclusion.negation,))


def _divisors(relation: Relation) -> list[Any]:
    """What the two sides divide by. Not empty, as an empty product is one, which is never zero."""
    powers = [p for side in (relation.lhs, relation.rhs) for p in side.atoms(sp.Pow)]
    return [p.base for p in powers if p.exp.is_negative]  # pyright: ignore[reportAttributeAccessIssue]


def _line_of(claim: Claim, threshold: Threshold, digits: int, deadline: Deadline) -> Range | None:
    t: Any = claim.parameter
    own = _on_parameter(claim)
    core, over = threshold.core, ()
    if threshold.solved is not None:
        core, over = threshold.solved, (Relation(anything, ">", sp.S.Zero),)
    everywhere = admitted(own, t, digits, deadline)
    if threshold.within is None:
        line = holds_on((*own, *over), (core,), t, everywhere, digits, deadline)
    else:
        inside = (*own, threshold.within)
        asked = holds_on((*inside, *over), (core,), t, admitted(inside, t, digits, deadline), digits, deadline)
        line = union((*asked, *admitted((*own, threshold.within.negation), t, digits, deadline)))
    return as_range(str(t), line, everywhere, digits)
