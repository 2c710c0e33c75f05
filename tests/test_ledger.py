"""Every claim of the ledger is settled, or says what was tried; what is refuted is confirmed by another arithmetic."""

from __future__ import annotations

import json
from fractions import Fraction
from typing import Any

import mpmath as mp
import pytest
import sympy as sp

from gradproof.record import record
from numerics.verdict import Outcome, Verdict
from theory.claim import Claim
from theory.instance import Instance, instances, instantiate
from theory.ledger import CLAIMS
from theory.statement import Form, Relation

DIGITS = 60
TINY = mp.mpf(10) ** -50
BEYOND_A_POINT = (sp.Limit, sp.Function("F"), sp.Integral)
"""What no number at one point decides; the limit engine has its own tests."""


@pytest.mark.parametrize("id", CLAIMS)
def test_the_claim_is_settled(settle_claim, id):
    claim, verdict = CLAIMS[id], settle_claim(id, digits=None)
    assert all(piece.kind and piece.by and piece.detail for piece in verdict.evidence)
    assert verdict.evidence
    assert "crash" not in {piece.kind for piece in verdict.evidence}
    if verdict.outcome is Outcome.REFUTED:
        # A false statement about a limit may have no variables, and then no point to fail at.
        assert verdict.witness is not None or not claim.free_symbols
        _confirm(claim, verdict)
        assert not id.startswith(("corrected/", "new/"))
        assert f"corrected/{id}" in CLAIMS
    assert verdict.outcome is not Outcome.OPEN, verdict.evidence
    assert verdict.witness is None or verdict.outcome is Outcome.REFUTED
    _goes_through_json(claim, verdict)


@pytest.mark.slow
@pytest.mark.parametrize("id", [id for id, claim in CLAIMS.items() if claim.threshold and claim.threshold.at_depth])
def test_the_range_of_the_parameter_is_found(settle_claim, id):
    verdict = settle_claim(id, timeout=120)
    assert verdict.outcome is not Outcome.OPEN, verdict.evidence
    assert verdict.range is not None, verdict.evidence
    assert (verdict.range.set == "all") == (verdict.outcome is Outcome.PROVED)
    for lo, hi in verdict.range.brackets:
        assert 0 <= Fraction(hi) - Fraction(lo) <= Fraction(1, 10**15)


def _goes_through_json(claim: Claim, verdict: Verdict) -> None:
    written = record(claim, verdict)
    assert json.loads(json.dumps(written, allow_nan=False)) == written
    assert written["verdict"] in ("proved", "refuted", "open")
    for name, value in (verdict.witness or {}).items():
        assert isinstance(value, int if name in ("l", "k", "i") else str | list), f"{name} = {value!r} is not exact"


def _confirm(claim: Claim, verdict: Verdict) -> None:
    """At the witness every hypothesis holds and a part of the conclusion fails, in mpmath at 60 digits."""
    if all(isinstance(part, Form) for part in claim.conclusion):
        # Its witness may be a function or a sequence; the engine of the form has its own tests.
        return
    instance, point = _at(claim, dict(verdict.witness or {}))
    parts = [part for part in instance.conclusion if isinstance(part, Relation) and not _beyond_a_point(part)]
    if not parts:
        return
    with mp.workdps(DIGITS):
        for hypothesis in instance.hypotheses:
            assert _slack(hypothesis, point) >= -TINY, f"{hypothesis} does not hold at {verdict.witness}"
        assert any(_fails(part, point) for part in parts), f"{claim.text} does not fail at {verdict.witness}"


def _beyond_a_point(relation: Relation) -> bool:
    return relation.lhs.has(*BEYOND_A_POINT) or relation.rhs.has(*BEYOND_A_POINT)


def _at(claim: Claim, witness: dict[str, Any]) -> tuple[Instance, dict[str, Fraction]]:
    """The claim at the witness's depth and layer, and the values of its variables by name."""
    depth, thetas = witness.pop("l", None), witness.pop("theta", [])
    index = claim.depth.index if claim.depth else None
    layer = witness.pop(str(index), None)
    instance = instantiate(claim, depth, layer) if depth else next(instances(claim, 1))
    values = witness | {f"theta_{number}": value for number, value in enumerate(thetas, 1)}
    return instance, {name: Fraction(value) for name, value in values.items()}


def _slack(relation: Relation, point: dict[str, Fraction]) -> Any:
    expression = relation.slack.doit()
    names = sorted(expression.free_symbols, key=str)
    evaluate = sp.lambdify(names, expression, "mpmath")
    return evaluate(*[mp.mpf(point[str(name)].numerator) / point[str(name)].denominator for name in names])


def _fails(relation: Relation, point: dict[str, Fraction]) -> bool:
    slack = _slack(relation, point)
    return slack <= TINY if relation.strict else slack < -TINY


def test_every_id_begins_with_the_key_of_its_source():
    for claim in CLAIMS.values():
        assert claim.source is not None
        assert claim.id.startswith(f"{claim.source.key}/")
        assert claim.place
