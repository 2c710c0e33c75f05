"""What suffices for statements of other forms: verified to the last step, and rejected when it is changed by a hair."""

from __future__ import annotations

import json
from dataclasses import replace
from functools import lru_cache
from typing import Any

import pytest
import sympy as sp

from gradproof.certificates.certificate import certificate, speaks_of
from gradproof.certificates.checker import verify
from gradproof.certificates.checker_arithmetic import Rejected
from gradproof.certificates.outline import outlines
from numerics.settling import settle
from theory.ledger import CLAIMS
from theory.period_two import two_intervals

QUICK = ["chapter-17/elu/smooth", "chapter-17/relu/dead-unit", "chapter-17/attenuation/tanh"]
REFUTED = ["fixed-points/tanh/eventually-large-gains", "fixed-points/tanh/order", "odd-sigmoid/three-fixed-points",
           "chapter-17/elu/smooth", "chapter-17/elu/continuously-differentiable"]  # fmt: skip
PROVED = ["corrected/chapter-17/elu/smooth", "chapter-17/initialization/he-second-moment", "chapter-17/relu/dead-unit",
          "chapter-17/exercise/17-1", "chapter-17/attenuation/tanh", "odd-sigmoid/star/tanh"]  # fmt: skip
IDS = [id if id in QUICK else pytest.param(id, marks=pytest.mark.slow) for id in [*REFUTED, *PROVED]]


@lru_cache
def written(id: str) -> dict[str, Any]:
    document = certificate(CLAIMS[id], settle(CLAIMS[id], 30))
    assert document is not None
    return json.loads(json.dumps(document))


@pytest.mark.parametrize("id", IDS)
def test_nothing_is_left_to_be_tested(id):
    document = written(id)
    assert document["verdict"] == ("refuted" if id in REFUTED else "proved")
    assert verify(json.dumps(document))[1] == []
    assert speaks_of(document, CLAIMS[id])
    assert all(case["why"] for case in document["cases"])


@pytest.mark.parametrize("id", IDS)
def test_no_case_can_be_left_out_or_made_easier(id):
    document = written(id)
    for place in range(len(document["cases"])):
        fewer = {**document, "cases": document["cases"][:place] + document["cases"][place + 1 :]}
        assert not speaks_of(fewer, CLAIMS[id])
        easier = json.loads(json.dumps(document))
        easier["cases"][place]["conclusions"][0] = "7 > 5"
        assert not speaks_of(easier, CLAIMS[id])
        silent = json.loads(json.dumps(document))
        silent["cases"][place]["why"] = "it is so"
        assert not speaks_of(silent, CLAIMS[id])


def refuses(id: str, **witness: str) -> bool:
    """Whether no certificate can be made of another witness: its cases do not exist, or cannot be verified."""
    document = written(id)
    try:
        changed = outlines(CLAIMS[id], True, {**document["witness"], **witness}, None)
    except ValueError:
        return True
    cases = [{**outline.record(), "proofs": []} for outline in changed]
    kept = [case.get("proofs", []) for case in document["cases"]]
    for case, proofs in zip(cases, kept, strict=False):
        case["proofs"] = proofs
    try:
        return bool(verify(json.dumps({**document, "cases": cases}))[1])
    except Rejected:
        return True


@pytest.mark.slow
@pytest.mark.parametrize("gain", ["1/2", "7/5", "-5/6", "0"])
def test_a_gain_without_five_fixed_points_refutes_nothing(gain):
    assert refuses("odd-sigmoid/three-fixed-points", a=gain)


@pytest.mark.slow
@pytest.mark.parametrize("f", ["tanh(y)", "tanh(y) + y", "abs(y)", "y**3", "tanh(-2 + 2*y)/2 + tanh(2 + 2*y)/2"])
def test_a_function_without_a_trait_refutes_nothing(f):
    assert refuses("odd-sigmoid/three-fixed-points", f=f)


@pytest.mark.slow
@pytest.mark.parametrize("gains", ["5/2 + (-1)**n/1000000", "1/2 + (-1)**n/4", "5/2", "n", "2 + x", "", "(-1)**n"])
def test_gains_that_are_not_admitted_or_not_written_as_asked_refute_nothing(gains):
    assert refuses("fixed-points/tanh/eventually-large-gains", a_n=gains)


def test_the_two_intervals_are_apart_and_sent_into_each_other():
    a, x = sp.symbols("a x", real=True)
    found = two_intervals(sp.tanh(a * x), x, a, "5/2 + (-1)**n/2", "1")
    assert found is not None
    assert found.gains == (2, 3)
    assert len(found.conditions) == 4
    assert two_intervals(sp.tanh(a * x), x, a, "5/2 + (-1)**n/2", "1/100") is None
    assert two_intervals(sp.tanh(a * x), x, a, "5/2 + (-1)**n/2", "-1") is None


@pytest.mark.parametrize("order", ["0", "1", "x", "-1", "1/2"])
def test_a_derivative_that_does_agree_refutes_nothing(order):
    assert refuses("chapter-17/elu/smooth", order=order)


def test_a_document_that_refutes_by_cases_proves_nothing():
    document = written("chapter-17/elu/smooth")
    claim = replace(CLAIMS["chapter-17/elu/smooth"], id="other")
    assert not speaks_of({**document, "verdict": "proved"}, CLAIMS["chapter-17/elu/smooth"])
    assert not speaks_of(document, claim)
