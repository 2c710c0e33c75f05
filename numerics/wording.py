"""How findings are put into a verdict: evidence, witness, margin."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from typing import Any

import sympy as sp

from numerics.falsifying.falsifier import Refutation
from numerics.proof.goal import Proof
from numerics.proof.prover import Findings
from numerics.verdict import Evidence, Outcome, Verdict

_KINDS = {
    "identity": ("identity", "SymPy"),
    "constant": ("enclosure", "Arb"),
    "sign": ("sign", "structure and Arb"),
    "subdivision": ("enclosure", "Arb subdivision"),
    "value function": ("dynamic programming over layers", "Arb"),
    "touching": ("series at a point", "Arb"),
    "cover": ("cover", "prover"),
    "split": ("splitting a range", "rule"),
    "positive factor": ("reduction", "rule"),
    "change of variable": ("reduction", "rule"),
    "substitution": ("reduction", "rule"),
    "symmetry": ("reduction", "rule"),
    "scaling": ("reduction", "rule"),
    "monotone": ("monotone reduction", "rule"),
    "discriminant": ("reduction", "rule"),
    "least point": ("reduction", "rule"),
    "combination": ("linear combination", "SymPy simplex"),
    "generalisation": ("generalisation", "rule"),
    "multiplier": ("multiplier", "rule"),
    "exponential": ("reduction", "rule"),
    "empty": ("empty case", "sign"),
    "hypothesis": ("hypothesis", "rule"),
    "contrapositive": ("contrapositive", "rule"),
    "larger domain": ("reduction", "rule"),
    "ordering": ("splitting a range", "rule"),
}


def evidence_of(proofs: Sequence[Proof]) -> Iterator[Evidence]:
    """Every step of the proofs, each said once, premises first."""
    seen: set[tuple[str, str]] = set()
    for proof in proofs:
        for step in proof.steps():
            if step in seen:
                continue
            seen.add(step)
            kind, by = _KINDS.get(step[0], (step[0], "rule"))
            yield Evidence(kind, by, step[1])


def witness_of(point: Mapping[sp.Symbol, Fraction]) -> dict[str, Any]:
    """The point by names: exact numbers as strings; θ_1, θ_2, … as one list."""
    plain = {str(v): str(value) for v, value in point.items() if not str(v).startswith("theta_")}
    thetas = sorted((int(str(v)[6:]), str(value)) for v, value in point.items() if str(v).startswith("theta_"))
    return {**plain, **({"theta": [value for _, value in thetas]} if thetas else {})}


def refuted_at(found: Refutation, names: Mapping[str, Any]) -> Verdict:
    """The verdict on what fails at a point; `names` adds what is not a variable (l, k)."""
    detail = f"the hypotheses hold at this point and {found.relation} fails: {found.detail}"
    witness = {**names, **witness_of(found.point)}
    return Verdict(Outcome.REFUTED, (Evidence("witness", "Arb enclosure", detail),), witness=witness)


def margin_of(findings: Findings) -> tuple[str | None, dict[str, str] | None]:
    """(margin, box): the certain lower bound of the slack over what is left, and the hull of that."""
    margin = None
    if findings.margin is not None:
        margin = findings.margin.str(8, radius=False) if findings.margin.is_finite() else "-inf"
    if not findings.left:
        return margin, None
    hulls = dict(findings.left[0])
    for region in findings.left[1:]:
        for v, piece in region.items():
            hulls[v] = hulls[v].hull(piece) if v in hulls else piece
    return margin, {str(v): str(piece) for v, piece in hulls.items()}
