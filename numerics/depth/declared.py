"""The proof that a claim carries: its steps turned into premises, the premises discharged, and what came of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import sympy as sp

from numerics.deadline import Deadline
from numerics.depth.adjacent import premises as adjacent_premises
from numerics.depth.induction import prove_for_every_depth
from numerics.depth.layer_limits import limits_agree, saturated, saturation_premises
from numerics.depth.layer_limits import premises as limit_premises
from numerics.depth.orbits import existence
from numerics.depth.reduction import DEEPEST_COMPARED, closed_form_holds, induction_step_holds
from numerics.proof.goal import Proof
from numerics.proof.premises import Discharged, NotOfThisFormError, discharge
from numerics.verdict import Evidence
from theory.claim import Claim
from theory.notation import D, G, Ga, Gn
from theory.proof import AdjacentLayers, Induction, LimitOverLayers, Orbit, Saturation
from theory.statement import relations

# The gradient of a chain enters a claim through one of these.
_GRADIENTS = (G, D, Ga, Gn)


@dataclass
class Declared:
    """What came of a declared proof: its evidence, whether a step concluded the claim, and whether a premise failed."""

    evidence: list[Evidence] = field(default_factory=list)
    proofs: list[Proof] = field(default_factory=list)
    concluded: bool = False
    failed: bool = False

    @property
    def complete(self) -> bool:
        """Whether the claim is shown. That a fixed point exists helps other steps, and shows no claim by itself."""
        return self.concluded and not self.failed


def prove_declared(claim: Claim, deadline: Deadline) -> Declared:
    """Carries out the proof that the claim declares; not complete where a premise was not discharged."""
    result = Declared()
    try:
        inductions = [step for step in claim.proof if isinstance(step, Induction)]
        if inductions:
            _record(result, "induction over layers", prove_for_every_depth(claim, inductions, deadline))
        for step in claim.proof:
            if isinstance(step, Orbit):
                done = discharge(existence(claim, step), deadline)
                _record(result, "existence of the fixed point", done, concludes=False)
            if isinstance(step, AdjacentLayers):
                _record(result, "induction over layers", discharge(adjacent_premises(claim, step), deadline))
            if isinstance(step, LimitOverLayers):
                _record(result, "passing to a limit", discharge(limit_premises(claim, step), deadline))
                result.evidence += [Evidence("passing to a limit", "rule", shown) for shown in limits_agree(claim)]
            if isinstance(step, Saturation):
                _record(result, "saturation", discharge(saturation_premises(claim, step), deadline))
                result.evidence += [Evidence("saturation", "rule", shown) for shown in saturated(claim, step)]
    except NotOfThisFormError as reason:
        result.evidence.append(Evidence("declared proof", "rule", f"does not fit the claim: {reason}"))
        result.failed = True
        return result
    result.evidence[:0] = gradient_lemmas(claim)
    return result


def _record(result: Declared, kind: str, done: Discharged, concludes: bool = True) -> None:
    for premise, proofs in done.proved:
        result.evidence.append(Evidence(kind, "prover", str(premise)))
        result.proofs += proofs
    result.failed = result.failed or done.failed is not None
    result.concluded = result.concluded or concludes
    if done.failed is not None:
        result.evidence.append(Evidence(kind, "prover", f"not discharged: {done.failed}"))


def gradient_lemmas(claim: Claim) -> list[Evidence]:
    """That the closed form is the gradient, where the claim speaks of one; raises if it is not."""
    used: set[Any] = set()
    for part in claim.conclusion:
        for r in relations(part):
            used |= {atom.base for side in (r.lhs, r.rhs) for atom in side.atoms(sp.Indexed)}
    if not used & set(_GRADIENTS):
        return []
    if not induction_step_holds():
        raise AssertionError("the closed form of the gradient does not follow from l layers to l + 1")
    layers = [(n, m) for n in range(1, DEEPEST_COMPARED + 1) for m in range(1, n + 1)]
    if not all(closed_form_holds(n, m) for n, m in layers):
        raise AssertionError("the closed form of the gradient is not what differentiation gives")
    detail = f"∂g/∂θ_k in closed form, from l layers to l + 1; and by differentiation for l ≤ {DEEPEST_COMPARED}"
    return [Evidence("induction over depth", "SymPy", detail)]
